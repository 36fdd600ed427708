"""From the paper's values to Zoho's JSON: nothing guessed, the printed total hit to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.posting.bookings import booking, line, paper, refusal
from zohodocs.domain.invoice import TaxLine
from zohodocs.posting import bills
from zohodocs.posting.booking import unsigned
from zohodocs.posting.lines import plan_lines, taxes_on
from zohodocs.posting.payment import means_in, paid_through
from zohodocs.posting.refusals import CannotPlan


def test_the_payload_says_all_a_bill_needs() -> None:
    content = bills.payload(booking())

    assert content["vendor_id"] == "v1"
    assert content["bill_number"] == "RE-118"
    assert content["date"] == "2024-04-18"
    assert content["due_date"] == "2024-05-02"
    assert content["currency_id"] == "c1"
    assert content["is_inclusive_tax"] is False
    assert content["reference_number"] == "ZD-4B1D1C6E0000"
    assert content["custom_fields"] == [
        {"api_name": "cf_document_id", "value": "4b1d1c6e-0000-4000-8000-000000000001"}
    ]
    assert "adjustment" not in content
    (row,) = content["line_items"]
    assert (row["account_id"], row["tax_id"]) == ("a1", "t19")
    assert row["rate"] * row["quantity"] == Decimal("100.00")


def test_a_line_total_is_never_multiplied_by_its_quantity_again() -> None:
    # The old system sent the line total as the unit price.
    invoice = paper(line_items=(line("Paper", "4", "25.00", "100.00", "19"),))

    (row,) = bills.payload(booking(invoice))["line_items"]

    assert (row["quantity"], row["rate"]) == (Decimal(4), Decimal("25.00"))


def test_a_line_that_does_not_multiply_up_becomes_one_piece_at_its_total() -> None:
    invoice = paper(line_items=(line("Energy", "333", "0.30", "100.00", "19"),))

    (row,) = bills.payload(booking(invoice))["line_items"]

    assert (row["quantity"], row["rate"]) == (Decimal(1), Decimal("100.00"))


def test_a_price_with_many_decimals_is_told_in_the_description() -> None:
    invoice = paper(line_items=(line("Energy", "325", "0.3077", "100.00", "19"),))

    (row,) = bills.payload(booking(invoice))["line_items"]

    assert (row["quantity"], row["rate"]) == (Decimal(1), Decimal("100.00"))
    assert "325 × 0.3077" in row["description"]


def test_lines_with_tax_inside_are_told_by_arithmetic() -> None:
    invoice = paper(line_items=(line("Paper", "2", "59.50", "119.00", "19"),))

    content = bills.payload(booking(invoice))

    assert content["is_inclusive_tax"] is True
    assert content["line_items"][0]["rate"] == Decimal("59.50")


def test_without_tax_both_readings_fit_and_prices_count_as_net() -> None:
    invoice = paper(
        tax_total=Decimal(0),
        gross_total=Decimal("100.00"),
        line_items=(line("Stamps", "1", "100.00", "100.00", "0"),),
        tax_lines=(TaxLine(Decimal(0), Decimal(100), Decimal(0)),),
    )

    content = bills.payload(booking(invoice))

    assert content["is_inclusive_tax"] is False
    assert content["line_items"][0]["tax_id"] == "t0"


def test_a_cent_of_rounding_goes_to_the_adjustment_with_its_reason() -> None:
    invoice = paper(gross_total=Decimal("119.01"))

    content = bills.payload(booking(invoice))

    assert content["adjustment"] == Decimal("0.01")
    assert content["adjustment_description"]


def test_more_than_rounding_goes_to_a_person() -> None:
    assert refusal(paper(gross_total=Decimal("119.50"))) == "totals_do_not_add_up"


def test_lines_that_do_not_add_up_give_way_to_the_tax_summary() -> None:
    invoice = paper(
        line_items=(line("Paper", "1", "80.00", "80.00", "19"),),
        net_total=Decimal("150.00"),
        tax_total=Decimal("22.50"),
        gross_total=Decimal("172.50"),
        tax_lines=(
            TaxLine(Decimal(19), Decimal("100.00"), Decimal("19.00")),
            TaxLine(Decimal(7), Decimal("50.00"), Decimal("3.50")),
        ),
    )

    rows = bills.payload(booking(invoice))["line_items"]

    assert [(row["rate"], row["tax_id"]) for row in rows] == [
        (Decimal("100.00"), "t19"),
        (Decimal("50.00"), "t7"),
    ]
    assert refusal(invoice, lines_required=True) == "lines_do_not_add_up"


def test_a_discount_line_gives_way_to_the_tax_summary() -> None:
    invoice = paper(
        line_items=(
            line("Paper", "1", "110.00", "110.00", "19"),
            line("Discount", "1", "-10.00", "-10.00", "19"),
        )
    )

    (row,) = bills.payload(booking(invoice))["line_items"]

    assert row["rate"] == Decimal("100.00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issue_date": None}, "issue_date_missing"),
        ({"gross_total": None}, "total_missing"),
        ({"gross_total": Decimal("-119")}, "total_negative"),
        ({"gross_total": Decimal(0)}, "total_zero"),
        ({"invoice_number": " "}, "invoice_number_missing"),
        ({"invoice_number": "1" * 101}, "invoice_number_too_long"),
    ],
)
def test_what_is_missing_is_asked_for(changes: dict[str, Any], code: str) -> None:
    assert refusal(paper(**changes)) == code


@pytest.mark.parametrize("changes", [{"account_id": ""}, {"vendor_id": ""}])
def test_account_and_vendor_are_never_guessed(changes: dict[str, str]) -> None:
    assert refusal(paper(), **changes) in ("account_missing", "vendor_missing")


def test_a_closed_period_moves_the_day_and_keeps_the_printed_one_in_the_notes() -> None:
    content = bills.payload(booking(booking_date=date(2024, 5, 1)))

    assert content["date"] == "2024-05-01"
    assert "2024-04-18" in content["notes"]


def test_a_number_used_in_another_year_carries_its_year() -> None:
    content = bills.payload(booking(paper(invoice_number="17"), year_in_number=True))

    assert content["bill_number"] == "17 (2024)"
    assert content["reference_number"] == "17"


def test_a_draft_says_so() -> None:
    assert bills.payload(booking(draft=True))["status"] == "draft"


def test_a_credit_note_has_positive_amounts_however_it_is_printed() -> None:
    printed = paper(
        document_type="credit_note",
        net_total=Decimal("-100.00"),
        tax_total=Decimal("-19.00"),
        gross_total=Decimal("-119.00"),
        line_items=(line("Returned", "-4", "25.00", "-100.00", "19"),),
        tax_lines=(TaxLine(Decimal(19), Decimal("-100.00"), Decimal("-19.00")),),
    )

    content = bills.payload(booking(unsigned(printed), kind="vendor_credit"))

    assert content["vendor_credit_number"] == "RE-118"
    (row,) = content["line_items"]
    assert (row["quantity"], row["rate"]) == (Decimal(4), Decimal("25.00"))


def test_a_receipt_is_what_was_paid_with_its_tax_inside() -> None:
    content = bills.payload(booking(kind="expense", paid_through_id="cash"))

    assert content["amount"] == Decimal("119.00")
    assert content["is_inclusive_tax"] is True
    assert content["tax_id"] == "t19"
    assert content["paid_through_account_id"] == "cash"


def test_a_receipt_of_two_rates_is_split_by_tax() -> None:
    invoice = paper(
        net_total=Decimal("150.00"),
        tax_total=Decimal("22.50"),
        gross_total=Decimal("172.50"),
        tax_lines=(
            TaxLine(Decimal(19), Decimal("100.00"), Decimal("19.00")),
            TaxLine(Decimal(7), Decimal("50.00"), Decimal("3.50")),
        ),
    )

    content = bills.payload(booking(invoice, kind="expense", paid_through_id="cash"))

    assert [(row["tax_id"], row["amount"]) for row in content["line_items"]] == [
        ("t19", Decimal("119.00")),
        ("t7", Decimal("53.50")),
    ]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Summe EUR 12,00 Bar gegeben", "cash"),
        ("Zapłacono gotówką", "cash"),
        ("VISA **** 4711", "card"),
        ("Barcode 4711", None),
        ("Gegeben bar 20,00, Rest mit Girocard", None),
        ("", None),
    ],
)
def test_cash_and_card_are_told_by_whole_words(text: str, means: str | None) -> None:
    assert means_in(text) == means


def test_several_accounts_to_pay_from_are_asked_about() -> None:
    assert paid_through("cash", [("1", "cash"), ("2", "expense")]) == "1"
    with pytest.raises(CannotPlan, match="several"):
        paid_through("cash", [("1", "cash"), ("2", "cash")])
    with pytest.raises(CannotPlan, match="no business card"):
        paid_through("card", [("1", "cash")])


def test_a_stored_payload_comes_back_as_it_was() -> None:
    content = bills.payload(booking(paper(gross_total=Decimal("119.01"))))

    assert bills.wire(bills.stored(content)) == content


amounts = st.decimals(min_value="0.01", max_value="9999", places=2, allow_nan=False)


@given(
    prices=st.lists(st.tuples(amounts, st.sampled_from(["19", "7", "0"])), min_size=1, max_size=8),
    off=st.integers(min_value=-1, max_value=1),
)
def test_what_zoho_will_compute_is_the_printed_total(
    prices: list[tuple[Decimal, str]], off: int
) -> None:
    items = tuple(line(f"Line {n}", "1", str(p), str(p), r) for n, (p, r) in enumerate(prices))
    net = sum((price for price, _ in prices), Decimal(0))
    bases: dict[str, Decimal] = {}
    for price, rate in prices:
        bases[rate] = bases.get(rate, Decimal(0)) + price
    tax = sum((round(base * Decimal(rate) / 100, 2) for rate, base in bases.items()), Decimal(0))
    gross = net + tax + off * Decimal("0.01")
    if gross <= 0:
        return
    invoice = paper(net_total=net, tax_total=tax, gross_total=gross, line_items=items, tax_lines=())

    lines = plan_lines(booking(invoice))

    sums = sum((row.amount("EUR") for row in lines.rows), Decimal(0))
    added = Decimal(0) if lines.inclusive else taxes_on(lines.rows, "EUR")
    assert sums + added + lines.adjustment == gross
    assert abs(lines.adjustment) <= Decimal("0.01") * len(items)
