"""Which date is which, and what a date means when day and month could change places."""

import pytest

from tests.extraction.typewriter import typed
from zohodocs.domain.invoice import Extraction
from zohodocs.pipeline.extraction.rules import extract


def read(body: str) -> Extraction:
    return extract(typed(f"INVOICE\n\nInvoice number: A-77\n{body}\nTotal due   100.00\n"))


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("2024-05-02", "2024-05-02"),
        ("02.05.2024", "2024-05-02"),
        ("2 May 2024", "2024-05-02"),
        ("May 2nd, 2024", "2024-05-02"),
        ("2. Mai 2024", "2024-05-02"),
        ("2 mai 2024", "2024-05-02"),
        ("2 maja 2024", "2024-05-02"),
        ("2 maggio 2024", "2024-05-02"),
        ("2 de mayo de 2024", "2024-05-02"),
        ("2 mei 2024", "2024-05-02"),
        ("2 мая 2024", "2024-05-02"),
        ("2. mai 2024", "2024-05-02"),
        ("02-May-24", "2024-05-02"),
        ("20240502", "2024-05-02"),
        ("28/05/2024", "2024-05-28"),
        ("05/28/2024", "2024-05-28"),
    ],
)
def test_a_printed_date_becomes_iso(printed: str, meant: str) -> None:
    assert read(f"Invoice date: {printed}").fields["issue_date"].value == meant


def test_dates_go_to_the_field_their_label_names() -> None:
    found = read(
        "Order date: 01.03.2024\nInvoice date: 05.03.2024\n"
        "Delivery date: 04.03.2024\nDue date: 19.03.2024"
    )
    values = {name: reading.value for name, reading in found.fields.items() if "date" in name}
    assert values == {
        "issue_date": "2024-03-05",
        "delivery_date": "2024-03-04",
        "due_date": "2024-03-19",
    }


def test_dates_under_their_labels_are_read_by_column() -> None:
    found = read(
        "Invoice date    Due date       Order date\n05.03.2024      19.03.2024     01.03.2024"
    )
    assert found.fields["issue_date"].value == "2024-03-05"
    assert found.fields["due_date"].value == "2024-03-19"


def test_an_american_address_puts_the_month_first() -> None:
    found = read("Invoice date: 05/02/2024\n12 Main Street\nSpringfield, IL 62704")
    assert found.fields["issue_date"].value == "2024-05-02"
    assert not found.findings


def test_another_date_on_the_paper_settles_the_order() -> None:
    found = read("Invoice date: 05/02/2024\nDue date: 25/02/2024")
    assert found.fields["issue_date"].value == "2024-02-05"
    assert not found.findings


def test_german_paper_puts_the_day_first() -> None:
    paper = "RECHNUNG\nRechnungsnummer: 12\nRechnungsdatum: 05/02/2024\nGesamtbetrag   10,00 EUR"
    assert extract(typed(paper)).fields["issue_date"].value == "2024-02-05"


def test_an_order_nothing_settles_is_reported_with_both_readings() -> None:
    found = read("Invoice date: 05/02/2024")
    reading = found.fields["issue_date"]
    assert {reading.value, reading.others[0].value} == {"2024-05-02", "2024-02-05"}
    assert reading.confidence <= 0.5
    finding = next(f for f in found.findings if f.code == "date_ambiguous")
    assert finding.review
    assert finding.field == "issue_date"


def test_a_due_date_is_not_computed_from_terms() -> None:
    found = read("Invoice date: 2024-05-02\nPayment terms: 30 days net")
    assert "due_date" not in found.fields
    assert found.fields["payment_terms"].value == "30 days net"


def test_a_period_is_not_the_date_of_the_invoice() -> None:
    found = read("Billing period: 01.04.2024 - 30.04.2024\nInvoice date: 02.05.2024")
    assert found.fields["issue_date"].value == "2024-05-02"
