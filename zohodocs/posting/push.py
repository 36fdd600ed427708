"""One document, one entry in Zoho, for ever.

`sending` is committed before the call. Whatever leaves the outcome open makes it `unknown`, and
`unknown` is only left by looking in Zoho; "not found" counts when the grace is over, because the
hung request may still arrive. What proves that nothing was sent makes it `planned` again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.zoho_books import ZohoBooks
from zohodocs import clients
from zohodocs.domain.crash import around
from zohodocs.domain.states import DocumentState, Mover, PostingState
from zohodocs.models import WORKER, AuditEvent, Connection, Document, Posting, ReviewItem, State
from zohodocs.models.review import ReviewKind, ReviewState
from zohodocs.rollout import shadow
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

from .agenda import due
from .attempt import Attempt, LostLease
from .booking import kind_or_bill
from .calls import kept_for

__all__ = ["Outcome", "due", "push"]

logger = get_logger(__name__)

_UNFORESEEN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the posting stands now; `done` where nothing was to do says why in one word.

    `gone` `not_approved` `held` `waiting` `busy` `not_connected`, else the posting's state.
    """

    done: str
    not_before: datetime | None = None


def push(
    document_id: int,
    *,
    owner: str,
    books: ZohoBooks | None = None,
    now: Callable[[], datetime] = timezone.now,
) -> Outcome:
    """Take one approved document as far towards its entry in Zoho as is possible now.

    Safe to run twice and at the same time: one holds the lease, a late one changes nothing.
    """
    document = _document(document_id)
    if document is None:
        return Outcome("gone")
    refusal = _begin(document, now())
    if refusal is not None:
        return refusal
    posting = Posting.objects.get(document=document)
    if posting.held_at:
        return Outcome("held")
    if posting.not_before and posting.not_before > now():
        return Outcome("waiting", posting.not_before)
    lease = timedelta(seconds=settings.POSTING_LEASE_SECONDS)
    with around("push.claim"):
        token = posting.claim(owner=owner, until=now() + lease, now=now())
    if token is None:
        return Outcome("busy")
    posting.refresh_from_db()
    # Read anew: somebody may have mended and approved it again while we took the lease.
    document = _document(document_id) or document
    if books is not None:
        return _attempted(document, posting, token, books, now)
    try:
        client = clients.books(document.organization)
    except clients.NotConnected as error:
        ours = Posting.objects.filter(pk=posting.pk, lease_token=token)
        with around("push.not_connected"):
            ours.update(error_code="not_connected", error_message=str(error))
        later = now() + timedelta(seconds=_unforeseen_seconds())
        with around("push.put_off"):
            posting.release(token=token, not_before=later)
        return Outcome("not_connected")
    with client:
        return _attempted(document, posting, token, client, now)


def _document(document_id: int) -> Document | None:
    rows = Document.objects.select_related("organization", "vendor", "account", "policy")
    return rows.filter(pk=document_id).first()


def _attempted(
    document: Document,
    posting: Posting,
    token: int,
    books: ZohoBooks,
    now: Callable[[], datetime],
) -> Outcome:
    connection = Connection.objects.get(organization=document.organization)
    attempt = Attempt(document, posting, token=token, books=books, connection=connection, now=now)
    try:
        with kept_for(posting):
            attempt.run()
    except LostLease:
        logger.warning("bill.push.fenced", document=str(document.code))
        return Outcome("busy")
    except Exception as error:
        # A mistake of ours must not block the queue, and must not be repeated without a pause.
        logger.exception("bill.push.failed", document=str(document.code))
        attempt.not_before = now() + timedelta(seconds=_unforeseen_seconds())
        attempt.note("unforeseen", f"Something unforeseen went wrong ({type(error).__name__}).")
    with around("push.release"):
        posting.release(token=token, not_before=attempt.not_before)
    return Outcome(posting.state, attempt.not_before)


def _begin(document: Document, now: datetime) -> Outcome | None:
    """Move an approved document on, with its posting planned; why not, if not."""
    if document.state in (State.POSTING, State.POSTED):
        posting = Posting.objects.filter(document=document).first()
        if posting is None:
            return Outcome("gone")
        # Posted is the end: a late bell asks Zoho nothing and leaves the reasons as they are.
        return Outcome(posting.state) if document.state == State.POSTED else None
    if document.state != State.APPROVED:
        return Outcome("not_approved")
    if document.hold_until and document.hold_until > now:
        return Outcome("held", document.hold_until)
    differing = ReviewItem.objects.filter(
        document=document, kind=ReviewKind.DIFFERENCE, state=ReviewState.OPEN
    )
    stopped = Posting.objects.filter(document=document, held_at__isnull=False)
    if differing.exists() or stopped.exists():
        return Outcome("held")
    with around("push.planned"), transaction.atomic():
        if not document.move(
            frm=DocumentState.APPROVED,
            to=DocumentState.POSTING,
            by=Mover.MACHINE,
            now=now,
            version=document.version,  # the hold that was looked at, not a later approval's
        ):
            return Outcome("busy")
        _plan(document)
        _note_what_was_not_compared(document)
    return None


def _plan(document: Document) -> None:
    kind = kind_or_bill(document.document_type)
    posting, created = Posting.objects.get_or_create(
        document=document, defaults={"organization_id": document.organization_id, "kind": kind}
    )
    if not created and posting.state == PostingState.REJECTED:
        # A person mended the cause: a new plan, out of the present values.
        posting.move(
            frm=PostingState.REJECTED,
            to=PostingState.PLANNED,
            token=posting.lease_token,
            kind=kind,
            payload={},
            error_code="",
            error_message="",
            not_before=None,
        )
    elif not created and not posting.payload:
        # Made when somebody stopped it; the type may have been corrected since.
        Posting.objects.filter(pk=posting.pk, state=PostingState.PLANNED).update(kind=kind)
    AuditEvent.record(
        "bill.push.planned", actor=WORKER, document=document, data={"kind": str(kind)}
    )


def _note_what_was_not_compared(document: Document) -> None:
    """It waited for the comparison as long as it may; what differs is asked about afterwards."""
    missing = shadow.missing(document) if document.approved_by == WORKER else []
    if missing:
        AuditEvent.record(
            "document.not_compared",
            actor=WORKER,
            document=document,
            data={"flags": missing},
        )


def _unforeseen_seconds() -> float:
    return scaled(_UNFORESEEN_SECONDS)
