"""The counts that cost a walk through whole tables: taken by one process, read by all.

`/metrics` and the first page must answer at once with a million documents, whichever of the
processes is asked; so the scheduler counts every minute and leaves the result in one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from zohodocs.domain.states import DocumentState, PostingState
from zohodocs.models import (
    WORKER,
    Correction,
    Document,
    Heartbeat,
    Posting,
    ReviewItem,
    ReviewState,
    State,
)
from zohodocs.rollout import spot_checks
from zohodocs.timing import scaled

from . import ledger

_WINDOWS = {"day": timedelta(days=1), "month": timedelta(days=30)}
# Whoever leaves a document open over lunch did not work on it all the time.
_LONGEST_LOOK = timedelta(minutes=15)
# Older than this it is no census any more: the scheduler is gone.
_STALE_SECONDS = 300.0
# Up to here counting anew costs less than anybody notices, and a figure of now is worth more.
_SOON_COUNTED = 20_000


@dataclass(frozen=True, slots=True)
class Balances:
    """The lines of the ledger, as `ledger --json` has them, as they were `at`."""

    lines: Sequence[Mapping[str, Any]]
    at: datetime


def take(*, now: datetime) -> dict[str, Any]:
    """Count everything now; plain JSON."""
    lines = ledger.lines()
    return {
        "documents": _by_state(Document.objects.all(), [state.value for state in DocumentState]),
        "postings": _by_state(Posting.objects.all(), [state.value for state in PostingState]),
        "ledger": sum(line.difference for line in lines),
        "lines": [line.to_json() for line in lines],
        "spot_checks": _spot_checks(),
        "posted": {name: _posted(now - window) for name, window in _WINDOWS.items()},
        "looked_seconds": {name: _looked(now - window) for name, window in _WINDOWS.items()},
    }


def keep(*, now: datetime) -> None:
    """Take it and leave it for `/metrics`."""
    Heartbeat.beat(Heartbeat.CENSUS, now=now, facts=take(now=now))


def balances() -> Balances | None:
    """The lines of the census that was kept, however old; None where there are none."""
    beat = Heartbeat.objects.filter(name=Heartbeat.CENSUS).first()
    if beat is None or "lines" not in beat.facts:  # never ended well, or by an older release
        return None
    return Balances(beat.facts["lines"], beat.at)


def latest(beat: Heartbeat | None, *, now: datetime) -> dict[str, Any]:
    """The census that was kept; a fresh one where few are to count or it is no longer young."""
    oldest = now - timedelta(seconds=scaled(_STALE_SECONDS))
    if beat is not None and beat.at >= oldest and beat.well:
        facts: dict[str, Any] = beat.facts
        if sum(facts["documents"].values()) > _SOON_COUNTED:
            return facts
    return take(now=now)


def _by_state(rows: QuerySet[Any], states: list[str]) -> dict[str, int]:
    counted = rows.values_list("state").annotate(n=Count("pk")).order_by()
    return dict.fromkeys(states, 0) | {str(state): int(number) for state, number in counted}


def _spot_checks() -> dict[str, float]:
    """Answers so far, and the share of the machine's own approvals that is wrong at most."""
    found = list(spot_checks.by_company().values())
    return {
        "right": sum(each.right for each in found),
        "wrong": sum(each.wrong for each in found),
        "waiting": sum(each.waiting for each in found),
        "most": spot_checks.most_of_any(found),
    }


def _posted(since: datetime) -> dict[str, int]:
    """Documents that came into Zoho since then: by themselves, after a look, or corrected."""
    rows = Document.objects.filter(state=State.POSTED, moved_at__gte=since)
    corrected = Exists(Correction.objects.filter(document=OuterRef("pk")))
    found = {"straight": 0, "looked_at": 0, "corrected": 0}
    counted = rows.annotate(is_corrected=corrected).values_list("is_corrected", "approved_by")
    for is_corrected, by, number in counted.annotate(n=Count("pk")).order_by():
        way = "corrected" if is_corrected else "straight" if by == WORKER else "looked_at"
        found[way] += number
    return found


def _looked(since: datetime) -> float:
    """Seconds that people had documents open which they decided since then."""
    items = ReviewItem.objects.filter(
        state=ReviewState.DONE, decided_at__gte=since, claimed_at__isnull=False
    )
    total = timedelta()
    for begun, ended in items.values_list("claimed_at", "decided_at").iterator():
        if begun is not None and ended is not None and ended > begun:
            total += min(ended - begun, _LONGEST_LOOK)
    return total.total_seconds()
