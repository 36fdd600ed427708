"""Which documents posting should be rung for now, most urgent first; asked by the sweep.

A person who just approved waits for it, then comes what is due soon, then the bulk. Copying from
Zoho stands behind all of them (`waits`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from zohodocs import clients
from zohodocs.models import (
    WORKER,
    Connection,
    ConnectionState,
    Document,
    ReviewItem,
    ReviewKind,
    ReviewState,
    State,
)
from zohodocs.timing import scaled

from . import turns

_BATCH = 500
PERSON_WAITS, DUE_SOON, BULK = 0, 1, 2
# So long after the approval somebody may still be looking whether it arrives.
_WATCHED_SECONDS = 900.0
_SOON = timedelta(days=3)


def due(now: datetime, *, limit: int = _BATCH) -> list[int]:
    """Documents whose hold is over, and unfinished postings whose wait and lease are over.

    Most urgent first.

    Where a connection waits for a person or for its next call, nothing; where its settings look
    wrong or its day is over, one document tries whether that was mended, before all others.
    """
    resting, probing = _troubled(now)
    ranked = (
        _due(now)
        .annotate(urgency=urgency(now))
        .order_by(
            "urgency",
            Case(When(urgency=DUE_SOON, then=F("due_date"))),
            "approved_at",
            "pk",
        )
        .values_list("pk", flat=True)
    )
    # However many wait there, they take no bell from the others.
    probes = [ranked.filter(organization_id=each).first() for each in sorted(probing - resting)]
    others = ranked.exclude(organization_id__in=resting | probing)
    return [*(pk for pk in probes if pk is not None), *_shared_out(others, limit)][:limit]


def _shared_out(ranked: QuerySet[Document, int], limit: int) -> list[int]:
    """The first of these by their rank; of a company with thousands no more than is its share.

    What the others leave of theirs goes to whoever has more.
    """
    companies = set(ranked.order_by().values_list("organization_id", flat=True).distinct())
    first = list(ranked[:limit])
    if len(companies) < 2 or len(first) < limit:
        return first
    share = -(-limit // len(companies))
    owed = [pk for each in sorted(companies) for pk in ranked.filter(organization_id=each)[:share]]
    chosen = [*owed, *(pk for pk in first if pk not in set(owed))][:limit]
    return list(ranked.filter(pk__in=chosen))


def urgency(now: datetime) -> Case:
    """How urgent a document is, as a column: PERSON_WAITS, DUE_SOON or BULK."""
    watched = Q(approved_at__gte=now - timedelta(seconds=scaled(_WATCHED_SECONDS)))
    return Case(
        When(watched & ~Q(approved_by__in=["", WORKER]), then=Value(PERSON_WAITS)),
        When(due_date__lte=now.date() + _SOON, then=Value(DUE_SOON)),
        default=Value(BULK),
        output_field=IntegerField(),
    )


def waits(organization_id: int, now: datetime) -> bool:
    """Whether a document of this organisation could be posted right now."""
    return _due(now).filter(organization_id=organization_id).exists()


def _due(now: datetime) -> QuerySet[Document]:
    waited = Q(posting__not_before__isnull=True) | Q(posting__not_before__lte=now)
    free = Q(posting__lease_until__isnull=True) | Q(posting__lease_until__lt=now)
    held = Q(hold_until__gt=now)
    approved = Q(state=State.APPROVED) & ~held
    under_way = Q(state=State.POSTING) & waited & free
    # Whose difference a person has not settled yet is held as well.
    differing = ReviewItem.objects.filter(
        document=OuterRef("pk"), kind=ReviewKind.DIFFERENCE, state=ReviewState.OPEN
    )
    stopped = Q(posting__held_at__isnull=False)
    return Document.objects.filter(approved | under_way).exclude(stopped | Exists(differing))


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
    waiting, over = _waiting(now)
    return resting | waiting, probing | over


def _waiting(now: datetime) -> tuple[set[int], set[int]]:
    """Organisations whose calls of this minute are used up: their bells would only be dropped.

    And those that have none for longer: a document each finds out, and says why it waits.
    """
    connections = Connection.objects.filter(
        state__in=[ConnectionState.WORKING, ConnectionState.THROTTLED]
    ).exclude(zoho_organization_id="")
    with_work = Document.objects.filter(state__in=[State.APPROVED, State.POSTING])
    rows = connections.filter(organization_id__in=with_work.values("organization_id"))
    waiting: set[int] = set()
    over: set[int] = set()
    for row in rows.select_related("organization"):
        match turns.room(row, at=now):
            case turns.Room.LATER:
                waiting.add(row.organization_id)
            case turns.Room.OVER:
                over.add(row.organization_id)
    return waiting, over
