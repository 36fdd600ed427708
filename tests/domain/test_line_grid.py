"""Splitting and merging lines: not a cent comes or goes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zohodocs.domain import line_grid
from zohodocs.domain.invoice import LineItem

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
LINES = st.lists(
    st.builds(
        LineItem,
        description=st.sampled_from(["", "Chair", "Desk"]),
        quantity=st.none() | st.decimals(min_value=1, max_value=99, places=1),
        unit_price=st.none() | AMOUNTS,
        line_total=AMOUNTS,
        tax_rate=st.just(Decimal(19)),
    ),
    min_size=1,
    max_size=6,
)


@given(AMOUNTS, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_the_parts_are_the_whole(amount: Decimal, currency: str) -> None:
    line = LineItem("Chair", Decimal(2), amount / 2, amount, Decimal(19))

    first, second = line_grid.split(line, currency)

    assert line_grid.total([first, second]) == amount
    assert first.quantity is second.quantity is None
    assert first.tax_rate == second.tax_rate == Decimal(19)


@given(LINES)
def test_the_whole_is_its_parts(lines: list[LineItem]) -> None:
    merged = line_grid.merge(lines)

    assert merged.line_total == line_grid.total(lines)
    if merged.quantity is not None:
        assert merged.unit_price == lines[0].unit_price


def test_what_is_missing_stays_missing() -> None:
    known, unknown = LineItem("A", line_total=Decimal(1)), LineItem("B")

    assert line_grid.total([known, unknown]) is None
    assert line_grid.merge([known, unknown]).line_total is None
    assert line_grid.split(unknown, "EUR")[0].line_total is None
    assert line_grid.total([]) is None


def test_different_taxes_stay_apart() -> None:
    lines = [LineItem("A", tax_rate=Decimal(19)), LineItem("B", tax_rate=Decimal(7))]

    with pytest.raises(line_grid.NotMergeable):
        line_grid.merge(lines)
