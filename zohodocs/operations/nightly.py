"""What the sweep rings for beside documents: confirmed changes, the nightly search for edits."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from zohodocs.jobs import doorbell
from zohodocs.models import Connection, ConnectionState
from zohodocs.posting import amending, drift

# By the organisation's own clock: most of the day's calls are unused, and nobody posts.
_NIGHT = time(2, 0)


def ring_amendments(*, now: datetime) -> int:
    """Ring for confirmed changes that are due."""
    # Backwards, because each goes before all that hang there: the oldest is first in the end.
    return sum(doorbell.ring_to_amend(pk) for pk in reversed(amending.due(now)))


def ring_for_drift(*, now: datetime) -> int:
    """Ring for organisations whose entries were not looked at since last night.

    Whoever posts goes first: the search itself sees whether there are calls to spare.
    """
    connections = Connection.objects.filter(state=ConnectionState.WORKING).exclude(
        zoho_organization_id=""
    )
    stale = [
        row
        for row in connections.select_related("organization")
        if drift.due(last_night(now, row.organization.time_zone), row.organization, now=now)
    ]
    return sum(doorbell.ring_for_drift(row.organization_id) for row in stale)


def last_night(now: datetime, zone: str) -> datetime:
    """When the night that began last did so, by this zone's clock."""
    here = now.astimezone(ZoneInfo(zone or "UTC"))
    night = datetime.combine(here.date(), _NIGHT, tzinfo=here.tzinfo)
    return night if night <= here else night - timedelta(days=1)
