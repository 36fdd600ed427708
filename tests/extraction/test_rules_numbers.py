"""The supplier's own number among all the other numbers of a paper."""

import pytest

from tests.extraction.typewriter import typed
from zohodocs.pipeline.extraction.rules import extract


def number(paper: str) -> str | None:
    reading = extract(typed(paper)).fields.get("invoice_number")
    return reading.value if reading else None


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Invoice number: INV-2024-001", "INV-2024-001"),
        ("Invoice #12345", "12345"),
        ("INVOICE NO.   A/77/24", "A/77/24"),
        ("Invoice No: 1234567-1    Order No: 1234567", "1234567-1"),
        ("Rechnung Nr. RE-12 vom 03.04.2024", "RE-12"),
        ("Handelsrechnung (380) Nr. 210111 mit LV vom 30.05.2026", "210111 mit LV"),
        ("Facture n° 2024-08-113", "2024-08-113"),
        ("Fattura n. 12/A del 03/04/2024", "12/A"),
        ("Faktura nr FV/12/2024", "FV/12/2024"),
        ("Factuurnummer: 20240317", "20240317"),
        ("Invoice number: invoice_number_1", "invoice_number_1"),
        ("Arve nr: 2024-1", "2024-1"),
    ],
)
def test_the_number_stands_after_its_label(line: str, value: str) -> None:
    assert number(f"INVOICE\n\n{line}\n\nTotal   10.00 EUR") == value


def test_a_number_under_its_label_is_read_by_column() -> None:
    paper = (
        "INVOICE\n\nOrder no      Invoice no     Customer no\nO-1           R-2            C-3\n"
    )
    assert number(paper) == "R-2"


@pytest.mark.parametrize(
    "line",
    [
        "Order number: 4711",
        "Customer no: 4711",
        "PO number: 4711",
        "Delivery note: 4711",
        "Your reference: 4711",
        "Account number: 4711",
        "Phone: 020 4711 4711",
    ],
)
def test_other_numbers_are_not_the_invoices(line: str) -> None:
    assert number(f"INVOICE\n\n{line}\n\nTotal   10.00 EUR") is None


def test_the_number_of_the_credited_invoice_is_not_the_credit_notes() -> None:
    paper = "CREDIT NOTE\n\nCredit note no: C-9\nOriginal invoice number: 1233\nTotal  GBP -12.00"
    assert number(paper) == "C-9"


def test_the_number_is_kept_as_printed() -> None:
    assert number("INVOICE\nInvoice no: 00-0042/b\nTotal   10.00") == "00-0042/b"


def test_a_paper_without_a_number_has_none() -> None:
    assert number("INVOICE\nInvoice date: 2024-05-02\nTotal   10.00 EUR") is None
