"""The queue `sync` beside posting: confirmed changes to entries, and the nightly search for edits.

Nobody waits for the search: it stops where calls are short, and goes on when the sweep rings again.
"""

from __future__ import annotations

from django.utils import timezone

from zohodocs import clients, telemetry
from zohodocs.clients import CallsLeft
from zohodocs.models import Connection, Document, State
from zohodocs.posting import amending, drift

from . import crew
from .pipeline import WORKER_ID

logger = telemetry.get_logger(__name__)

# A bill costs so many calls; so much of the day is left to those who post and to people.
_CALLS_PER_BILL = 5
_KEPT_OF_THE_DAY = 0.3
_KEPT_OF_THE_MINUTE = 40


def amend(*, amendment_id: int, **_: object) -> None:
    """Carry out a confirmed change; safe to run twice."""
    crew.do(lambda: _amend(amendment_id))


def _amend(amendment_id: int) -> None:
    outcome = amending.amend(amendment_id, owner=WORKER_ID)
    logger.info("bill.amendment.ended", outcome=outcome)


def find_drift(*, organization_id: int, **_: object) -> None:
    """One turn of the search for later edits; safe to run twice."""
    crew.copy(lambda: _find_drift(organization_id))


def _find_drift(organization_id: int) -> None:
    connection = (
        Connection.objects.filter(organization_id=organization_id)
        .select_related("organization")
        .first()
    )
    if connection is None or not connection.zoho_organization_id:
        return
    waiting = Document.objects.for_organization(organization_id).filter(
        state__in=[State.APPROVED, State.POSTING]
    )

    def enough() -> bool:
        left = clients.budget_left(connection)
        return may_search(left, per_day=connection.daily_limit, waiting=waiting.count())

    drift.check(connection.organization, now=timezone.now(), enough=enough)


def may_search(left: CallsLeft, *, per_day: int, waiting: int) -> bool:
    """Whether calls are to be spared: the day's for what waits, the minute's for who posts now."""
    kept = per_day * _KEPT_OF_THE_DAY + waiting * _CALLS_PER_BILL
    paused = left.paused_seconds > 0
    return left.day > kept and left.minute > _KEPT_OF_THE_MINUTE and not paused
