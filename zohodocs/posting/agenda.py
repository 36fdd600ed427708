"""Which documents posting should be rung for now; asked by the sweep."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from zohodocs import clients
from zohodocs.models import Connection, ConnectionState, Document, State

from . import turns

_BATCH = 500


def due(now: datetime, *, limit: int = _BATCH) -> list[int]:
    """Documents whose hold is over, and unfinished postings whose wait and lease are over.

    Where a connection waits for a person or for its next call, nothing; where its settings look
    wrong, one document tries now and then whether they were mended.
    """
    waited = Q(posting__not_before__isnull=True) | Q(posting__not_before__lte=now)
    free = Q(posting__lease_until__isnull=True) | Q(posting__lease_until__lt=now)
    held = Q(hold_until__gt=now)
    approved = Q(state=State.APPROVED) & ~held
    under_way = Q(state=State.POSTING) & waited & free
    resting, probing = _troubled(now)
    rows = (
        Document.objects.filter(approved | under_way)
        .exclude(organization_id__in=resting)
        .order_by("approved_at", "pk")
        .values_list("pk", "organization_id")[:limit]
    )
    chosen: list[int] = []
    for pk, organization in rows:
        if organization in probing:
            resting.add(organization)
        elif organization in resting:
            continue
        probing.discard(organization)
        chosen.append(pk)
    return chosen


def _troubled(now: datetime) -> tuple[set[int], set[int]]:
    """Organisations for which nothing is tried, and those of which one document may try."""
    resting: set[int] = set()
    probing: set[int] = set()
    rest = timedelta(seconds=settings.UNKNOWN_GRACE_SECONDS)
    for row in Connection.objects.filter(
        state__in=[ConnectionState.RECONNECT, ConnectionState.WRONG]
    ):
        if clients.needs_a_person(row):
            resting.add(row.organization_id)
        elif row.state == ConnectionState.WRONG and row.last_error_at:
            long_ago = row.last_error_at + rest <= now
            (probing if long_ago else resting).add(row.organization_id)
    return resting | _waiting(now), probing


def _waiting(now: datetime) -> set[int]:
    """Organisations whose calls of this minute are used up: their bells would only be dropped."""
    connections = Connection.objects.filter(
        state__in=[ConnectionState.WORKING, ConnectionState.THROTTLED]
    ).exclude(zoho_organization_id="")
    with_work = Document.objects.filter(state__in=[State.APPROVED, State.POSTING])
    rows = connections.filter(organization_id__in=with_work.values("organization_id"))
    return {
        row.organization_id
        for row in rows.select_related("organization")
        if not turns.is_near(row, now)
    }
