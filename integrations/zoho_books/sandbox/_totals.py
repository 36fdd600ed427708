"""What Zoho computes itself: line totals, tax per rate, sums."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from ._store import Record
from ._wire import Problem

_CENT = Decimal("0.01")


def amount(value: object, name: str) -> Decimal:
    """A number as sent; Zoho's refusal if it is none."""
    try:
        number = Decimal(str(value if value not in (None, "") else 0))
    except InvalidOperation:
        raise Problem(400, 4, f"Invalid value passed for {name}") from None
    if not number.is_finite():
        raise Problem(400, 4, f"Invalid value passed for {name}")
    return number


def rounded(value: Decimal) -> Decimal:
    """To the cent, half up."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def compute(record: Record, taxes: Mapping[str, Record]) -> None:
    """Fill in item totals, taxes and sums of a record with lines, in place."""
    inclusive = bool(record.get("is_inclusive_tax"))
    by_line = bool(record.get("is_item_level_tax_calc"))
    bases: dict[str, Decimal] = {}
    line_taxes: dict[str, Decimal] = {}
    sub_total = Decimal(0)
    for line in record["line_items"]:
        gross = rounded(amount(line.get("rate"), "rate") * amount(line.get("quantity"), "quantity"))
        tax_id = str(line.get("tax_id") or "")
        percent = Decimal(str(taxes[tax_id]["tax_percentage"])) if tax_id else Decimal(0)
        net = rounded(gross / (1 + percent / 100)) if inclusive else gross
        tax = gross - net if inclusive else rounded(net * percent / 100)
        line["item_total"] = net
        line["tax_percentage"] = percent
        line["tax_name"] = taxes[tax_id]["tax_name"] if tax_id else ""
        sub_total += net
        if tax_id:
            bases[tax_id] = bases.get(tax_id, Decimal(0)) + net
            line_taxes[tax_id] = line_taxes.get(tax_id, Decimal(0)) + tax
            line["line_item_taxes"] = [{"tax_id": tax_id, "tax_amount": tax}]
    record["taxes"] = [
        _tax_line(taxes[tax_id], base, line_taxes[tax_id], exact=inclusive or by_line)
        for tax_id, base in bases.items()
    ]
    tax_total = sum((tax["tax_amount"] for tax in record["taxes"]), Decimal(0))
    adjustment = rounded(amount(record.get("adjustment"), "adjustment"))
    record["adjustment"] = adjustment
    record["sub_total"] = sub_total
    record["tax_total"] = tax_total
    record["total"] = sub_total + tax_total + adjustment
    record["balance"] = record["total"]


def _tax_line(tax: Record, base: Decimal, by_lines: Decimal, *, exact: bool) -> dict[str, Any]:
    by_sum = rounded(base * Decimal(str(tax["tax_percentage"])) / 100)
    return {
        "tax_id": tax["tax_id"],
        "tax_name": tax["tax_name"],
        "tax_amount": by_lines if exact else by_sum,
    }
