"""Rates become Zoho's taxes by proof: stated, or shown by the amounts, never guessed."""

from __future__ import annotations

from decimal import Decimal

from tests.posting.bookings import TAXES, booking, line, paper, refusal
from zohodocs.domain.invoice import TaxLine
from zohodocs.posting import bills


def test_zero_percent_is_a_rate_and_not_a_missing_value() -> None:
    invoice = paper(
        tax_total=Decimal("0.00"),
        gross_total=Decimal("100.00"),
        tax_lines=(TaxLine(Decimal(0), Decimal(100), Decimal(0)),),
    )

    assert bills.payload(booking(invoice))["line_items"][0]["tax_id"] == "t0"


def test_a_missing_rate_stays_missing() -> None:
    invoice = paper(net_total=None, tax_total=None, tax_lines=())

    assert refusal(invoice) == "tax_unclear"


def test_amounts_may_prove_a_rate_that_is_not_printed() -> None:
    (row,) = bills.payload(booking(paper(tax_lines=())))["line_items"]

    assert row["tax_id"] == "t19"


def test_amounts_of_two_rates_prove_none() -> None:
    invoice = paper(
        net_total=Decimal("150.00"),
        tax_total=Decimal("22.50"),
        gross_total=Decimal("172.50"),
        tax_lines=(),
    )

    assert refusal(invoice) == "tax_unclear"


def test_the_category_chooses_among_taxes_of_one_rate() -> None:
    def chosen(category: str) -> str:
        lines = (TaxLine(Decimal(0), Decimal(100), Decimal(0), category),)
        invoice = paper(
            tax_total=Decimal(0),
            gross_total=Decimal("100.00"),
            tax_lines=lines,
            supplier_tax_id="PL5260250995",
        )
        return str(bills.payload(booking(invoice))["line_items"][0]["tax_id"])

    assert [chosen(letter) for letter in ("E", "K", "AE")] == ["exempt", "eu", "reverse"]


def test_a_purchase_within_the_eu_without_tax_is_asked_about_if_two_taxes_could_be_meant() -> None:
    invoice = paper(
        supplier_tax_id="PL5260250995",
        tax_total=Decimal(0),
        gross_total=Decimal("100.00"),
        tax_lines=(),
    )

    assert refusal(invoice) == "tax_unclear"
    named = bills.payload(booking(invoice, chosen_taxes={"0": "eu"}))
    assert named["line_items"][0]["tax_id"] == "eu"
    only = tuple(tax for tax in TAXES if tax.id != "reverse")
    assert bills.payload(booking(invoice, taxes=only))["line_items"][0]["tax_id"] == "eu"


def test_the_tax_summary_names_the_category_that_lines_leave_open() -> None:
    invoice = paper(
        supplier_tax_id="FR40303265045",
        net_total=Decimal("62.00"),
        tax_total=Decimal(0),
        gross_total=Decimal("62.00"),
        line_items=(
            line("Course", "1", "60.00", "60.00", "0"),
            line("Paper", "1", "2.00", "2.00", "0"),
        ),
        tax_lines=(
            TaxLine(Decimal(0), Decimal("60.00"), Decimal(0), "E"),
            TaxLine(Decimal(0), Decimal("2.00"), Decimal(0), "K"),
        ),
    )

    rows = bills.payload(booking(invoice))["line_items"]

    assert [row["tax_id"] for row in rows] == ["exempt", "eu"]
    assert refusal(invoice, lines_required=True) == "tax_unclear"


def test_a_rate_the_organisation_does_not_have_goes_to_a_person() -> None:
    invoice = paper(
        tax_total=Decimal("23.00"),
        gross_total=Decimal("123.00"),
        tax_lines=(TaxLine(Decimal(23), Decimal(100), Decimal(23)),),
    )

    assert refusal(invoice) == "tax_unmapped"
