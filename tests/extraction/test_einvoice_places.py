"""The values of an e-invoice are found on its page however they are printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import PageText, Word
from zohodocs.pipeline.extraction.einvoice import locate, parse

CII = (Path(__file__).parents[1] / "fixtures" / "einvoice" / "cii.xml").read_bytes()
PAGE = """
Brettwerk Nord GmbH - Hafengang 4 - Speicher B - 24103 Kiel
An Tischlerei Ahorn & Söhne KG Domweg 1 20095 Hamburg
Rechnung Nr. BR 2025/77 Datum: 14.03.2025 Lieferung 10.03.2025
800 Birchwood board 1,25 1.000,00
Rechnungssumme netto 990,00 €
19 % USt 188,10 €
Gesamtbetrag 1.178,10 €
Anzahlung 178,10 Zahlbetrag 1.000,00 €
IBAN DE89 3704 0044 0532 0130 00 USt-IdNr. DE 811 222 333
30 days net bis 13. April 2025
"""


def page_of(text: str, number: int = 1) -> PageText:
    """The text as a page: one row of words per line, each letter 1/100 of the page wide."""
    words = []
    for row, line in enumerate(text.strip().splitlines()):
        at, top = 0, 0.05 + row * 0.04
        for word in line.split():
            box = (at / 100, top, (at + len(word)) / 100, top + 0.02)
            words.append(Word(word, box))
            at += len(word) + 1
    return PageText(number, 595, 842, tuple(words))


def found(extraction: Extraction, page: PageText) -> dict[str, str]:
    """Field -> the words inside the box it was given."""
    boxes = {name: r.box for name, r in extraction.fields.items() if r.box}
    return {
        name: " ".join(
            word.text
            for word in page.words
            if word.box[0] >= box[0] - 1e-9
            and word.box[2] <= box[2] + 1e-9
            and box[1] - 1e-9 <= word.box[1] <= box[3]
        )
        for name, box in boxes.items()
    }


def test_locate_gives_each_value_the_place_of_its_own_print() -> None:
    page = page_of(PAGE)

    located = locate(parse(CII), [page])

    assert found(located, page) == {
        "supplier_name": "Brettwerk Nord GmbH",
        "supplier_tax_id": "DE 811 222 333",
        "supplier_address": "Hafengang 4 - Speicher B - 24103 Kiel",
        "buyer_name": "Tischlerei Ahorn & Söhne KG",
        "buyer_address": "Domweg 1 20095 Hamburg",
        "invoice_number": "BR 2025/77",
        "issue_date": "14.03.2025",
        "due_date": "13. April 2025",
        "delivery_date": "10.03.2025",
        "currency": "€",
        "net_total": "990,00",
        "tax_total": "188,10",
        "gross_total": "1.178,10",
        "amount_due": "1.000,00",
        "iban": "DE89 3704 0044 0532 0130 00",
        "payment_terms": "30 days net",
    }
    assert {r.page for r in located.fields.values() if r.box} == {1}
    assert located.findings == parse(CII).findings


def test_locate_leaves_values_and_confidence_as_they_are() -> None:
    before = parse(CII)

    after = locate(before, [page_of(PAGE)])

    assert {n: (r.value, r.confidence) for n, r in after.fields.items()} == {
        n: (r.value, r.confidence) for n, r in before.fields.items()
    }


@pytest.mark.parametrize(
    "printed",
    ["1178.10", "1178,10", "1,178.10", "1.178,10", "1 178,10", "1'178.10", "EUR1.178,10", "1178,1"],
)
def test_an_amount_is_found_in_every_usual_print(printed: str) -> None:
    located = locate(parse(CII), [page_of(f"Total {printed} EUR")])

    assert located.fields["gross_total"].page == 1


@pytest.mark.parametrize("printed", ["11178,10", "1178,105", "178,10", "1 2 1178", "117810"])
def test_a_similar_amount_is_not_the_amount(printed: str) -> None:
    located = locate(parse(CII), [page_of(f"Total {printed} EUR")])

    assert located.fields["gross_total"].box is None


@pytest.mark.parametrize(
    "printed",
    [
        "14.03.2025",
        "14.3.25",
        "14/03/2025",
        "03/14/2025",
        "2025-03-14",
        "20250314",
        "14. März 2025",
        "March 14th, 2025",
        "14 mars 2025",
        "14 marca 2025",
    ],
)
def test_a_day_is_found_in_every_usual_print(printed: str) -> None:
    page = page_of(f"Datum: {printed}")

    located = locate(parse(CII), [page])

    assert found(located, page)["issue_date"] == printed


@pytest.mark.parametrize("printed", ["15.03.2025", "14.03.2024", "14 May 2025", "140320251"])
def test_another_day_is_not_the_day(printed: str) -> None:
    assert locate(parse(CII), [page_of(f"Datum: {printed}")]).fields["issue_date"].box is None


def test_a_short_number_inside_another_word_is_not_its_place() -> None:
    fields = {"invoice_number": FieldReading("77", 0.99, "einvoice")}
    extraction = Extraction("einvoice", fields)

    assert locate(extraction, [page_of("Order 1977 item 77a")]).fields["invoice_number"].box is None
    assert locate(extraction, [page_of("Invoice no. 77")]).fields["invoice_number"].box


def test_locate_finds_a_value_on_a_later_page() -> None:
    pages = [page_of("Nothing here"), page_of(PAGE, number=2)]

    assert locate(parse(CII), pages).fields["gross_total"].page == 2


def test_pages_without_words_change_nothing() -> None:
    extraction = parse(CII)

    assert locate(extraction, [PageText(1, 595, 842)]) is extraction


def test_a_page_that_prints_another_total_is_a_finding_for_review() -> None:
    page = page_of(PAGE.replace("1.178,10", "2.178,10"))

    (*_, finding) = locate(parse(CII), [page]).findings

    assert finding.code == "xml_page_differs"
    assert finding.review
    assert finding.field == "gross_total"
    assert finding.data == {"xml": "1178.10", "page": "2178.10", "page_number": 1}


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        PAGE.replace("1.178,10", "1 . 1 7 8 , 1 0"),
        PAGE.replace("Gesamtbetrag 1.178,10 €", ""),
        PAGE.replace("Gesamtbetrag 1.178,10", "Gesamtbetrag der Abschläge 10,00"),
        PAGE.replace("Gesamtbetrag 1.178,10", "Gesamtbetrag 1.000,00"),
        "Total 99,00",
    ],
    ids=["same", "letter by letter", "no total", "part", "another stated amount", "few words"],
)
def test_a_page_that_may_agree_raises_no_alarm(text: str) -> None:
    codes = [f.code for f in locate(parse(CII), [page_of(text)]).findings]

    assert "xml_page_differs" not in codes


def test_an_invoice_of_zero_raises_no_alarm() -> None:
    extraction = parse(CII)
    zero = replace(extraction.fields["gross_total"], value="0.00")
    extraction = replace(extraction, fields={**extraction.fields, "gross_total": zero})

    codes = [f.code for f in locate(extraction, [page_of(PAGE)]).findings]

    assert "xml_page_differs" not in codes
