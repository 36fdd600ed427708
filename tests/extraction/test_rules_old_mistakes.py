"""What the old system got wrong on digital pages, each one a test."""

from decimal import Decimal

from tests.extraction.typewriter import typed
from zohodocs.pipeline.extraction.rules import extract

ZERO_RATE = """
Lindqvist Design AB
Storgatan 12
111 22 Stockholm

INVOICE

Invoice number: 2024-118
Invoice date: 2024-05-02

Bill to:
Firma Testowa Sp. z o.o.
ul. Polna 3
00-001 Warszawa
NIP: 5261040828

Description                Qty     Unit price     VAT %      Amount
Brand workshop             2           400.00      0 %       800.00

                                        Net total            EUR 800.00
                                        VAT 0 %              EUR 0.00
                                        Total                EUR 800.00
"""


def test_zero_percent_stays_zero_percent() -> None:
    found = extract(typed(ZERO_RATE))
    assert found.fields["tax_total"].value == "0.00"
    assert found.line_items[0].tax_rate == Decimal(0)
    assert [line.rate for line in found.tax_lines] == [Decimal(0)]


def test_a_missing_rate_is_not_invented() -> None:
    found = extract(typed(ZERO_RATE.replace("VAT 0 %  ", "         ").replace("0 %", "   ")))
    assert found.tax_lines == ()
    assert found.line_items[0].tax_rate is None


def test_the_line_total_is_not_multiplied_by_the_quantity() -> None:
    line = extract(typed(ZERO_RATE)).line_items[0]
    assert (line.quantity, line.unit_price, line.line_total) == (
        Decimal(2),
        Decimal("400.00"),
        Decimal("800.00"),
    )


def test_an_unparsable_date_is_missing_not_today() -> None:
    found = extract(typed(ZERO_RATE.replace("2024-05-02", "2024-15-45")))
    assert "issue_date" not in found.fields


def test_a_proforma_is_not_an_invoice() -> None:
    for title in ("PROFORMA INVOICE", "Pro forma invoice", "Proforma"):
        found = extract(typed(ZERO_RATE.replace("INVOICE", title, 1)))
        assert found.document_type == "proforma"


def test_a_tax_number_belongs_to_the_party_it_stands_with() -> None:
    found = extract(typed(ZERO_RATE))
    assert found.fields["buyer_tax_id"].value == "5261040828"
    assert "supplier_tax_id" not in found.fields


def test_our_number_in_the_sellers_block_is_the_sellers() -> None:
    paper = """
Seller:                                Buyer:
Firma Testowa Sp. z o.o.               Kunde GmbH
ul. Polna 3                            Hauptstr. 1
00-001 Warszawa                        10115 Berlin
VAT no: PL5261040828                   VAT no: DE136695976

Invoice no: 7/2024
Invoice date: 12.03.2024
Total: EUR 100.00
"""
    found = extract(typed(paper))
    assert found.fields["supplier_tax_id"].value == "PL5261040828"
    assert found.fields["buyer_tax_id"].value == "DE136695976"


def test_text_after_sixteen_thousand_characters_is_read() -> None:
    rows = "\n".join(f"Article number {n:04d} in blue    1    10.00    10.00" for n in range(50))
    head = "Description                      Qty  Price  Amount\n"
    filler = [head + rows] * 12
    last = "Subtotal    6,000.00\nVAT 20 %    1,200.00\nGrand total    EUR 7,200.00"
    pages = typed(ZERO_RATE.split("Description")[0], *filler, last)
    assert sum(len(word.text) for page in pages for word in page.words) > 16_000
    found = extract(pages)
    assert found.fields["gross_total"].value == "7200.00"
    assert found.fields["gross_total"].page == 14
    assert len(found.line_items) == 600
