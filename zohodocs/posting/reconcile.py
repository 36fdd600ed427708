"""Looking in Zoho: is an entry of ours there, and does it say what the paper says?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.zoho_books import same_number
from zohodocs.domain.money import one_minor_unit

from .booking import reference_of
from .entries import VOID, Entry, Ledger

# Zoho's words for an entry that stands as posted; it makes `overdue` of `open` by itself.
STANDING = frozenset(
    {"open", "overdue", "unpaid", "paid", "partially_paid", "approved", "closed", "unbilled",
     "nonbillable", "non-billable", "invoiced", "reimbursed", ""}
)  # fmt: skip  # a list of words to be skimmed


@dataclass(frozen=True, slots=True)
class Expected:
    """What the entry in Zoho must say; `tax_total` None where the paper prints none."""

    code: str
    vendor_id: str
    date: date
    currency: str
    total: Decimal
    tax_total: Decimal | None
    lines: int = 1
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look found: an entry of ours, else a stranger that is in the way, else nothing."""

    ours: Entry | None = None
    stranger: Entry | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which Zoho and the paper differ. `grave`: in money or vendor."""

    field: str
    ours: str
    theirs: str
    grave: bool

    def to_json(self) -> dict[str, str]:
        """As stored with the posting."""
        return {"field": self.field, "ours": self.ours, "theirs": self.theirs}


def look(entries: Ledger, payload: Mapping[str, Any], expected: Expected) -> Sighting:
    """Search Zoho for the entry of this document.

    Ours is the one that bears our code or reference; or, where it bears no code at all, the one
    whose vendor, day, currency and total are the paper's. A void one is nobody's.
    """
    found = entries.candidates(payload)
    standing = [entry for entry in found if entry.status != VOID]
    for is_ours in (_bears_our_mark, _looks_like_ours):
        for entry in standing:
            if is_ours(entry, expected):
                return Sighting(ours=entry)
    return Sighting(stranger=next(iter(standing or found), None))


def chosen(entry: Entry, expected: Expected) -> Sighting:
    """What a person named as this document's entry: ours, unless it bears another document's code.

    A void one is nobody's.
    """
    if entry.status == VOID or entry.our_code not in ("", expected.code):
        return Sighting(stranger=entry)
    return Sighting(ours=entry)


def is_another(entry: Entry, payload: Mapping[str, Any], *, code: str) -> bool:
    """Whether the answer to a creation speaks of an entry that is not the one that was sent.

    What it leaves out proves nothing; the first mark it bears decides.
    """
    if entry.our_code:
        return entry.our_code != code
    if entry.reference:
        return entry.reference != payload.get("reference_number")
    number = payload.get("bill_number") or payload.get("vendor_credit_number")
    return bool(entry.number and number) and not same_number(entry.number, str(number))


def differences(entry: Entry, expected: Expected) -> list[Difference]:
    """In what the entry differs from the paper, gravest first."""
    tolerance = one_minor_unit(expected.currency) * expected.lines
    status = "draft" if expected.draft else "open"
    found = []
    if entry.total != expected.total:
        found.append(_amount("total", expected.total, entry.total, grave=True))
    if entry.vendor_id != expected.vendor_id:
        found.append(Difference("vendor", expected.vendor_id, entry.vendor_id, grave=True))
    if entry.currency and entry.currency != expected.currency:
        found.append(Difference("currency", expected.currency, entry.currency, grave=True))
    if expected.tax_total is not None and entry.tax_total is not None:
        gap = abs(entry.tax_total - expected.tax_total)
        if gap:
            found.append(
                _amount("tax_total", expected.tax_total, entry.tax_total, grave=gap > tolerance)
            )
    if entry.date != expected.date:
        theirs = entry.date.isoformat() if entry.date else ""
        found.append(Difference("date", expected.date.isoformat(), theirs, grave=False))
    as_asked = entry.status == "draft" if expected.draft else entry.status in STANDING
    if not as_asked:
        found.append(Difference("status", status, entry.status, grave=False))
    return sorted(found, key=lambda difference: not difference.grave)


def _bears_our_mark(entry: Entry, expected: Expected) -> bool:
    if entry.our_code:
        return entry.our_code == expected.code
    return entry.reference == reference_of(expected.code)


def _looks_like_ours(entry: Entry, expected: Expected) -> bool:
    return (
        not entry.our_code
        and not entry.reference.startswith("ZD-")
        and entry.vendor_id == expected.vendor_id
        and entry.date == expected.date
        and entry.currency == expected.currency
        and entry.total == expected.total
    )


def _amount(field: str, ours: Decimal, theirs: Decimal | None, *, grave: bool) -> Difference:
    return Difference(field, f"{ours:f}", "" if theirs is None else f"{theirs:f}", grave)
