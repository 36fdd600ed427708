"""Amounts: rounded as invoices are, and nothing a paper can print breaks the sums."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.papers import case, invoice, ports
from zohodocs.domain.invoice import AMOUNT_FIELDS
from zohodocs.domain.money import rounded, text, to_decimal
from zohodocs.pipeline import flow


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("2.675", "EUR", "2.68"),
        ("-2.675", "EUR", "-2.68"),
        ("0.5", "JPY", "1"),
        ("1.0005", "BHD", "1.001"),
        ("1", "", "1.00"),
    ],
)
def test_an_amount_is_rounded_to_the_coins_of_its_currency(
    amount: str, currency: str, said: str
) -> None:
    assert text(Decimal(amount), currency) == said


@pytest.mark.parametrize("printed", ["", "NaN", "Infinity", "1e400", "1e-400", "9" * 40, "1,00"])
def test_what_is_no_amount_of_money_is_missing(printed: str) -> None:
    assert to_decimal(printed) is None


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_amount_that_is_taken_can_be_rounded_with_any_currency(number: Decimal) -> None:
    amount = to_decimal(number)

    if amount is not None:
        for currency in ("EUR", "JPY", "BHD", ""):
            assert abs(rounded(amount * amount, currency) - amount * amount) <= 1


@pytest.mark.parametrize("field", AMOUNT_FIELDS)
@pytest.mark.parametrize("printed", ["9" * 27, "9" * 27 + ".99", "1e26"])
def test_an_absurd_amount_on_a_paper_goes_to_a_person_and_stops_nobody(
    field: str, printed: str
) -> None:
    paper = invoice(**{field: to_decimal(printed)})

    judged = flow.run(case(paper), ports(), stages=flow.RECHECK)

    assert judged.decision is not None  # type: ignore[union-attr]  # the rechecks never stop
    assert judged.decision.reasons  # type: ignore[union-attr]  # as above
