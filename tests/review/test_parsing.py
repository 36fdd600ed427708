"""Texts of papers and people as stored values: any print form, and nothing guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.parsing import NotReadable, PaperContext, parse, parse_amount, parse_date

GERMAN = PaperContext(country="DE", currency="EUR")
AMERICAN = PaperContext(country="US", currency="USD")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1.121,69 €", "1121.69"),
        ("EUR 1,121.69", "1121.69"),
        ("1 121,69", "1121.69"),
        ("1'200.50 CHF", "1200.50"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("0,5", "0.5"),
        ("0.123", "0.123"),
        ("(42.00)", "-42.00"),
        ("42,00-", "-42.00"),
        ("−42", "-42"),
        ("Gesamt: 25,00 €", "25.00"),
    ],
)
def test_an_amount_is_read_in_any_print_form(raw: str, expected: str) -> None:
    assert parse_amount(raw, "EUR") == Decimal(expected)


def test_the_currency_settles_what_three_digits_mean() -> None:
    assert parse_amount("1.234", "EUR") == 1234
    assert parse_amount("1.234", "BHD") == Decimal("1.234")
    assert parse("gross_total", "1.234,5", PaperContext(currency="JPY")) == "1235"


@pytest.mark.parametrize("raw", ["abc", "", "12 and 13", "9" * 40])
def test_what_is_no_amount_is_refused(raw: str) -> None:
    with pytest.raises(NotReadable):
        parse_amount(raw, "EUR")


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_every_amount_survives_german_and_english_print(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))

    assert parse_amount(english, "EUR") == amount
    assert parse_amount(german, "EUR") == amount


@pytest.mark.parametrize(
    "raw",
    [
        "2024-05-02",
        "2024/05/02",
        "02.05.2024",
        "2.5.24",
        "02/05/2024",
        "2. Mai 2024",
        "May 2nd, 2024",
        "2 mai 2024",
        "2 maja 2024",
        "2 maggio 2024",
        "2 de mayo de 2024",
        "2 mei 2024",
        "2 мая 2024 г.",
        "2. mai 2024",
        "FÄLLIG AM 2024-05-02",
    ],
)
def test_a_date_is_read_in_any_print_form(raw: str) -> None:
    assert parse_date(raw, GERMAN) == date(2024, 5, 2)


def test_the_country_settles_the_order_of_day_and_month() -> None:
    assert parse_date("02/05/2024", AMERICAN) == date(2024, 2, 5)
    assert parse_date("13/05/2024", AMERICAN) == date(2024, 5, 13)
    assert parse_date("02.05.2024", AMERICAN) == date(2024, 5, 2)


def test_another_date_of_the_paper_settles_it_too() -> None:
    assert parse_date("02/05/2024", PaperContext(printed_dates=("04/18/2024",))) == date(2024, 2, 5)
    assert parse_date("02/05/2024", PaperContext(printed_dates=("18/04/2024",))) == date(2024, 5, 2)


@pytest.mark.parametrize(
    "raw", ["02/05/2024", "14 Tage", "99/99/2024", "May", "1.1.0001", "tomorrow"]
)
def test_what_stays_open_or_is_no_date_is_refused(raw: str) -> None:
    with pytest.raises(NotReadable):
        parse_date(raw, PaperContext())


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        ("iban", "IBAN: DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("supplier_tax_id", "VAT: PL 526-000-12-46", "PL5260001246"),
        ("currency", "€", "EUR"),
        ("currency", "pln", "PLN"),
        ("supplier_country", "de", "DE"),
        ("invoice_number", " RG-2024-0334: ", "RG-2024-0334"),
        ("due_date", "  ", ""),
    ],
)
def test_ids_and_codes_lose_what_does_not_belong_to_them(
    field: str, raw: str, expected: str
) -> None:
    assert parse(field, raw, GERMAN) == expected


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ("iban", "DE89 3704 0044 0532 0130 01"),
        ("supplier_tax_id", "none"),
        ("currency", "XXQ"),
        ("supplier_country", "Germany"),
        ("document_type", "poem"),
        ("invoice_number", "x" * 301),
    ],
)
def test_nonsense_is_refused_with_a_sentence(field: str, raw: str) -> None:
    with pytest.raises(NotReadable) as raised:
        parse(field, raw, GERMAN)

    assert str(raised.value).endswith(".")
