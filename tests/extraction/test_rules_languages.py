"""Ordinary invoices in the languages of our suppliers, each laid out the way of its country."""

import pytest

from tests.extraction.papers_by_language import (
    BRITISH,
    DUTCH,
    ESTONIAN,
    FRENCH,
    GERMAN,
    ITALIAN,
    POLISH,
    RUSSIAN,
    SPANISH,
)
from tests.extraction.typewriter import typed
from zohodocs.pipeline.extraction.rules import extract

PAPERS: dict[str, tuple[str, dict[str, str], int]] = {
    "de": (
        GERMAN,
        {
            "supplier_name": "Musterbau GmbH",
            "supplier_tax_id": "DE136695976",
            "supplier_country": "DE",
            "buyer_name": "Beispiel AG",
            "invoice_number": "RE-2024-0815",
            "issue_date": "2024-03-14",
            "due_date": "2024-03-28",
            "delivery_date": "2024-03-10",
            "net_total": "1000.00",
            "tax_total": "190.00",
            "gross_total": "1190.00",
            "currency": "EUR",
            "iban": "DE89370400440532013000",
            "document_type": "invoice",
        },
        2,
    ),
    "fr": (
        FRENCH,
        {
            "supplier_name": "Ateliers Durand SARL",
            "supplier_tax_id": "FR44732829320",
            "buyer_name": "Exemple SAS",
            "invoice_number": "F-2024-112",
            "issue_date": "2024-03-14",
            "due_date": "2024-04-13",
            "net_total": "350.00",
            "tax_total": "70.00",
            "gross_total": "420.00",
            "currency": "EUR",
            "iban": "FR1420041010050500013M02606",
            "document_type": "invoice",
        },
        2,
    ),
    "pl": (
        POLISH,
        {
            "supplier_name": "Drukarnia Testowa Sp. z o.o.",
            "supplier_tax_id": "5261040828",
            "buyer_name": "Przykład S.A.",
            "buyer_tax_id": "7740001454",
            "invoice_number": "FV/112/03/2024",
            "issue_date": "2024-03-14",
            "due_date": "2024-03-28",
            "delivery_date": "2024-03-12",
            "net_total": "700.00",
            "tax_total": "161.00",
            "gross_total": "861.00",
            "amount_due": "861.00",
            "currency": "PLN",
            "iban": "PL61109010140000071219812874",
            "document_type": "invoice",
        },
        2,
    ),
    "it": (
        ITALIAN,
        {
            "supplier_name": "Officina Rossi S.r.l.",
            "supplier_tax_id": "00743110157",
            "buyer_name": "Esempio S.p.A.",
            "buyer_tax_id": "12345670785",
            "invoice_number": "45/2024",
            "issue_date": "2024-03-14",
            "due_date": "2024-04-13",
            "net_total": "350.00",
            "tax_total": "77.00",
            "gross_total": "427.00",
            "currency": "EUR",
            "iban": "IT60X0542811101000000123456",
            "document_type": "invoice",
        },
        2,
    ),
    "es": (
        SPANISH,
        {
            "supplier_name": "Reformas García S.L.",
            "supplier_tax_id": "B12345674",
            "buyer_name": "Ejemplo S.A.",
            "buyer_tax_id": "A58818501",
            "invoice_number": "2024/031",
            "issue_date": "2024-03-14",
            "due_date": "2024-04-14",
            "net_total": "1000.00",
            "tax_total": "210.00",
            "gross_total": "1210.00",
            "currency": "EUR",
            "iban": "ES9121000418450200051332",
            "document_type": "invoice",
        },
        2,
    ),
    "nl": (
        DUTCH,
        {
            "supplier_name": "De Vries Installatie B.V.",
            "supplier_tax_id": "NL004495445B01",
            "buyer_name": "Voorbeeld N.V.",
            "invoice_number": "20240317",
            "issue_date": "2024-03-14",
            "due_date": "2024-03-28",
            "net_total": "200.00",
            "tax_total": "42.00",
            "gross_total": "242.00",
            "currency": "EUR",
            "iban": "NL91ABNA0417164300",
            "document_type": "invoice",
        },
        2,
    ),
    "ru": (
        RUSSIAN,
        {
            "supplier_tax_id": "7707083893",
            "buyer_tax_id": "7702070139",
            "invoice_number": "112",
            "issue_date": "2024-03-14",
            "net_total": "5000.00",
            "tax_total": "1000.00",
            "gross_total": "6000.00",
            "amount_due": "6000.00",
            "currency": "RUB",
            "document_type": "invoice",
        },
        2,
    ),
    "et": (
        ESTONIAN,
        {
            "supplier_name": "Näidis OÜ",
            "supplier_tax_id": "EE100931558",
            "buyer_name": "Proov AS",
            "invoice_number": "2024-112",
            "issue_date": "2024-03-14",
            "due_date": "2024-03-28",
            "net_total": "120.00",
            "tax_total": "26.40",
            "gross_total": "146.40",
            "currency": "EUR",
            "iban": "EE382200221020145685",
            "document_type": "invoice",
        },
        2,
    ),
    "en": (
        BRITISH,
        {
            "supplier_name": "Hill & Dale Ltd",
            "supplier_tax_id": "GB980780684",
            "supplier_country": "GB",
            "buyer_name": "Sample Trading Ltd",
            "invoice_number": "INV-0042",
            "issue_date": "2024-03-14",
            "due_date": "2024-04-13",
            "net_total": "600.00",
            "tax_total": "120.00",
            "gross_total": "720.00",
            "amount_due": "720.00",
            "currency": "GBP",
            "document_type": "invoice",
        },
        2,
    ),
}


@pytest.mark.parametrize("language", sorted(PAPERS))
def test_an_ordinary_invoice_is_read(language: str) -> None:
    paper, expected, lines = PAPERS[language]
    found = extract(typed(paper))
    read = {name: found.fields[name].value for name in expected if name in found.fields}
    assert read == expected
    assert len(found.line_items) == lines


@pytest.mark.parametrize("language", sorted(PAPERS))
def test_every_value_has_its_place(language: str) -> None:
    found = extract(typed(PAPERS[language][0]))
    for name, reading in found.fields.items():
        assert reading.source == "rules"
        assert 0 <= reading.confidence <= 1
        assert len(reading.others) <= 3
        if name.endswith("_country") or reading.box is None:
            continue
        x0, y0, x1, y1 = reading.box
        assert reading.page == 1
        assert 0 <= x0 < x1 <= 1.5
        assert 0 <= y0 < y1 <= 1.5
