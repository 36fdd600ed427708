"""Numbers as printed, and the totals picked by label and arithmetic."""

from decimal import Decimal

import pytest

from tests.extraction.typewriter import typed
from zohodocs.pipeline.extraction.rules import extract
from zohodocs.pipeline.extraction.rules.amounts import find_amounts, read_number
from zohodocs.pipeline.extraction.rules.layout import lay_out


@pytest.mark.parametrize(
    ("printed", "mark", "value"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1,234.56", ".", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1'234.50", ".", "1234.50"),
        ("1.234", ",", "1234"),
        ("1,234", ".", "1234"),
        ("1.234.567", ",", "1234567"),
        ("0,052", ",", "0.052"),
        ("0.052", ",", "0.052"),
        ("12,5", ",", "12.5"),
        ("1.163,4000", ",", "1163.4000"),
    ],
)
def test_a_number_is_read_by_the_papers_decimal_mark(printed: str, mark: str, value: str) -> None:
    assert read_number(printed, mark)[0] == Decimal(value)


@pytest.mark.parametrize(
    ("printed", "value", "currency"),
    [
        ("€ 12.50", "12.50", "EUR"),
        ("12,50 zł", "12.50", "PLN"),
        ("-12.50", "-12.50", ""),
        ("($12.50)", "-12.50", "$"),
        ("12.50-", "-12.50", ""),
        ("EUR 12.50", "12.50", "EUR"),
        ("VAT 12.50", "12.50", ""),
        ("1 250,00 Kč", "1250.00", "CZK"),
    ],
)
def test_sign_and_currency_are_read_with_the_number(
    printed: str, value: str, currency: str
) -> None:
    mark = "," if "," in printed else "."
    amount = find_amounts(lay_out(typed(f"Label  {printed}")), mark)[0][0]
    assert (amount.value, amount.currency) == (Decimal(value), currency)


@pytest.mark.parametrize("text", ["22.12.2020", "555-12-34", "A/12/2024", "10:30", "v1.2.3"])
def test_what_is_no_number_alone_is_no_amount(text: str) -> None:
    assert find_amounts(lay_out(typed(text)), ".")[0] == []


def totals(body: str) -> dict[str, str]:
    found = extract(typed(f"INVOICE\n\nInvoice number: A-77\n\n{body}"))
    names = ("net_total", "tax_total", "gross_total", "amount_due", "currency")
    return {name: found.fields[name].value for name in names if name in found.fields}


def test_net_tax_and_gross_go_to_their_fields() -> None:
    assert totals("Subtotal   € 100.00\nVAT 20%    € 20.00\nTotal      € 120.00") == {
        "net_total": "100.00",
        "tax_total": "20.00",
        "gross_total": "120.00",
        "currency": "EUR",
    }


def test_a_balance_due_is_the_gross_where_no_total_is_printed() -> None:
    found = totals("Subtotal   $1,440.00\nTax        $100.80\nBalance due   $1,540.80")
    assert found["gross_total"] == found["amount_due"] == "1540.80"


def test_an_advance_makes_the_amount_due_another_amount() -> None:
    found = totals(
        "Net total   1,000.00 EUR\nVAT 19%     190.00 EUR\nGross total   1,190.00 EUR\n"
        "Less deposit   500.00 EUR\nAmount due    690.00 EUR"
    )
    assert (found["gross_total"], found["amount_due"]) == ("1190.00", "690.00")


def test_arithmetic_picks_among_amounts_on_one_row() -> None:
    found = totals(
        "Gesamtbeträge   Netto     MwSt      Brutto\nSumme   100,00   19,00   119,00 EUR"
    )
    assert found["gross_total"] == "119.00"


def test_wrong_sums_are_reported_as_printed() -> None:
    found = totals("Subtotal   € 100.00\nVAT 20%    € 20.00\nTotal      € 130.00")
    assert (found["net_total"], found["tax_total"], found["gross_total"]) == (
        "100.00",
        "20.00",
        "130.00",
    )


def test_sums_that_hold_make_a_total_more_certain() -> None:
    right = extract(typed("INVOICE\nSubtotal   € 100.00\nVAT   € 20.00\nTotal   € 120.00"))
    wrong = extract(typed("INVOICE\nSubtotal   € 100.00\nVAT   € 20.00\nTotal   € 130.00"))
    assert right.fields["gross_total"].confidence > wrong.fields["gross_total"].confidence


def test_amounts_have_the_currencys_decimals() -> None:
    assert totals("Total   JPY 12,000")["gross_total"] == "12000"
    assert totals("Total   € 90")["gross_total"] == "90.00"


def test_a_dollar_sign_is_settled_by_the_country() -> None:
    canadian = totals(
        "12 King Street\nToronto, ON M5V 2T6\nCanada\nBill to: Acme Inc.\nTotal  $90.00"
    )
    assert totals("Springfield, IL 62704\nTotal   $90.00")["currency"] == "USD"
    assert canadian["currency"] in {"CAD", "USD"}


def test_a_paper_that_names_no_currency_has_none() -> None:
    assert "currency" not in totals("Total   90.00")


def test_withheld_tax_leaves_the_gross_total_open() -> None:
    found = totals(
        "Base imponible   1.000,00 €\nIVA (21%)   210,00 €\nRetención IRPF (-15%)   -150,00 €\n"
        "Total a pagar   1.060,00 €\nFactura nº 12"
    )
    assert found["amount_due"] == "1060.00"
    assert "gross_total" not in found


def test_days_of_grace_are_no_net_total() -> None:
    assert "net_total" not in totals("Total   $1,020.00\nNet 30")


def test_a_swiss_tax_number_is_no_currency() -> None:
    found = totals("CHE-123.456.788 MWST\nTotal CHF   648.60")
    assert found["currency"] == "CHF"


def test_tax_lines_come_from_the_summary_by_rate() -> None:
    paper = """
RECHNUNG
Rechnungsnummer: 5

Steuersatz    Nettobetrag    Steuerbetrag
19 %          336,00         63,84
7 %           160,00         11,20

Gesamtbetrag  571,04 EUR
"""
    lines = extract(typed(paper)).tax_lines
    assert [(line.rate, line.base, line.tax) for line in lines] == [
        (Decimal(19), Decimal("336.00"), Decimal("63.84")),
        (Decimal(7), Decimal("160.00"), Decimal("11.20")),
    ]
