"""Whether two readings of a field say the same, as a bookkeeper would: money, days, names, ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zohodocs.domain.identity import compared_number, normal_id
from zohodocs.domain.invoice import AMOUNT_FIELDS, DATE_FIELDS
from zohodocs.domain.money import to_decimal
from zohodocs.domain.names import fold_name

_NAMES = frozenset({"supplier_name", "buyer_name", "supplier_address", "buyer_address"})
_IDS = frozenset({"supplier_tax_id", "buyer_tax_id", "iban", "bic"})


def same(field: str, one: str, other: str) -> bool:
    """Whether the two values of a field mean the same; a missing one is only like a missing one."""
    if one == other:
        return True
    if not one or not other:
        return False
    return _equality(field)(one, other)


def differing(
    control: Mapping[str, str], candidate: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """The fields in which they differ, with both values."""
    return {
        field: (control.get(field, ""), candidate.get(field, ""))
        for field in sorted({*control, *candidate})
        if not same(field, control.get(field, ""), candidate.get(field, ""))
    }


def _equality(field: str) -> Callable[[str, str], bool]:
    if field in AMOUNT_FIELDS:
        return lambda one, other: (
            to_decimal(one) is not None and to_decimal(one) == to_decimal(other)
        )
    if field in DATE_FIELDS:
        return lambda one, other: one[:10] == other[:10]
    if field in _NAMES:
        return lambda one, other: fold_name(one) == fold_name(other) != ""
    if field in _IDS:
        return lambda one, other: normal_id(one) == normal_id(other)
    if field == "invoice_number":
        return lambda one, other: compared_number(one) == compared_number(other)
    return lambda one, other: one.casefold().split() == other.casefold().split()
