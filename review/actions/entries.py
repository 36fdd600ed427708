"""What a person does about a posting under way: stop it, take it back, try now, adopt an entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from review import questions
from zohodocs.domain.states import DocumentState, Mover, PostingState
from zohodocs.jobs import doorbell
from zohodocs.models import (
    AuditEvent,
    Document,
    Posting,
    ReviewItem,
    ReviewKind,
    ReviewState,
    State,
    Verdict,
)
from zohodocs.posting.booking import kind_or_bill

from .approving import close_item
from .guard import Blocked, Refused, StaleVersion, check_right
from .returning import back

_UNDER_WAY = (State.APPROVED, State.POSTING)
# An upload whose outcome is open: a second one too early would hang a second file on the entry.
_FENCED = ("", "file_unknown", "file_unseen")


def hold(*, document: Document, by: User, version: int, why: str) -> None:
    """Stop the posting before its next step. Raises NotAllowed, StaleVersion, Refused."""
    check_right(by, document)
    if not why.strip():
        raise Refused(_("Say why you stop it; somebody else may have to release it."))
    now = timezone.now()
    with transaction.atomic():
        _take(document, version)
        posting, _created = Posting.objects.get_or_create(
            document=document,
            defaults={
                "organization_id": document.organization_id,
                "kind": kind_or_bill(document.document_type),
            },
        )
        stopped = Posting.objects.filter(_free(now), pk=posting.pk, held_at__isnull=True).update(
            held_at=now, held_by=by.get_username(), held_why=why.strip()
        )
        if stopped != 1:
            raise Refused(_("A worker is sending it right now. Look again in a minute."))
        _record("posting.held", document, by, version)


def release(*, document: Document, by: User, version: int) -> None:
    """Let a stopped posting go on. Raises NotAllowed, StaleVersion, Refused."""
    check_right(by, document)
    with transaction.atomic():
        _take(document, version)
        released = Posting.objects.filter(document=document, held_at__isnull=False).update(
            held_at=None, held_by="", held_why=""
        )
        if released != 1:
            raise Refused(_("It is not stopped."))
        _record("posting.released", document, by, version)
        transaction.on_commit(lambda: doorbell.ring(document))


def take_back(*, document: Document, by: User, version: int) -> ReviewItem:
    """Have a stopped posting decided anew; nothing of it is in Zoho, or on its way there.

    Raises NotAllowed, StaleVersion, Refused for one that is not stopped or may have arrived.
    """
    check_right(by, document)
    if document.state not in _UNDER_WAY:
        raise StaleVersion
    if not Posting.objects.filter(document=document, held_at__isnull=False).exists():
        raise Refused(_("Stop it first."))
    now = timezone.now()
    with transaction.atomic():
        moved = document.back_to_review(
            frm=DocumentState(document.state), by=Mover.HUMAN, now=now, version=version
        )
        if not moved:
            raise StaleVersion
        # What was planned is planned anew; a worker that still holds it finds its token gone.
        taken = Posting.objects.filter(
            _free(now), document=document, state=PostingState.PLANNED, held_at__isnull=False
        ).update(
            lease_token=F("lease_token") + 1,
            payload={},
            zoho_vendor_id="",
            adopt_id="",
            error_code="",
            error_message="",
            not_before=None,
            held_at=None,
            held_by="",
            held_why="",
        )
        if taken != 1:
            raise Refused(
                _("It may have arrived in Zoho Books. Release it; it can be made void there.")
            )
        said = _("You took the stopped posting back. Decide again.")
        return back(document, by, "posting.taken_back", said)


def retry(*, document: Document, by: User, version: int) -> None:
    """Try now what waits for a later moment. Raises NotAllowed, StaleVersion, Refused.

    What is unknown is only looked for: its grace is not shortened.
    """
    check_right(by, document)
    with transaction.atomic():
        _take(document, version)
        posting = Posting.objects.filter(document=document).first()
        if posting is not None:
            if posting.held_at:
                raise Refused(_("It is stopped. Release it first."))
            fenced = (
                posting.state == PostingState.CONFIRMED_WITHOUT_FILE
                and posting.error_code in _FENCED
            )
            if fenced:
                raise Refused(
                    _("Zoho Books may still be taking the file; a try now might attach it twice.")
                )
            moved = Posting.objects.filter(_free(timezone.now()), pk=posting.pk).update(
                not_before=None
            )
            if moved != 1:
                raise Refused(_("A worker is at it right now."))
        _record("posting.retried", document, by, version)
        transaction.on_commit(lambda: doorbell.ring(document))


def adopt(*, document: Document, by: User, version: int, bill_id: str) -> None:
    """Say that this entry of Zoho's is the document's; it is looked at once more, never written.

    Only for a posting that came back. Raises NotAllowed, StaleVersion, Refused, Blocked.
    """
    check_right(by, document)
    if not bill_id.replace("-", "").isalnum():
        raise Refused(_("This is not the id of an entry in Zoho Books."))
    own = Posting.objects.for_organization(document.organization_id)
    taken = own.filter(bill_id=bill_id).exclude(document=document).select_related("document")
    if (other := taken.first()) is not None:
        raise Refused(
            _("This entry belongs to %(name)s here. Close this one as a copy of it.")
            % {"name": other.document.invoice_number or other.document.filename}
        )
    if any(question.four_eyes for question in questions.of(document)):
        raise Blocked(_("Two people must approve this document first; it cannot be adopted."))
    item = ReviewItem.objects.filter(
        document=document, kind=ReviewKind.DECIDE, state=ReviewState.OPEN
    ).first()
    now = timezone.now()
    with transaction.atomic():
        chosen = own.filter(document=document, state=PostingState.REJECTED).update(adopt_id=bill_id)
        if chosen != 1 or item is None:
            raise Refused(_("Only a document that came back from Zoho Books can adopt an entry."))
        moved = document.move(
            frm=DocumentState.IN_REVIEW,
            to=DocumentState.APPROVED,
            by=Mover.HUMAN,
            now=now,
            version=version,
            approved_at=now,
            approved_by=by.get_username(),
            decided_at=now,
            hold_until=None,
            overruled={**document.overruled, "duplicate_invoice": _("It is this very entry.")},
        )
        if not moved:
            raise StaleVersion
        close_item(item, by=by, verdict=Verdict.APPROVE, now=now, note=f"= {bill_id}")
        _record("posting.adopted", document, by, version, bill_id=bill_id)
        transaction.on_commit(lambda: doorbell.ring(document))


def _take(document: Document, version: int) -> None:
    """Count the version up if it is still the one seen, and the document under way."""
    taken = Document.objects.filter(pk=document.pk, version=version, state__in=_UNDER_WAY).update(
        version=F("version") + 1
    )
    if taken != 1:
        raise StaleVersion


def _free(now: datetime) -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lt=now)


def _record(verb: str, document: Document, by: User, version: int, **data: Any) -> None:
    AuditEvent.record(
        verb,
        actor=by.get_username(),
        document=document,
        data={"version": version + 1, **data},
    )
