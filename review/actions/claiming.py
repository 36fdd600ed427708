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
# Kept for whoever will see it next: two heartbeats of the page they are on, and no more (seconds).
_AHEAD_FOR = 60.0
# A claim that never began; whoever opens the item by hand takes it without a word.
_AHEAD = Q(claimed_by__isnull=False, claimed_at=None)


def claim(item: ReviewItem, by: User) -> bool:
    """Claim an open item, or keep one's claim for another while; False if somebody else has it.

    Who may only look claims nothing.
    """
    if not may_decide(by, item.organization_id):
        return False
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lt=now) | _AHEAD
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


def keep_ahead(item: ReviewItem | None, by: User) -> bool:
    """Keep this item for a person who is about to see it, and nothing else; None: nothing.

    False if somebody else has it by now, or where they may not decide. One item a person: what was
    kept for them before is free again.
    """
    let_go_ahead(by, but=item)
    if item is None or not may_decide(by, item.organization_id):
        return False
    now = timezone.now()
    theirs = Q(claimed_by=by, claimed_at=None)
    free = Q(claimed_by=None) | Q(claimed_until__lt=now) | theirs
    rows = ReviewItem.objects.filter(free, pk=item.pk, state=ReviewState.OPEN)
    until = now + timedelta(seconds=scaled(_AHEAD_FOR))
    return rows.update(claimed_by=by, claimed_at=None, claimed_until=until) == 1


def is_kept(item: ReviewItem, by: User) -> bool:
    """Whether an open item is held for this person at this moment, opened by them or not."""
    until = item.claimed_until
    held = item.claimed_by_id == by.pk and until is not None and until > timezone.now()
    return held and item.state == ReviewState.OPEN


def let_go_ahead(by: User, *, but: ReviewItem | None = None) -> None:
    """Give back what was kept for this person; what they have open stays theirs."""
    rows = ReviewItem.objects.filter(_AHEAD, claimed_by=by, state=ReviewState.OPEN)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    rows.update(claimed_by=None, claimed_until=None)


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
