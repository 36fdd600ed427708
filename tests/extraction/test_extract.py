"""Which engine reads a document, and what is said when one cannot."""

import pytest

from tests.reading.papers import paper, with_attachment
from zohodocs.domain.reading import PageText, Reading, Unreadable
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import UnknownEngine, extract

PAGE = paper([(72, 740, "Invoice number: INV-2026-0042"), (72, 700, "Total EUR 119.00")])


def codes(read: Reading, engine: str = "auto") -> list[str]:
    return [finding.code for finding in extract(read, engine=engine).findings]


def test_a_broken_einvoice_falls_back_to_the_page_and_says_so() -> None:
    read = reading.read(with_attachment(PAGE, "factur-x.xml", b"<broken"))
    found = extract(read)
    assert found.engine in ("rules", "ml")
    assert found.fields["invoice_number"].value == "INV-2026-0042"
    (said,) = (finding for finding in found.findings if finding.code == "einvoice_unreadable")
    assert said.review
    assert "factur-x.xml" in said.message
    assert said.data["reason"] == "xml_malformed"


def test_a_broken_einvoice_is_not_replaced_when_only_einvoices_are_asked_for() -> None:
    read = reading.read(with_attachment(PAGE, "factur-x.xml", b"<broken"))
    found = extract(read, engine="einvoice")
    assert found.fields == {}
    assert [finding.code for finding in found.findings] == ["einvoice_unreadable"]


def test_a_page_without_einvoice_has_nothing_for_the_einvoice_engine() -> None:
    assert codes(reading.read(PAGE), "einvoice") == ["no_einvoice"]


def test_xml_that_is_no_invoice_is_refused() -> None:
    read = reading.read(b"<catalogue><item/></catalogue>")
    with pytest.raises(Unreadable) as refused:
        extract(read)
    assert refused.value.code == "xml_not_an_invoice"


def test_the_rules_have_no_page_in_an_einvoice_file() -> None:
    assert codes(reading.read(b"<catalogue/>"), "rules") == ["no_page"]


def test_a_document_without_words_waits_for_a_person() -> None:
    found = extract(Reading(kind="image", pages=(PageText(1, 60, 40),), notes=("needs_ocr",)))
    assert found.fields == {}
    (said,) = found.findings
    assert (said.code, said.review) == ("needs_ocr", True)


@pytest.mark.parametrize(
    ("note", "code", "review"),
    [
        ("hidden_text", "hidden_text", True),
        ("page_needs_ocr:2", "page_needs_ocr", True),
        ("active_content", "active_content", False),
    ],
)
def test_what_the_reading_noticed_becomes_a_finding(note: str, code: str, review: bool) -> None:
    read = reading.read(PAGE)
    noticed = Reading(read.kind, read.pages, notes=(note,))
    said = {finding.code: finding for finding in extract(noticed).findings}
    assert said[code].review is review


def test_silent_pages_are_named_together() -> None:
    read = reading.read(PAGE)
    noticed = Reading(read.kind, read.pages, notes=("page_needs_ocr:2", "page_needs_ocr:4"))
    (said,) = (f for f in extract(noticed).findings if f.code == "page_needs_ocr")
    assert said.message.startswith("Pages 2, 4 are pictures")
    assert said.data["pages"] == [2, 4]


def test_the_time_it_took_is_stated() -> None:
    assert extract(reading.read(PAGE)).seconds > 0


@pytest.mark.parametrize("engine", ["guess", "RULES", ""])
def test_an_unknown_engine_is_named_with_those_that_exist(engine: str) -> None:
    with pytest.raises(UnknownEngine, match="auto, einvoice, rules"):
        extract(Reading("pdf"), engine=engine)
