"""Tax lines: rate, base and tax from the tax summary, or from labelled totals ("VAT 20 % 9.34")."""

from __future__ import annotations

from decimal import Decimal

from zohodocs.domain.invoice import TaxLine

from .amounts import Amount
from .layout import Layout
from .lexicon import Hits
from .tables import is_tax_header

_HIGHEST_RATE = Decimal(30)
_CENT = Decimal("0.02")


def find_tax_lines(
    layout: Layout, hits: Hits, amounts: list[list[Amount]], *, inside_tables: set[int]
) -> tuple[list[TaxLine], set[int]]:
    """One line a rate as printed (0 % is a rate), and the indices of the summary's rows."""
    summary, rows = _summary(layout, hits, amounts, inside_tables)
    return (summary, rows) if summary else (_labelled(hits, amounts, inside_tables), set())


def _summary(
    layout: Layout, hits: Hits, amounts: list[list[Amount]], inside: set[int]
) -> tuple[list[TaxLine], set[int]]:
    """Rows under a header that names rate and tax (or base), read by arithmetic."""
    for line in layout.lines:
        if line.index in inside:
            continue
        if not is_tax_header(hits, line):
            continue
        found = []
        rows: set[int] = set()
        for below in layout.below(line, reach=14):
            read = _by_arithmetic(amounts[below.index])
            if read is not None:
                found.append(read)
                rows.add(below.index)
            elif found and amounts[below.index]:
                break
        if found:
            return found, rows
    return [], set()


def _by_arithmetic(row: list[Amount]) -> TaxLine | None:
    """A rate, a base and the tax that the rate makes of it; gross may stand beside them."""
    rates = [a for a in row if a.percent] or [
        a for a in row if 0 <= a.value <= _HIGHEST_RATE and not a.currency
    ]
    values = [a for a in row if not a.percent]
    for rate in rates:
        if not 0 <= rate.value <= _HIGHEST_RATE:
            continue
        rest = [a for a in values if a is not rate]
        for base in rest:
            for tax in rest:
                if tax is base:
                    continue
                due = base.value * rate.value / 100
                if abs(due - tax.value) <= _CENT and (base.value or tax.value):
                    return TaxLine(rate.value.normalize() + 0, base.value, tax.value)
    return None


def _labelled(hits: Hits, amounts: list[list[Amount]], inside: set[int]) -> list[TaxLine]:
    """Labels of tax with a rate on their line."""
    found: list[TaxLine] = []
    for index, row in enumerate(hits.labels):
        if index in inside:
            continue
        for hit in row:
            if hit.fields.get("tax_total", 0.0) < 1 or not hit.opens:
                continue
            rates = [a for a in amounts[index] if a.percent]
            values = [a for a in amounts[index] if not a.percent and a.start >= hit.end]
            if len(rates) == 1 and values and 0 <= rates[0].value <= _HIGHEST_RATE:
                base = values[0].value if len(values) > 1 else None
                line = TaxLine(rates[0].value.normalize() + 0, base, values[-1].value)
                if line not in found:
                    found.append(line)
    return found
