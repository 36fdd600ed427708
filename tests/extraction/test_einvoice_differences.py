"""The XML says one thing, the page another: noticed on every kind of page, without false alarms."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.extraction.test_einvoice_places import CII, PAGE, page_of
from zohodocs.domain.invoice import Extraction
from zohodocs.domain.reading import Reading
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction.einvoice import locate, parse

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SOURCES = ("ferd_samples", "mustang", "horstoeko", "akretion_facturx", "zugferd_corpus")


@pytest.fixture(scope="module")
def hybrids() -> list[tuple[str, Extraction, Reading]]:
    """The corpus' PDFs with an e-invoice inside."""
    child = reading.Sandbox()
    found = []
    for path in sorted(path for source in SOURCES for path in (CORPUS / source).glob("*.pdf")):
        read = reading.read(path.read_bytes(), child=child)
        if read.xml is not None:
            found.append((path.name, parse(read.xml), read))
    child.close()
    if not found:
        pytest.fail("The corpus is not there.")
    return found


def notices(extraction: Extraction, read: Reading) -> bool:
    found = locate(extraction, read.pages).findings
    return any(finding.code == "xml_page_differs" for finding in found)


def multiplied(extraction: Extraction, names: tuple[str, ...], by: Decimal) -> Extraction:
    fields = dict(extraction.fields)
    for name in names:
        if name in fields:
            amount = Decimal(fields[name].value) * by
            fields[name] = replace(fields[name], value=f"{amount:.2f}")
    return replace(extraction, fields=fields)


def test_no_page_of_the_corpus_raises_a_false_alarm(
    hybrids: list[tuple[str, Extraction, Reading]],
) -> None:
    assert [name for name, extraction, read in hybrids if notices(extraction, read)] == []


@pytest.mark.parametrize("by", [Decimal(10), Decimal("0.1"), Decimal("1.09"), Decimal("0.83")])
@pytest.mark.parametrize(
    "names", [("gross_total",), ("gross_total", "amount_due")], ids=["total", "total and due"]
)
def test_a_planted_difference_is_noticed(
    names: tuple[str, ...], by: Decimal, hybrids: list[tuple[str, Extraction, Reading]]
) -> None:
    missed = [name for name, e, read in hybrids if not notices(multiplied(e, names, by), read)]

    assert len(missed) <= len(hybrids) // 30, missed


def test_another_account_on_the_page_is_a_finding() -> None:
    page = page_of(PAGE.replace("DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19 BIC X"))

    (*_, finding) = locate(parse(CII), [page]).findings

    assert (finding.code, finding.field, finding.review) == ("xml_page_differs", "iban", True)
    assert finding.data["page"] == "GB29NWBK60161331926819"
    assert "GB29NWBK60161331926819" not in finding.message


@pytest.mark.parametrize(
    "printed", ["", "DE00 0000 0000 0000 0000 00", "DE89370400440532013000", "see overleaf"]
)
def test_an_account_that_is_not_printed_or_no_account_raises_no_alarm(printed: str) -> None:
    page = page_of(PAGE.replace("DE89 3704 0044 0532 0130 00", printed))

    assert locate(parse(CII), [page]).findings == parse(CII).findings


@pytest.mark.parametrize("printed", ["1.000 €", "EUR 1000", "1000,- brutto", "1'000.00"])
def test_a_round_total_may_be_printed_without_its_coins(printed: str) -> None:
    extraction = multiplied(parse(CII), ("gross_total",), Decimal(1000) / Decimal("1178.10"))
    text = PAGE.replace("1.000,00", "7,00").replace("Gesamtbetrag 1.178,10 €", f"Summe {printed}")

    assert "xml_page_differs" not in [f.code for f in locate(extraction, [page_of(text)]).findings]


def test_a_quantity_that_equals_the_total_is_not_the_total() -> None:
    extraction = multiplied(parse(CII), ("gross_total",), Decimal(800) / Decimal("1178.10"))

    assert "xml_page_differs" in [f.code for f in locate(extraction, [page_of(PAGE)]).findings]
