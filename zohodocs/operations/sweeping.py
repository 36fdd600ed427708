"""The sweep: finds what no bell was heard for, or whose worker died, and sees to it again.

It is not a job of a queue, so that it works when the queues do not; two at once do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from zohodocs.arrivals import quarantine
from zohodocs.domain import attention
from zohodocs.domain.states import DocumentState, Mover
from zohodocs.jobs import doorbell
from zohodocs.models import (
    WORKER,
    Connection,
    ConnectionState,
    CopyKind,
    Document,
    ReviewItem,
    ReviewState,
    State,
    ZohoCopy,
)
from zohodocs.pipeline import runner
from zohodocs.posting import agenda, history, push
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

from . import audit_trail, nightly

logger = get_logger(__name__)
_BATCH = 500
# Few enough that the most urgent document is never far from the front of its queue.
_BELLS = 60
_A_DAY = timedelta(days=1)
_AFTER_A_REFUSAL = 600.0


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep found."""

    recovered: int = 0
    gave_up: int = 0
    rung: int = 0


def sweep(*, now: datetime | None = None) -> Swept:
    """One pass: dead workers' documents are given back, waiting ones rung for again.

    Refused files that were kept long enough go, and finished days of the audit trail are closed.
    """
    moment = now or datetime.now(UTC)
    recovered = gave_up = 0
    dead = Document.objects.filter(state=State.PROCESSING, lease_until__lt=moment)[:_BATCH]
    for document in dead:
        reached = runner.give_back(document, token=document.lease_token, by=Mover.SWEEP, now=moment)
        recovered += reached is DocumentState.RECEIVED
        gave_up += reached is DocumentState.FAILED
    quarantine.empty(now=moment)
    move_up(now=moment)
    audit_trail.close_days(now=moment)
    # Bells that hang there once come before the bulk of postings, which fills its queue again.
    rung = ring_waiting(now=moment) + nightly.ring_amendments(now=moment)
    rung += ring_for_reference(now=moment) + ring_for_history(now=moment)
    rung += nightly.ring_for_drift(now=moment) + ring_due(now=moment)
    if recovered or gave_up or rung:
        logger.info("sweep.pass.done", recovered=recovered, gave_up=gave_up, rung=rung)
    return Swept(recovered, gave_up, rung)


def move_up(*, now: datetime) -> int:
    """Put review items that wait too long before all that is worth more; how many."""
    late = ReviewItem.objects.filter(
        state=ReviewState.OPEN,
        opened_at__lt=now - attention.CEILING,
        attention__lt=attention.AGED_FROM,
    ).order_by("opened_at")[:_BATCH]
    rows = list(late)
    for row in rows:
        row.attention = attention.aged(row.opened_at)
    return ReviewItem.objects.bulk_update(rows, ["attention"]) if rows else 0


def ring_waiting(*, now: datetime) -> int:
    """Ring for received documents that nobody came for; how many bells were heard."""
    patience = timedelta(seconds=settings.SWEEP_SECONDS)
    heard = 0
    for queue in settings.QUEUES:
        waiting = Document.objects.filter(
            state=State.RECEIVED, queue=queue, moved_at__lt=now - patience
        )
        heard += _ring(waiting.order_by("moved_at"), queue)
    return heard


def ring_due(*, now: datetime) -> int:
    """Ring for postings that are due: hold over, grace over, or their worker dead."""
    # Asked first, because to rank a backlog each second costs more.
    hanging = doorbell.waiting("sync")
    pks = push.due(now, limit=_BELLS) if hanging < _BELLS else []
    if not pks or hanging >= len(pks):
        return 0
    documents = Document.objects.annotate(urgency=agenda.urgency(now)).in_bulk(pks)
    heard = 0
    # Backwards, those somebody waits for: each of them goes before all that hang there.
    watched = [pk for pk in pks if documents[pk].urgency == agenda.PERSON_WAITS]
    for pk in [*reversed(watched), *(pk for pk in pks if pk not in set(watched))]:
        if not doorbell.ring(documents[pk], first=pk in set(watched)):
            break  # Redis is away: the next pass rings again
        heard += 1
    return heard


def ring_for_reference(*, now: datetime) -> int:
    """Ring for organisations whose copies of Zoho's accounts, taxes and vendors are a day old."""
    stale = Connection.objects.filter(
        Q(reference_refreshed_at__isnull=True) | Q(reference_refreshed_at__lt=now - _A_DAY),
        state__in=[ConnectionState.WORKING, ConnectionState.THROTTLED],
    ).exclude(zoho_organization_id="")
    # What Zoho refused a moment ago it refuses again: each try would cost the calls of all steps.
    refused = ZohoCopy.objects.exclude(error_message="").filter(
        kind=CopyKind.REFERENCE, ended_at__gte=now - timedelta(seconds=scaled(_AFTER_A_REFUSAL))
    )
    stale = stale.exclude(organization_id__in=refused.values("organization_id"))
    return sum(doorbell.ring_for_reference(row.organization_id) for row in stale)


def ring_for_history(*, now: datetime) -> int:
    """Ring for copies of earlier bills that wait, and ask for one where there never was any."""
    connected = Connection.objects.filter(state=ConnectionState.WORKING).exclude(
        zoho_organization_id=""
    )
    heard = 0
    for row in connected.select_related("organization"):
        copies = ZohoCopy.objects.for_organization(row.organization_id)
        if not copies.filter(kind=CopyKind.HISTORY).exists():
            history.start(row.organization, by=WORKER)
        if history.unfinished(row.organization_id):
            heard += doorbell.ring_for_history(row.organization_id)
    return heard


def _ring(documents: QuerySet[Document], queue: str) -> int:
    number = min(documents.count(), _BATCH)
    # As many bells as documents hang there already: they wait for a worker, not for us.
    if not number or doorbell.waiting(queue) >= number:
        return 0
    heard = 0
    for document in documents[:number]:
        if not doorbell.ring(document):
            break  # Redis is away: the next pass rings again
        heard += 1
    return heard
