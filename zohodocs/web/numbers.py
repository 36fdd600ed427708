"""The day's numbers, of one's own companies only; no more rows are read with a million of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils import timezone

from zohodocs.models import (
    Arrival,
    ArrivalResult,
    Connection,
    Document,
    Organization,
    ReviewItem,
    ReviewState,
    State,
)
from zohodocs.models.scope import ScopedQuerySet
from zohodocs.operations import census, ledger

_SHOWN = 12
# Beyond this nobody counts: shown as “9999+”.
MOST = 10_000
# What the page has numbers of. What is done with is counted by the census alone.
_UNDER_WAY = (State.RECEIVED, State.PROCESSING, State.APPROVED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Today:
    """What happened since midnight, and what waits now; each number is `MOST` at most."""

    arrived: int = 0
    repeated: int = 0
    refused: int = 0
    states: dict[str, int] = field(default_factory=dict)
    posted: int = 0
    waiting: int = 0
    oldest_waiting: datetime | None = None
    refusals: Sequence[Arrival] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """Everything that ever arrived against what became of it, as it was `at`; None: now."""

    arrivals: int
    documents: int
    repeats: int
    refusals: int
    at: datetime | None = None

    @property
    def difference(self) -> int:
        """How many files cannot be accounted for; 0 is right."""
        return abs(self.arrivals - self.documents - self.repeats - self.refusals)


def today(organizations: Sequence[Organization], now: datetime | None = None) -> Today:
    """The numbers of these companies since their midnight."""
    if not organizations:
        return Today()
    now = now or timezone.now()
    midnight = _midnight(organizations[0], now)
    arrivals = Arrival.objects.for_organizations(organizations).filter(arrived_at__gte=midnight)
    counts = arrivals.head("-arrived_at", size=MOST).aggregate(
        arrived=Count("pk"),
        repeated=Count("pk", filter=Q(result=ArrivalResult.REPEATED)),
        refused=Count("pk", filter=Q(result=ArrivalResult.REFUSED)),
    )
    documents = Document.objects.for_organizations(organizations)
    posted = documents.filter(state=State.POSTED, moved_at__gte=midnight)
    items = ReviewItem.objects.for_organizations(organizations).filter(state=ReviewState.OPEN)
    # As the queue counts them: questions about what was posted are among them.
    waiting = items.exclude(postponed_until__gt=now).head("opened_at", size=MOST)
    oldest = items.head("opened_at", size=1).values_list("opened_at", flat=True).first()
    refusals = arrivals.filter(result=ArrivalResult.REFUSED)
    return Today(
        **counts,
        states={state.value: _counted(documents.filter(state=state)) for state in _UNDER_WAY},
        posted=posted.order_by("-moved_at")[:MOST].values("pk").count(),
        waiting=waiting.values("pk").count(),
        oldest_waiting=oldest,
        refusals=list(refusals.head("-arrived_at", size=_SHOWN)),
    )


def balance(organizations: Sequence[Organization]) -> Balance | None:
    """The ledger's first equation over these companies; None where many were never counted.

    Few are counted now. Of many it is what the scheduler counted a minute ago.
    """
    arrivals = Arrival.objects.for_organizations(organizations)
    documents = Document.objects.for_organizations(organizations)
    if max(_counted(arrivals, by="-arrived_at"), _counted(documents)) < MOST:
        return _balance([line.to_json() for line in ledger.lines(organizations)])
    kept = census.balances()
    if kept is None:
        return None
    codes = {organization.code for organization in organizations}
    return _balance([each for each in kept.lines if each["organization"] in codes], at=kept.at)


def _balance(lines: Sequence[Mapping[str, Any]], *, at: datetime | None = None) -> Balance:
    names = ("arrivals", "documents", "repeats", "refusals")
    return Balance(**{name: sum(line[name] for line in lines) for name in names}, at=at)


def _counted(rows: ScopedQuerySet[Any], *, by: str = "-received_at") -> int:
    """How many, out of the index, up to `MOST`."""
    return rows.head(by, size=MOST).values("pk").count()


def latest(organizations: Sequence[Organization]) -> list[Arrival]:
    """The arrivals of late, newest first."""
    rows = Arrival.objects.for_organizations(organizations)
    return list(rows.select_related("document", "organization").head("-arrived_at", size=_SHOWN))


def connections(
    organizations: Sequence[Organization],
) -> list[tuple[Organization, Connection | None]]:
    """Each company with its way into Zoho Books."""
    pks = [organization.pk for organization in organizations]
    known = {each.organization_id: each for each in Connection.objects.filter(organization__in=pks)}
    return [(organization, known.get(organization.pk)) for organization in organizations]


def _midnight(organization: Organization, now: datetime) -> datetime:
    zone = ZoneInfo(organization.time_zone or "UTC")
    return datetime.combine(now.astimezone(zone).date(), time.min, tzinfo=zone)
