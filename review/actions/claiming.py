"""Who has an item open: claimed on opening, kept by a heartbeat, taken over, released.

A claim keeps two people from doing the same work. That nobody overwrites anybody is the document's
version, with or without a claim.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from django.contrib.auth.models import User
from django.db.models import F, Q
from django.utils import timezone

from zohodocs.access import may_decide
from zohodocs.models import AuditEvent, ReviewItem, ReviewState
from zohodocs.timing import scaled

from .guard import check_right

# A claim outlives the usual handling time by so much, within these bounds (seconds).
_TIMES = 3
_SHORTEST, _LONGEST, _UNKNOWN = 120.0, 900.0, 300.0
_LATEST = 50


def claim(item: ReviewItem, by: User) -> bool:
    """Claim an open item, or keep one's claim for another while; False if somebody else has it.

    Who may only look claims nothing.
    """
    if not may_decide(by, item.organization_id):
        return False
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lt=now)
    return _hold(item, by, free, now)


def take_over(item: ReviewItem, by: User) -> None:
    """Claim an item that somebody else has open; they are told when their page speaks up next.

    Raises NotAllowed.
    """
    check_right(by, item.document)
    before = item.claimed_by
    if _hold(item, by, Q(), timezone.now()) and before not in (None, by):
        AuditEvent.record(
            "review.taken_over",
            actor=by.get_username(),
            document=item.document,
            data={"from": before.get_username()},
        )


def release(item: ReviewItem, by: User) -> None:
    """Give one's claim back; nobody else's."""
    ReviewItem.objects.filter(pk=item.pk, claimed_by=by).update(claimed_by=None, claimed_until=None)


def length(organization_id: int) -> timedelta:
    """How long a claim holds without a heartbeat: three times what an item takes here."""
    latest = (
        ReviewItem.objects.for_organization(organization_id)
        .filter(state=ReviewState.DONE, claimed_at__isnull=False, decided_at__gt=F("claimed_at"))
        .order_by("-opened_at")
        .values_list("decided_at", "claimed_at")[:_LATEST]
    )
    taken = [
        (decided - claimed).total_seconds() for decided, claimed in latest if decided and claimed
    ]
    seconds = _TIMES * median(taken) if taken else _UNKNOWN
    return timedelta(seconds=scaled(min(max(seconds, _SHORTEST), _LONGEST)))


def _hold(item: ReviewItem, by: User, free: Q, now: datetime) -> bool:
    mine = item.claimed_by_id == by.pk and item.claimed_at is not None
    values = {
        "claimed_by": by,
        "claimed_at": item.claimed_at if mine else now,
        "claimed_until": now + length(item.organization_id),
    }
    rows = ReviewItem.objects.filter(free, pk=item.pk, state=ReviewState.OPEN)
    if rows.update(**values) != 1:
        return False
    for name, value in values.items():
        setattr(item, name, value)
    return True
