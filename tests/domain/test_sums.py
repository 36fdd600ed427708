"""The arithmetic of a paper."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.pipeline.papers import invoice
from zohodocs.domain import sums
from zohodocs.domain.invoice import LineItem, TaxLine
from zohodocs.domain.money import rounded

cents = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(100_000), places=2)


@given(st.lists(cents, min_size=1, max_size=8), st.sampled_from(["0", "5", "8", "23"]))
def test_lines_rounded_one_by_one_fit_net_and_gross(nets: list[Decimal], rate: str) -> None:
    taxes = [rounded(net * Decimal(rate) / 100, "EUR") for net in nets]
    net, tax = sum(nets, Decimal(0)), sum(taxes, Decimal(0))
    paper = invoice(
        currency="EUR",
        net_total=net,
        tax_total=tax,
        gross_total=net + tax,
        line_items=tuple(LineItem(line_total=n, tax_rate=Decimal(rate)) for n in nets),
        tax_lines=(TaxLine(Decimal(rate), net, tax),),
    )
    gross_lines = tuple(
        LineItem(line_total=n + t, tax_rate=Decimal(rate)) for n, t in zip(nets, taxes, strict=True)
    )

    assert sums.total_gap(paper) == 0
    assert sums.price_basis(paper) == "net"
    gap = sums.rate_gap(paper.tax_lines[0])
    assert gap is not None
    assert abs(gap) <= sums.tolerance("EUR", len(nets))
    fits = sums.price_basis(invoice(**_totals(net, tax), line_items=gross_lines))
    assert fits == ("gross" if tax else "net")


def test_the_tolerance_is_one_minor_unit_a_line_of_the_currency_itself() -> None:
    assert sums.tolerance("EUR", 3) == Decimal("0.03")
    assert sums.tolerance("JPY", 0) == Decimal(1)
    assert sums.tolerance("BHD", 2) == Decimal("0.002")


def test_a_missing_part_is_not_zero() -> None:
    assert sums.total_gap(invoice(tax_total=None)) is None
    assert sums.rate_gap(TaxLine(None, Decimal(1), Decimal(1))) is None
    assert sums.price_basis(invoice(line_items=(LineItem("x"),))) is None


def test_zero_percent_is_a_rate() -> None:
    zero = invoice(tax_lines=(TaxLine(Decimal(0), Decimal(100), Decimal(0), "Z"),))

    assert sums.printed_rates(zero) == ((Decimal(0), "Z"),)
    assert sums.rate_gap(zero.tax_lines[0]) == 0
    assert sums.rate_text(Decimal("0.000")) == "0"
    assert sums.rate_text(Decimal("23.00")) == "23"
    assert sums.rate_text(Decimal(20)) == "20"


def test_a_total_tax_of_zero_states_the_rate_zero_and_a_missing_one_states_none() -> None:
    bare = invoice(tax_lines=(), line_items=())

    assert sums.printed_rates(bare) == ()
    assert sums.printed_rates(invoice(tax_lines=(), line_items=(), tax_total=Decimal("0.00"))) == (
        (Decimal(0), ""),
    )


def test_a_credit_note_may_print_its_lines_with_the_other_sign() -> None:
    lines = (LineItem(line_total=Decimal("-100.00")),)

    assert sums.price_basis(invoice(document_type="credit_note", line_items=lines)) == "net"
    assert sums.price_basis(invoice(line_items=lines)) is None


def _totals(net: Decimal, tax: Decimal) -> dict[str, object]:
    return {
        "currency": "EUR",
        "net_total": net,
        "tax_total": tax,
        "gross_total": net + tax,
    }
