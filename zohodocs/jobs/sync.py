"""The queue `sync`: one job takes one document towards its entry in Zoho.

Documents of the parallel way are posted several at once, the others one after another.
"""

from __future__ import annotations

from integrations.errors import IntegrationError
from zohodocs import clients, telemetry
from zohodocs.models import Connection, Document, Organization
from zohodocs.posting import history, reference, staleness, turns
from zohodocs.posting.push import push
from zohodocs.rollout.flags import CANDIDATE

from . import crew, doorbell
from .pipeline import WORKER_ID

logger = telemetry.get_logger(__name__)


def post(*, document_id: int, **_: object) -> None:
    """Post one document, or carry its posting on; safe to run twice.

    What could not be done now is rung for again by the sweep.
    """
    rows = Document.objects.filter(pk=document_id)
    document = rows.only("code", "flags", "organization_id").first()
    if document is None:
        return
    organization_id, code = document.organization_id, str(document.code)
    beside = document.arm("parallel_processing") == CANDIDATE
    # Who works here and now never waits at the door: the whole worker would wait with it.
    crew.do(
        lambda: _post(
            document_id, organization_id, code, places=crew.places_to_wait() if beside else 0
        ),
        beside_others=beside,
    )


def _post(document_id: int, organization_id: int, code: str, *, places: int) -> None:
    telemetry.bind(document=code)
    try:
        if not turns.comes(organization_id, places=places, stop=crew.closing()):
            return  # rung for again when there is room
        outcome = push(document_id, owner=WORKER_ID)
        logger.info("bill.push.ended", outcome=outcome.done)
        if outcome.done == "rejected" and staleness.is_noted(organization_id):
            doorbell.ring_for_reference(organization_id)
    finally:
        telemetry.unbind()


def refresh_reference(*, organization_id: int, **_: object) -> None:
    """Copy accounts, taxes and vendors from Zoho; what fails is asked for again by the sweep."""
    crew.copy(lambda: _refresh_reference(organization_id))


def _refresh_reference(organization_id: int) -> None:
    connection = (
        Connection.objects.filter(organization_id=organization_id)
        .select_related("organization")
        .first()
    )
    if connection is None:
        return
    # While the vendors of the first day are copied page by page, they are not walked twice.
    vendors = not history.unfinished(organization_id)
    try:
        found = reference.refresh(connection.organization, vendors=vendors)
    except IntegrationError as error:
        clients.note_failure(connection.pk, error)
        logger.warning("reference.refresh.failed", error=type(error).__name__)
    else:
        logger.info("reference.refresh.done", accounts=found.accounts, vendors=found.vendors)


def copy_history(*, organization_id: int, **_: object) -> None:
    """Take the copy of earlier bills a few calls further; behind whoever rang meanwhile."""
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is not None:
        crew.copy(lambda: _copy_history(organization))


def _copy_history(organization: Organization) -> None:
    outcome = history.turn(organization)
    logger.info("history.copy.turn", organization=organization.code, outcome=outcome.value)
    if outcome is history.Turn.MORE:
        doorbell.ring_for_history(organization.pk)


def keep_contacts(*, organization_id: int, **_: object) -> None:
    """Build or renew the index of an organisation's contacts; meanwhile Zoho is asked."""
    crew.do(lambda: _keep_contacts(organization_id))


def _keep_contacts(organization_id: int) -> None:
    connection = (
        Connection.objects.filter(organization_id=organization_id)
        .select_related("organization")
        .first()
    )
    if connection is None or clients.needs_a_person(connection):
        return
    try:
        done = clients.keep_contacts(connection.organization)
    except IntegrationError as error:
        clients.note_failure(connection.pk, error)
        logger.warning("contacts.index.failed", error=type(error).__name__)
    else:
        logger.info("contacts.index.kept", done=done)
