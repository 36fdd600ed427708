"""What an entry says in Zoho, kept in a few words, and what somebody changed of it since. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from zohodocs.domain.money import rounded

from .entries import VOID, Entry
from .reconcile import STANDING, Difference, Expected

Standing = dict[str, Any]

GONE = "deleted"
_LABELS = {
    "vendor_id": "vendor",
    "total": "total",
    "tax_total": "tax",
    "currency": "currency",
    "date": "date",
    "number": "number",
    "status": "status",
    "file": "file",
}
_GRAVE = frozenset({"vendor_id", "total", "tax_total", "currency"})
_AMOUNTS = frozenset({"total", "tax_total"})


def of(entry: Entry) -> Standing:
    """The entry as it is kept: JSON values, amounts as strings, None where Zoho says nothing."""
    return {
        "id": entry.id,
        "vendor_id": entry.vendor_id or None,
        "vendor_name": entry.vendor_name,
        "number": entry.number or None,
        "date": entry.date.isoformat() if entry.date else None,
        "currency": entry.currency or None,
        "total": None if entry.total is None else f"{entry.total:f}",
        "tax_total": None if entry.tax_total is None else f"{entry.tax_total:f}",
        "status": entry.status or None,
        "file": True if entry.files else entry.has_file,
        "changed_at": entry.changed_at.isoformat() if entry.changed_at else None,
    }


def as_expected(expected: Expected, *, with_file: bool) -> Standing:
    """What was posted, for a posting from before this was kept."""
    tax = expected.tax_total
    return {
        "vendor_id": expected.vendor_id,
        "date": expected.date.isoformat(),
        "currency": expected.currency,
        "total": f"{expected.total:f}",
        "tax_total": None if tax is None else f"{tax:f}",
        "status": "draft" if expected.draft else "open",
        "file": True if with_file else None,
    }


def gone(stood: Mapping[str, Any]) -> Standing:
    """The entry after somebody deleted it."""
    return {**stood, "status": GONE}


def tells_nothing_new(row: Mapping[str, Any], stood: Mapping[str, Any]) -> bool:
    """Whether a row of a list says that the entry is still what was last seen.

    A row says less than the entry; what it leaves out counts as unchanged. Where it names a moment
    of change, that must not be later than the one that was seen.
    """
    if not stood:
        return False
    seen_at, changed_at = _moment(stood.get("changed_at")), _moment(row.get("changed_at"))
    if changed_at is not None and (seen_at is None or changed_at > seen_at):
        return False
    return all(
        row.get(name) is None or _same(name, stood.get(name), row[name])
        for name in _LABELS
        if name != "tax_total"
    )


def changes(agreed: Mapping[str, Any], stands: Mapping[str, Any]) -> list[Difference]:
    """What is otherwise than agreed, gravest first; a payment or an opened draft is no change."""
    if stands.get("status") == GONE:
        if agreed.get("status") == GONE:
            return []
        return [Difference("status", str(agreed.get("status") or "open"), GONE, grave=True)]
    found = []
    for name, label in _LABELS.items():
        was, now = agreed.get(name), stands.get(name)
        if was is None or now is None or _same(name, was, now):
            continue
        found.append(_difference(name, label, agreed, stands))
    return sorted(found, key=lambda difference: not difference.grave)


def sentence(found: list[Difference]) -> str:
    """The changes in words."""
    said = []
    for difference in found:
        if difference.theirs == GONE:
            said.append("it was deleted")
        elif difference.theirs == VOID:
            said.append("it was made void")
        elif difference.field == "file":
            said.append("its file was removed")
        else:
            said.append(f"{difference.field} {difference.ours} → {difference.theirs}")
    return "; ".join(said)


def _difference(
    name: str, label: str, agreed: Mapping[str, Any], stands: Mapping[str, Any]
) -> Difference:
    was, now = agreed[name], stands[name]
    if name == "vendor_id":
        was, now = (side.get("vendor_name") or side[name] for side in (agreed, stands))
    if name == "file":
        was, now = "attached", "missing"
    if name in _AMOUNTS:
        currency = str(stands.get("currency") or agreed.get("currency") or "")
        was, now = (f"{rounded(Decimal(str(side)), currency):f}" for side in (was, now))
    grave = name in _GRAVE or (name == "status" and now == VOID)
    return Difference(label, str(was), str(now), grave=grave)


def _same(name: str, was: object, now: object) -> bool:
    if name in _AMOUNTS and was is not None and now is not None:
        return Decimal(str(was)) == Decimal(str(now))
    if name == "status":
        # Zoho makes overdue of open and paid of both by itself; a draft is there to be opened.
        return was == now or (str(now) in STANDING and was not in (VOID, GONE))
    if name == "file":
        return bool(now) or not was  # one more file is nobody's loss
    return was == now


def _moment(said: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
