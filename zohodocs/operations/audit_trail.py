"""The proof that the audit trail stands as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import IntegrityError, transaction

from zohodocs.models import AuditEvent, AuditHead
from zohodocs.models.event import GENESIS
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)

# A transaction that began before midnight has long committed by then.
_SETTLED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Report:
    """How much was read; `first_bad` is a sentence, empty when every link fits."""

    events: int
    chains: int
    days: int = 0
    first_bad: str = ""


def verify() -> Report:
    """Walk every chain, then every day's head; stops at the first that does not fit.

    A row that was altered, removed or put in breaks its chain; rows cut off the end of one, or a
    whole chain, break the head of their day.
    """
    events = chains = 0
    chain, expected_sequence, previous = "", 1, GENESIS
    for event in AuditEvent.objects.order_by("chain", "sequence").iterator(chunk_size=2000):
        if event.chain != chain:
            chain, expected_sequence, previous = event.chain, 1, GENESIS
            chains += 1
        events += 1
        wrong = ""
        if event.sequence != expected_sequence:
            wrong = f"link {expected_sequence} is missing"
        elif event.previous_hash != previous:
            wrong = "it does not follow from the row before it"
        elif event.hash != event.computed_hash():
            wrong = "it was altered"
        if wrong:
            place = f"Audit row {event.pk} (chain {chain}, #{event.sequence})"
            return Report(events, chains, first_bad=f"{place}: {wrong}.")
        expected_sequence, previous = event.sequence + 1, event.hash
    days, first_bad = _verify_heads()
    return Report(events, chains, days, first_bad)


def close_days(*, now: datetime) -> int:
    """Make the head of every finished day that has none yet; how many were made.

    The head's hash goes into the log as well, where whoever can change the database cannot reach.
    """
    last = AuditHead.objects.order_by("-day").first()
    newest = (now - _SETTLED_AFTER).astimezone(UTC).date() - timedelta(days=1)
    open_from = last.day + timedelta(days=1) if last else None
    rows = AuditEvent.objects.all()
    if open_from is not None:
        if open_from > newest:
            return 0
        rows = rows.filter(at__gte=datetime.combine(open_from, datetime.min.time(), tzinfo=UTC))
    first = rows.order_by("at").values_list("at", flat=True).first()
    if first is None:
        return 0
    made, day = 0, first.astimezone(UTC).date()
    while day <= newest:
        last = _close(day, last)
        if last is None:
            break  # another sweep closes days at this moment
        made += 1
        day += timedelta(days=1)
    return made


def _close(day: date, last: AuditHead | None) -> AuditHead | None:
    head = AuditHead(day=day, previous_hash=last.hash if last else GENESIS)
    head.events, head.hash = head.computed()
    try:
        with transaction.atomic():
            head.save(force_insert=True)
    except IntegrityError:
        return None
    logger.info("audit.day.closed", day=day.isoformat(), events=head.events, hash=head.hash)
    return head


def _verify_heads() -> tuple[int, str]:
    days, previous = 0, GENESIS
    for head in AuditHead.objects.order_by("day"):
        days += 1
        if head.previous_hash != previous:
            return days, f"Audit day {head.day}: it does not follow from the day before it."
        events, computed = head.computed()
        if events != head.events:
            return days, f"Audit day {head.day}: {head.events} events were written, {events} stand."
        if computed != head.hash:
            return days, f"Audit day {head.day}: its events are not those that were written."
        previous = head.hash
    return days, ""
