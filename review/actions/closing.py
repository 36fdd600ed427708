"""Verdicts that end without a bill: rejected, filed, closed as a copy."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.domain.states import DocumentState, Mover
from zohodocs.models import AuditEvent, Document, ReviewItem, ReviewState, Verdict
from zohodocs.models.event import digest

from .approving import close_item
from .guard import Refused, StaleVersion, check_claim, check_right


def reject(*, item: ReviewItem, by: User, version: int, reason: str) -> None:
    """Refuse the document, with a reason. Raises NotAllowed, StaleVersion, Refused without one."""
    if not reason.strip():
        raise Refused(_("Say why you reject it; whoever sent it will ask."))
    _close(item, by, version, DocumentState.REJECTED, Verdict.REJECT, reason.strip())


def file(*, item: ReviewItem, by: User, version: int, reason: str = "") -> None:
    """Keep the document; it is not one that is posted. Raises NotAllowed, StaleVersion."""
    _close(item, by, version, DocumentState.FILED, Verdict.FILE, reason.strip())


def close_as_copy(
    *, item: ReviewItem, by: User, version: int, of: Document, note: str = ""
) -> None:
    """Close the document as a copy of another one, with a note of what kind of copy it is.

    Raises NotAllowed, StaleVersion, Refused.
    """
    document = item.document
    if of.organization_id != document.organization_id:
        raise Refused(_("A copy belongs to the same company as its original."))
    if document.pk in (of.pk, of.duplicate_of_id):
        raise Refused(_("A document is not a copy of itself. Choose the other one."))
    _close(
        item,
        by,
        version,
        DocumentState.DUPLICATE,
        Verdict.DUPLICATE,
        note or _("A copy of %(name)s.") % {"name": of.invoice_number or of.filename},
        duplicate_of=of,
    )


def _close(
    item: ReviewItem,
    by: User,
    version: int,
    to: DocumentState,
    verdict: Verdict,
    note: str,
    **values: Any,
) -> None:
    check_right(by, item.document)
    check_claim(item, by)
    now = timezone.now()
    # What the machine gave up on may be rejected straight away; everything else from review.
    failed = item.document.state == DocumentState.FAILED and to is DocumentState.REJECTED
    with transaction.atomic():
        moved = item.document.move(
            frm=DocumentState.FAILED if failed else DocumentState.IN_REVIEW,
            to=to,
            by=Mover.HUMAN,
            now=now,
            version=version,
            decided_at=now,
            close_reason=note,
            **values,
        )
        if not moved:
            if _decided_already(item, by, verdict):
                return
            raise StaleVersion
        close_item(item, by=by, verdict=verdict, now=now, note=note)
        AuditEvent.record(
            f"review.{_VERBS[verdict]}",
            actor=by.get_username(),
            document=item.document,
            data={"version": version + 1, "reason": digest(note) if note else ""},
        )


def _decided_already(item: ReviewItem, by: User, verdict: Verdict) -> bool:
    return ReviewItem.objects.filter(
        pk=item.pk, state=ReviewState.DONE, verdict=verdict, decided_by=by
    ).exists()


_VERBS = {
    Verdict.REJECT: "rejected",
    Verdict.FILE: "filed",
    Verdict.DUPLICATE: "closed_as_copy",
}
