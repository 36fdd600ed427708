"""Lines of a bill taken apart and put together; their sum stays what it was, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from .invoice import LineItem
from .money import ZERO, rounded


class NotMergeable(Exception):
    """These lines cannot be one."""


def split(line: LineItem, currency: str) -> tuple[LineItem, LineItem]:
    """Two lines in place of one: half of its amount each, of an odd minor unit the first has more.

    What no longer holds of a half (quantity, price) is left open.
    """
    part = replace(line, quantity=None, unit_price=None)
    if line.line_total is None:
        return part, part
    half = rounded(line.line_total / 2, currency)
    return replace(part, line_total=half), replace(part, line_total=line.line_total - half)


def merge(lines: Sequence[LineItem]) -> LineItem:
    """One line in place of several. Raises NotMergeable where their tax rates differ.

    Quantities are added where the price is one; a sum with a missing amount is missing.
    """
    if len({line.tax_rate for line in lines}) != 1:
        raise NotMergeable
    first = lines[0]
    same_price = len({line.unit_price for line in lines}) == 1
    quantities = [line.quantity for line in lines]
    texts = dict.fromkeys(line.description for line in lines if line.description)
    return LineItem(
        description=" + ".join(texts),
        quantity=_sum(quantities) if same_price else None,
        unit_price=first.unit_price if same_price and None not in quantities else None,
        line_total=_sum([line.line_total for line in lines]),
        tax_rate=first.tax_rate,
    )


def total(lines: Sequence[LineItem]) -> Decimal | None:
    """The sum of their amounts; None where one is missing or there is no line."""
    return _sum([line.line_total for line in lines]) if lines else None


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
