"""Each format, read from a small invoice of our own: every field it states and no other."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from zohodocs.domain.invoice import Extraction, LineItem, TaxLine
from zohodocs.domain.reading import Unreadable
from zohodocs.pipeline.extraction.einvoice import is_einvoice, parse

FIXTURES = Path(__file__).parents[1] / "fixtures" / "einvoice"

EXPECTED = {
    "cii": {
        "supplier_name": "Brettwerk Nord GmbH",
        "supplier_tax_id": "DE811222333",
        "supplier_country": "DE",
        "supplier_address": "Hafengang 4, Speicher B, 24103, Kiel",
        "buyer_name": "Tischlerei Ahorn & Söhne KG",
        "buyer_tax_id": "DE899777555",
        "buyer_country": "DE",
        "buyer_address": "Domweg 1, 20095, Hamburg",
        "invoice_number": "BR 2025/77",
        "issue_date": "2025-03-14",
        "due_date": "2025-04-13",
        "delivery_date": "2025-03-10",
        "currency": "EUR",
        "net_total": "990.00",
        "tax_total": "188.10",
        "gross_total": "1178.10",
        "amount_due": "1000.00",
        "iban": "DE89370400440532013000",
        "payment_terms": "30 days net",
        "document_type": "invoice",
    },
    "ubl": {
        "supplier_name": "Fjord Kaffe Handels AB",
        "supplier_tax_id": "SE556677889901",
        "supplier_country": "SE",
        "supplier_address": "Storgatan 8, 211 34, Malmö",
        "buyer_name": "Café Linden",
        "buyer_country": "DK",
        "invoice_number": "F-0099",
        "issue_date": "2024-02-29",
        "due_date": "2024-03-30",
        "currency": "SEK",
        "net_total": "400.00",
        "tax_total": "0.00",
        "gross_total": "400.00",
        "amount_due": "400.00",
        "document_type": "invoice",
    },
    "credit_note": {
        "supplier_name": "Sakura Tools",
        "invoice_number": "G-12",
        "issue_date": "2024-05-02",
        "due_date": "2024-06-01",
        "currency": "JPY",
        "net_total": "5000",
        "tax_total": "500",
        "gross_total": "5500",
        "amount_due": "5500",
        "document_type": "credit_note",
    },
    "zugferd1": {
        "supplier_name": "Bäckerei Mühle",
        "invoice_number": "1001",
        "issue_date": "2014-06-01",
        "currency": "EUR",
        "net_total": "10.00",
        "tax_total": "0.70",
        "gross_total": "10.70",
        "document_type": "invoice",
    },
    "semplificata": {
        "supplier_name": "Bar Centrale Snc",
        "supplier_tax_id": "IT01114601006",
        "supplier_country": "IT",
        "supplier_address": "Piazza Grande, 2, 41121, Modena",
        "buyer_name": "Studio Lago",
        "buyer_tax_id": "IT00743110157",
        "buyer_country": "IT",
        "buyer_address": "Via Po 1, 10123, Torino",
        "invoice_number": "S/12",
        "issue_date": "2025-02-28",
        "currency": "EUR",
        "net_total": "183.97",
        "tax_total": "28.03",
        "gross_total": "212.00",
        "document_type": "invoice",
    },
    "fatturapa": {
        "supplier_name": "Ada Bruni",
        "supplier_tax_id": "IT01114601006",
        "supplier_country": "IT",
        "supplier_address": "Via Verde, 3, 40121, Bologna",
        "buyer_name": "Scuola Uno",
        "buyer_tax_id": "80001110011",
        "buyer_country": "IT",
        "buyer_address": "Via Blu 9, 00100, Roma",
        "invoice_number": "7/A",
        "issue_date": "2024-07-15",
        "due_date": "2024-08-15",
        "currency": "EUR",
        "net_total": "100.00",
        "tax_total": "22.00",
        "gross_total": "122.00",
        "amount_due": "102.00",
        "iban": "IT60X0542811101000000123456",
        "document_type": "invoice",
    },
    "ksef": {
        "supplier_name": "Wisła Druk sp. z o.o.",
        "supplier_tax_id": "5260001246",
        "supplier_country": "PL",
        "supplier_address": "ul. Lipowa 2, 30-001 Kraków",
        "buyer_name": "Ahorn KG",
        "buyer_tax_id": "DE899777555",
        "buyer_country": "DE",
        "buyer_address": "Domweg 1",
        "invoice_number": "KOR/5/2026",
        "issue_date": "2026-02-03",
        "due_date": "2026-02-17",
        "delivery_date": "2026-01-31",
        "currency": "EUR",
        "net_total": "-150.00",
        "tax_total": "-23.00",
        "gross_total": "-173.00",
        "iban": "PL61109010140000071219812874",
        "document_type": "credit_note",
    },
    "facturae": {
        "supplier_name": "Olivar Sur S.L.",
        "supplier_tax_id": "ESB12345674",
        "supplier_country": "ES",
        "supplier_address": "Calle Mayor 5, 41001, Sevilla",
        "buyer_name": "Eva Ruiz Gil",
        "buyer_tax_id": "12345678Z",
        "invoice_number": "A-31",
        "issue_date": "2024-10-01",
        "currency": "EUR",
        "net_total": "200.00",
        "tax_total": "20.00",
        "gross_total": "220.00",
        "amount_due": "220.00",
        "document_type": "invoice",
    },
}


def xml_of(name: str) -> bytes:
    return (FIXTURES / f"{name}.xml").read_bytes()


def values_of(extraction: Extraction) -> dict[str, str]:
    return {name: reading.value for name, reading in extraction.fields.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_parse_reads_exactly_what_the_invoice_states(name: str) -> None:
    xml = xml_of(name)

    extraction = parse(xml)

    assert is_einvoice(xml)
    assert extraction.engine == "einvoice"
    assert values_of(extraction) == EXPECTED[name]


def test_parse_reads_lines_and_prices_per_piece_and_leaves_group_lines_out() -> None:
    extraction = parse(xml_of("cii"))

    assert extraction.line_items == (
        LineItem("Birchwood board", Decimal(800), Decimal("1.25"), Decimal("1000.00"), Decimal(19)),
    )


def test_parse_reads_zugferd_1_lines() -> None:
    (line,) = parse(xml_of("zugferd1")).line_items

    assert line == LineItem(
        "Rye loaf", Decimal("4.0000"), Decimal("2.50"), Decimal("10.00"), Decimal("7.00")
    )


@pytest.mark.parametrize(
    ("name", "taxes"),
    [
        ("cii", [TaxLine(Decimal(19), Decimal("990.00"), Decimal("188.10"), "S")]),
        ("ubl", [TaxLine(Decimal(0), Decimal(400), Decimal(0), "K")]),
        ("fatturapa", [TaxLine(Decimal("22.00"), Decimal("100.00"), Decimal("22.00"), "S")]),
        (
            "ksef",
            [
                TaxLine(None, Decimal("-100.00"), Decimal("-23.00"), "S"),
                TaxLine(None, Decimal("-50.00"), None, "K"),
            ],
        ),
        ("facturae", [TaxLine(Decimal("10.00"), Decimal("200.00"), Decimal("20.00"))]),
    ],
)
def test_parse_reads_tax_per_rate_with_its_category(name: str, taxes: list[TaxLine]) -> None:
    assert list(parse(xml_of(name)).tax_lines) == taxes


def test_parse_keeps_zero_percent_as_a_rate() -> None:
    (line,) = parse(xml_of("ubl")).line_items

    assert line.tax_rate == Decimal(0)


def test_parse_keeps_the_tax_number_and_trading_name_as_runners_up() -> None:
    fields = parse(xml_of("cii")).fields

    assert [other.value for other in fields["supplier_tax_id"].others] == ["20/123/45678"]
    assert [other.value for other in fields["supplier_name"].others] == ["Brettwerk"]


def test_a_remark_in_place_of_a_tax_number_is_no_tax_number() -> None:
    fields = parse(xml_of("ubl")).fields

    assert fields["supplier_tax_id"].others == ()


def test_parse_is_less_sure_of_a_derived_amount_than_of_a_stated_one() -> None:
    fields = parse(xml_of("credit_note")).fields

    assert fields["gross_total"].confidence > fields["tax_total"].confidence > 0.9


def test_parse_notes_amounts_for_the_whole_document_without_asking_for_review() -> None:
    (finding,) = parse(xml_of("cii")).findings

    assert finding.code == "xml_document_adjustments"
    assert finding.data == {"allowances": "10.00", "prepaid": "178.10"}
    assert not finding.review


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("380", "invoice"),
        ("384", "invoice"),
        ("386", "invoice"),
        ("389", "invoice"),
        ("326", "invoice"),
        ("877", "invoice"),
        ("325", "proforma"),
        ("381", "credit_note"),
        ("396", "credit_note"),
        ("261", "credit_note"),
    ],
)
def test_document_type_follows_the_code_list(code: str, kind: str) -> None:
    xml = xml_of("cii").replace(b"<ram:TypeCode>380<", f"<ram:TypeCode>{code}<".encode())

    assert parse(xml).document_type == kind


def test_a_correction_below_zero_is_a_credit_note() -> None:
    xml = xml_of("cii").replace(b"<ram:TypeCode>380<", b"<ram:TypeCode>384<")
    xml = xml.replace(b">1178.10<", b">-1178.10<")

    assert parse(xml).document_type == "credit_note"


def test_an_unknown_document_type_is_other_and_asks_for_review() -> None:
    extraction = parse(xml_of("cii").replace(b"<ram:TypeCode>380<", b"<ram:TypeCode>9X9<"))

    assert extraction.document_type == "other"
    assert [f.code for f in extraction.findings if f.review] == ["xml_type_unknown"]


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        (b"20250314", "issue_date"),
        (b"20250413", "due_date"),
        (b">1178.10<", "gross_total"),
        (b"DE89 3704 0044 0532 0130 00", "iban"),
    ],
)
@pytest.mark.parametrize("nonsense", [b"", b"2025-13-99", b"1.178,10", b"NaN", b"1e3", b"soon"])
def test_a_value_that_is_none_stays_missing(stated: bytes, field: str, nonsense: bytes) -> None:
    replacement = b">" + nonsense + b"<" if stated.startswith(b">") else nonsense
    xml = xml_of("cii").replace(stated, replacement)

    fields = parse(xml).fields

    # The total follows from net and tax; it is never what the nonsense said.
    derived = field == "gross_total" and fields[field].value == "1178.10"
    assert field not in fields or (derived and fields[field].confidence < 0.99)


def test_several_invoices_in_one_file_block_with_a_finding() -> None:
    xml = xml_of("fatturapa").decode()
    body = re.search("<FatturaElettronicaBody>.*</FatturaElettronicaBody>", xml, re.DOTALL)
    assert body is not None

    extraction = parse(xml.replace(body[0], body[0] * 2).encode())

    assert extraction.fields["gross_total"].value == "122.00"
    assert [f.code for f in extraction.findings if f.blocks] == ["xml_several_invoices"]


@pytest.mark.parametrize(
    "xml",
    [
        b"<root><element/></root>",
        b"<Invoice><ID>1</ID></Invoice>",
        b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
    ],
)
def test_xml_that_states_no_invoice_is_refused(xml: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(xml)

    assert refused.value.code == "xml_not_an_invoice"


SIGNATURE = """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S"><ds:SignedInfo>
<ds:Reference URI=""><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo>
<ds:SignatureValue>BBBB</ds:SignatureValue><ds:Object><xades:QualifyingProperties
 xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#S"><xades:SigningTime>2020-01-01T00:00:00Z
</xades:SigningTime></xades:QualifyingProperties></ds:Object></ds:Signature>"""


@pytest.mark.parametrize(
    ("name", "closing"),
    [
        ("facturae", "</fe:Facturae>"),
        ("fatturapa", "</b:FatturaElettronica>"),
        ("semplificata", "</p:FatturaElettronicaSemplificata>"),
    ],
)
def test_a_signature_inside_the_invoice_changes_nothing_of_it(name: str, closing: str) -> None:
    plain = xml_of(name).decode()

    signed = parse(plain.replace(closing, SIGNATURE + closing).encode())

    assert replace(signed, seconds=0) == replace(parse(plain.encode()), seconds=0)


def test_parse_takes_the_tax_out_of_the_lines_of_a_simplified_invoice() -> None:
    extraction = parse(xml_of("semplificata"))

    assert [(line.description, line.line_total) for line in extraction.line_items] == [
        ("Pranzo", Decimal("100.00")),
        ("Sala", Decimal("81.97")),
        ("Marca da bollo", Decimal("2.00")),
    ]
    assert extraction.tax_lines == (
        TaxLine(Decimal("10.00"), Decimal("100.00"), Decimal("10.00"), "S"),
        TaxLine(Decimal("22.00"), Decimal("81.97"), Decimal("18.03"), "S"),
        TaxLine(None, Decimal("2.00"), Decimal(0), "O"),
    )


@pytest.mark.parametrize(
    ("name", "before", "stated", "expected"),
    [
        (
            "fatturapa",
            "<ImportoTotaleDocumento>",
            "<ScontoMaggiorazione><Tipo>SC</Tipo><Importo>5.00</Importo></ScontoMaggiorazione>",
            {"allowances": "5.00", "withholding_tax": "20.00"},
        ),
        (
            "facturae",
            "<TotalOutstandingAmount>",
            "<TotalPaymentsOnAccount>50.00</TotalPaymentsOnAccount>",
            {"prepaid": "50.00"},
        ),
    ],
)
def test_parse_notes_allowances_and_prepayments(
    name: str, before: str, stated: str, expected: dict[str, str]
) -> None:
    xml = xml_of(name).decode().replace(before, stated + before)

    (finding,) = parse(xml.encode()).findings

    assert finding.data == expected
