"""The lead's figures: how long the queue is and how old, who has what, what was done today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Min, Q

from zohodocs.models import Correction, FieldValue, Organization, ReviewItem, ReviewState
from zohodocs.rollout import spot_checks
from zohodocs.rollout.spot_checks import Checked

# Older than the last of these is what a lead is called for.
AGES = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=3))
_MOST_REASONS = 12
# Of a day that was busier than this the newest decisions tell enough.
_MOST_DECISIONS = 5000


@dataclass(frozen=True, slots=True)
class Person:
    """What one person did today; `seconds` is the median from opening to deciding."""

    who: User
    decided: int
    seconds: float | None
    open_now: int


@dataclass(frozen=True, slots=True)
class Team:
    """All of it. `changed_share` of today's decided documents' fields, None without any."""

    waiting: int
    by_age: Sequence[int]  # one more than AGES: the last are older than all of them
    by_reason: Sequence[tuple[str, int, datetime]]
    by_company: Sequence[tuple[str, int, datetime]]
    people: Sequence[Person]
    decided: int
    seconds: float | None
    changed_share: float | None
    # What the spot checks found of what the machine approved by itself, and the share that is wrong
    # at most.
    checked: Sequence[tuple[str, Checked, float]]

    @property
    def too_old(self) -> int:
        """How many wait longer than anything should."""
        return self.by_age[-1]


def of(organizations: Sequence[Organization], *, since: datetime, now: datetime) -> Team:
    """The figures of these companies; `since` is where the day began."""
    pks = [organization.pk for organization in organizations]
    rows = ReviewItem.objects.filter(organization__in=pks)
    waiting = rows.filter(state=ReviewState.OPEN)
    counts = waiting.aggregate(waiting=Count("pk"), **_buckets(now))
    decided = list(
        rows.filter(state=ReviewState.DONE, decided_at__gte=since, decided_by__isnull=False)
        .order_by("-decided_at")
        .values_list("decided_by", "claimed_at", "decided_at", "document")[:_MOST_DECISIONS]
    )
    checked = spot_checks.by_company(organizations)
    return Team(
        waiting=counts["waiting"],
        by_age=[counts[f"age_{number}"] for number in range(len(AGES) + 1)],
        by_reason=list(_grouped(waiting, "reason")[:_MOST_REASONS]),
        by_company=list(_grouped(waiting, "organization__name")),
        people=_people(decided, waiting, now),
        decided=len(decided),
        seconds=_median(decided),
        changed_share=_changed([row[3] for row in decided]),
        checked=[
            (each.name, checked[each.pk], checked[each.pk].most())
            for each in organizations
            if each.pk in checked
        ],
    )


def _buckets(now: datetime) -> dict[str, Count]:
    edges = [None, *(now - age for age in AGES), None]
    found = {}
    for number, (newest, oldest) in enumerate(pairwise(edges)):
        within = Q()
        if newest is not None:
            within &= Q(opened_at__lte=newest)
        if oldest is not None:
            within &= Q(opened_at__gt=oldest)
        found[f"age_{number}"] = Count("pk", filter=within)
    return found


def _grouped(waiting: Any, column: str) -> Any:
    return (
        waiting.values_list(column)
        .annotate(n=Count("pk"), oldest=Min("opened_at"))
        .order_by("-n", column)
    )


def _people(decided: Sequence[Any], waiting: Any, now: datetime) -> list[Person]:
    by_person: dict[int, list[Any]] = defaultdict(list)
    for row in decided:
        by_person[row[0]].append(row)
    holding = dict(
        waiting.filter(claimed_until__gt=now, claimed_at__isnull=False)
        .values_list("claimed_by")
        .annotate(n=Count("pk"))
        .order_by()
    )
    users = User.objects.in_bulk({*by_person, *(pk for pk in holding if pk is not None)})
    people = [
        Person(user, len(by_person[pk]), _median(by_person[pk]), holding.get(pk, 0))
        for pk, user in users.items()
    ]
    return sorted(people, key=lambda each: (-each.decided, each.who.get_username()))


def _median(decided: Sequence[Any]) -> float | None:
    taken = [
        (at - claimed).total_seconds()
        for _who, claimed, at, _document in decided
        if claimed is not None and at > claimed
    ]
    return median(taken) if taken else None


def _changed(documents: Sequence[int]) -> float | None:
    read = FieldValue.objects.filter(document__in=documents).count()
    if not read:
        return None
    corrected = Correction.objects.filter(document__in=documents).values("document", "field")
    return min(1.0, corrected.distinct().count() / read)
