"""The day's numbers, of one's own companies only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
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

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Today:
    """What happened since midnight, and what waits now."""

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
    """Everything that ever arrived against what became of it."""

    arrivals: int
    documents: int
    repeats: int
    refusals: int

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
    pks = [organization.pk for organization in organizations]
    arrivals = Arrival.objects.filter(organization__in=pks, arrived_at__gte=midnight)
    counts = arrivals.aggregate(
        arrived=Count("pk"),
        repeated=Count("pk", filter=Q(result=ArrivalResult.REPEATED)),
        refused=Count("pk", filter=Q(result=ArrivalResult.REFUSED)),
    )
    documents = Document.objects.filter(organization__in=pks)
    open_items = ReviewItem.objects.filter(organization__in=pks, state=ReviewState.OPEN)
    oldest = open_items.order_by("opened_at").first()
    # As the queue counts them: questions about what was posted are among them.
    put_aside = Q(postponed_until__gt=now)
    states = documents.values_list("state").annotate(n=Count("pk")).order_by()
    return Today(
        **counts,
        states={str(state): int(number) for state, number in states},
        posted=documents.filter(state=State.POSTED, moved_at__gte=midnight).count(),
        waiting=open_items.exclude(put_aside).count(),
        oldest_waiting=oldest.opened_at if oldest else None,
        refusals=list(
            arrivals.filter(result=ArrivalResult.REFUSED).order_by("-arrived_at")[:_SHOWN]
        ),
    )


def balance(organizations: Sequence[Organization]) -> Balance:
    """The ledger's first equation over these companies."""
    pks = [organization.pk for organization in organizations]
    results = dict(
        Arrival.objects.filter(organization__in=pks)
        .values_list("result")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return Balance(
        arrivals=sum(results.values()),
        documents=Document.objects.filter(organization__in=pks).count(),
        repeats=results.get(ArrivalResult.REPEATED, 0),
        refusals=results.get(ArrivalResult.REFUSED, 0),
    )


def latest(organizations: Sequence[Organization]) -> list[Arrival]:
    """The arrivals of late, newest first."""
    pks = [organization.pk for organization in organizations]
    rows = Arrival.objects.filter(organization__in=pks).select_related("document", "organization")
    return list(rows.order_by("-arrived_at")[:_SHOWN])


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
