"""After a rollback: what the new way touched is given to people, or left as it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zohodocs.domain.states import DocumentState, Mover
from zohodocs.models import (
    AuditEvent,
    Document,
    Repair,
    RepairItem,
    ReviewItem,
    ReviewKind,
    ReviewState,
    Rollback,
    State,
)

_BATCH = 200


def repair(made: Rollback, *, by: str, now: datetime | None = None) -> dict[str, int]:
    """See to the next two hundred documents of a rollback; what was done, counted.

    In review or in the hold: given to a person, with the reason. Posted: an audit item asks whether
    the entry must be corrected in Zoho. Closed otherwise: nothing. Each is done once.
    """
    moment = now or timezone.now()
    counted = dict.fromkeys([Repair.OPENED.value, Repair.FINE.value], 0)
    waiting = made.items.filter(state=Repair.LISTED).select_related("document")
    for item in waiting.order_by("pk")[:_BATCH]:
        with transaction.atomic():
            mine = RepairItem.objects.filter(pk=item.pk)
            # Taken before anything is done: two people who press the button at once do it once.
            if not mine.filter(state=Repair.LISTED).update(state=Repair.FINE, by=by, at=moment):
                continue
            outcome = _see_to(item, made, by, moment)
            mine.update(state=outcome)
        counted[outcome.value] += 1
    return counted


def _see_to(item: RepairItem, made: Rollback, by: str, now: datetime) -> Repair:
    document = item.document
    if document.state == State.APPROVED:
        document.back_to_review(frm=DocumentState.APPROVED, by=Mover.MACHINE, now=now)
        document.refresh_from_db()  # where it is now, whoever moved it
    if document.state in (State.IN_REVIEW, State.POSTED, State.POSTING):
        _ask(document, made)
        AuditEvent.record(
            "document.repair.opened",
            actor=by,
            document=document,
            data={"flag": made.flag, "rollback": str(made.code)},
        )
        return Repair.OPENED
    return Repair.FINE


def _ask(document: Document, made: Rollback) -> None:
    """An open question about the document, which may be there already."""
    posted = document.state in (State.POSTED, State.POSTING)
    ReviewItem.objects.get_or_create(
        document=document,
        kind=ReviewKind.AUDIT if posted else ReviewKind.DECIDE,
        state=ReviewState.OPEN,
        defaults={
            "organization_id": document.organization_id,
            "reason": "rolled_back",
            "message": "This paper was handled by a way that was turned back. Compare it, then "
            "approve it, or propose a correction.",
        },
    )
