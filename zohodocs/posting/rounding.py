"""A bill comes to the printed total to the cent, however its Zoho rounds tax.

The plan rounds the tax of each rate's sum, as papers do. A Zoho that rounds line by line comes out
some cents beside it: what it computed is read, and the difference goes to the adjustment.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.errors import IntegrationError
from zohodocs.domain.crash import around
from zohodocs.domain.money import ZERO, one_minor_unit
from zohodocs.telemetry import get_logger

from . import record
from .bills import ROUNDING, stored, wire
from .entries import Entry
from .reconcile import Expected

if TYPE_CHECKING:
    from .attempt import Attempt

logger = get_logger(__name__)


def correct(attempt: Attempt) -> None:
    """Adjust the entry that this very turn created, where nothing but rounding is missing.

    An entry that anybody else has touched stays as it is, and so does one that Zoho would not
    correct: the read-back then shows the difference to a person.
    """
    created, entries = attempt.created, attempt.entries
    if created is None or not entries.takes_corrections:
        return
    payload = wire(attempt.posting.payload)
    adjustment = adjustment_for(created, attempt.expected(), sent=payload.get("adjustment", ZERO))
    if adjustment is None:
        return
    try:
        if not _untouched(created, entries.read(created.id)):
            return
        payload |= {"adjustment": adjustment, "adjustment_description": ROUNDING}
        # What a later correction brings the entry back to.
        kept = stored(payload)
        attempt.hold_on(payload=kept)
        attempt.posting.payload = kept
        with around("push.rounding"):
            entries.correct(created.id, with_line_ids(payload, created))
    except IntegrationError as error:
        logger.warning(
            "bill.total.not_adjusted",
            document=str(attempt.document.code),
            error=type(error).__name__,
        )
    else:
        record.step(
            attempt.document,
            "bill.total.adjusted",
            bill_id=created.id,
            adjustment=f"{adjustment:f}",
        )


def adjustment_for(created: Entry, expected: Expected, *, sent: Decimal) -> Decimal | None:
    """The adjustment that brings the entry to the printed total.

    None where it is there already, or where more than one minor unit a line is missing.
    """
    if created.total is None or created.total == expected.total:
        return None
    tolerance = one_minor_unit(expected.currency) * expected.lines
    missing = expected.total - created.total
    adjustment = (sent if created.adjustment is None else created.adjustment) + missing
    same = created.vendor_id == expected.vendor_id and created.currency == expected.currency
    small = abs(missing) <= tolerance and abs(adjustment) <= tolerance
    return adjustment if same and small else None


def with_line_ids(payload: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """The payload with its lines named as they stand, so that they are not added once more."""
    lines = payload["line_items"]
    ids = entry.line_ids if len(entry.line_ids) == len(lines) else ("",) * len(lines)
    named = [
        line | ({"line_item_id": line_id} if line_id else {})
        for line, line_id in zip(lines, ids, strict=True)
    ]
    return payload | {"line_items": named}


def _untouched(created: Entry, now: Entry) -> bool:
    """Whether the entry is still what the creation answered."""
    known = created.changed_at is not None and now.changed_at is not None
    return (
        (created.changed_at == now.changed_at or not known)
        and created.total == now.total
        and (created.number, created.reference) == (now.number, now.reference)
        and (created.vendor_id, created.date) == (now.vendor_id, now.date)
        and created.status == now.status
        and not now.files
    )
