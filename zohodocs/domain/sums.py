"""The arithmetic of a paper: what must add up, within one minor unit a line.

Every function answers None where a number is missing: missing is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .invoice import Invoice, LineItem, TaxLine
from .money import ZERO, one_minor_unit, total

HUNDRED = Decimal(100)


def tolerance(currency: str, lines: int) -> Decimal:
    """What rounding may cost: one minor unit per line, at least one."""
    return one_minor_unit(currency) * max(1, lines)


def total_gap(invoice: Invoice) -> Decimal | None:
    """Gross less net less tax: zero on a paper that adds up."""
    if invoice.gross_total is None or invoice.net_total is None or invoice.tax_total is None:
        return None
    return invoice.gross_total - invoice.net_total - invoice.tax_total


def rate_gap(line: TaxLine) -> Decimal | None:
    """Printed tax less base x rate; a rate of 0 % is a rate."""
    if line.rate is None or line.base is None or line.tax is None:
        return None
    return line.tax - line.base * line.rate / HUNDRED


def lines_total(invoice: Invoice) -> Decimal | None:
    """The sum of the lines; None without lines or with a line that prints no total."""
    if not invoice.line_items:
        return None
    return total(line.line_total for line in invoice.line_items)


def price_basis(invoice: Invoice, *, adjustment: Decimal = ZERO) -> str | None:
    """Whether lines are `net` or `gross` prices, by arithmetic; None if they fit neither.

    Where both fit (no tax, or next to none) the nearer wins, and net on a tie. `adjustment` is what
    the paper adds to its lines for the whole document. A credit note's sign is a matter of taste.
    """
    lines = lines_total(invoice)
    if lines is None:
        return None
    lines = _unsigned(lines + adjustment, invoice)
    allowed = tolerance(invoice.currency, len(invoice.line_items))
    gaps = [
        (abs(lines - _unsigned(amount, invoice)), order, basis)
        for order, (basis, amount) in enumerate(
            (("net", invoice.net_total), ("gross", invoice.gross_total))
        )
        if amount is not None and abs(lines - _unsigned(amount, invoice)) <= allowed
    ]
    return min(gaps)[2] if gaps else None


def multiplies(line: LineItem, currency: str) -> bool | None:
    """Whether unit price x quantity is the line total."""
    if line.quantity is None or line.unit_price is None or line.line_total is None:
        return None
    gap = abs(line.quantity * line.unit_price - line.line_total)
    return gap <= tolerance(currency, 1)


def lines_at(rate: Decimal | None, lines: Iterable[LineItem]) -> int:
    """How many lines bear this rate."""
    return sum(1 for line in lines if line.tax_rate is not None and line.tax_rate == rate)


def printed_rates(invoice: Invoice) -> tuple[tuple[Decimal, str], ...]:
    """Every (rate, category) the paper states, in its order; category "" where it is silent.

    The tax table is asked first, then the lines. A total tax of exactly 0 states the rate 0.
    """
    stated = [(line.rate, line.category.upper()) for line in invoice.tax_lines]
    if not any(rate is not None for rate, _ in stated):
        stated = [(line.tax_rate, "") for line in invoice.line_items]
    rates = tuple(dict.fromkeys((rate, category) for rate, category in stated if rate is not None))
    if not rates and invoice.tax_total is not None and invoice.tax_total == 0:
        return ((Decimal(0), ""),)
    return rates


def rate_text(rate: Decimal) -> str:
    """A rate as people write it: `23`, `5.5`, `0`."""
    plain = f"{rate.normalize():f}"
    return "0" if plain == "-0" else plain


def _unsigned(amount: Decimal, invoice: Invoice) -> Decimal:
    return abs(amount) if invoice.document_type == "credit_note" else amount
