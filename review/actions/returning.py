"""Ways back: undo within the hold, open a closed document again, try a failed one again."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.domain.states import DocumentState, Mover
from zohodocs.jobs import doorbell
from zohodocs.models import AuditEvent, Document, ReviewItem, ReviewKind, ReviewState
from zohodocs.pipeline.runner import recheck

from .guard import Refused, StaleVersion, check_right
from .page_family import went_back

REOPENABLE = (
    DocumentState.FILED,
    DocumentState.REJECTED,
    DocumentState.DUPLICATE,
    DocumentState.FAILED,
)


def undo(*, document: Document, by: User) -> ReviewItem:
    """Take an approval back while it is held. Raises NotAllowed, Refused when it is too late."""
    check_right(by, document)
    now = timezone.now()
    too_late = Refused(_("Too late to undo: it is on its way to Zoho Books."))
    if document.hold_until is None or document.hold_until <= now:
        raise too_late
    with transaction.atomic():
        # The worker moves it on by the same kind of UPDATE: one of the two wins.
        moved = document.back_to_review(
            frm=DocumentState.APPROVED, by=Mover.HUMAN, now=now, version=document.version
        )
        if not moved:
            raise too_late
        return back(document, by, "review.undone", _("You took the approval back. Decide again."))


def reopen(*, document: Document, by: User, version: int) -> ReviewItem:
    """Take a closed or failed document back to the queue.

    Raises NotAllowed, StaleVersion, Refused for a state without a way back.
    """
    check_right(by, document)
    state = DocumentState(document.state)
    if state not in REOPENABLE:
        raise Refused(_("This document cannot be opened again."))
    with transaction.atomic():
        if went_back(document):
            raise Refused(
                _("Its pages are back in the document they came from. Arrange them there.")
            )
        moved = document.move(
            frm=state,
            to=DocumentState.IN_REVIEW,
            by=Mover.HUMAN,
            now=timezone.now(),
            version=version,
            close_reason="",
            duplicate_of=None,
        )
        if not moved:
            raise StaleVersion
        return back(document, by, "review.reopened", _("Opened again. Decide what it is."))


def try_again(*, document: Document, by: User, version: int) -> None:
    """Have the machine read a failed document once more.

    Raises NotAllowed, StaleVersion, Refused.
    """
    check_right(by, document)
    if document.state != DocumentState.FAILED:
        raise Refused(_("Only a document that needs help can be read again."))
    with transaction.atomic():
        moved = document.move(
            frm=DocumentState.FAILED,
            to=DocumentState.RECEIVED,
            by=Mover.HUMAN,
            now=timezone.now(),
            version=version,
            attempts=0,
        )
        if not moved:
            raise StaleVersion
        ReviewItem.objects.filter(document=document, state=ReviewState.OPEN).update(
            state=ReviewState.CANCELLED
        )
        AuditEvent.record("document.tried_again", actor=by.get_username(), document=document)
        transaction.on_commit(lambda: doorbell.ring(document))


def back(document: Document, by: User, verb: str, message: str) -> ReviewItem:
    """The open question about a document that came back, with its checks run again."""
    document.refresh_from_db()
    AuditEvent.record(
        verb, actor=by.get_username(), document=document, data={"version": document.version}
    )
    recheck(document)
    item, _new = ReviewItem.objects.get_or_create(
        document=document,
        kind=ReviewKind.DECIDE,
        state=ReviewState.OPEN,
        defaults={
            "organization_id": document.organization_id,
            "reason": verb.rpartition(".")[2],
            "message": message,
        },
    )
    return item
