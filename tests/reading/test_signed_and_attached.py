"""E-invoices in wrappings: signed, or attached to a PDF under any name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.domain.signed import signed, streamed
from tests.reading.papers import paper, with_attachment
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import extract
from zohodocs.pipeline.reading import Sandbox

FIXTURES = Path(__file__).parents[1] / "fixtures" / "einvoice"
XML = (FIXTURES / "fatturapa.xml").read_bytes()
PAGE = paper([(72, 700, "Fattura 7/A")])


@pytest.mark.parametrize("wrap", [signed, lambda xml: streamed([xml[:1000], xml[1000:]])])
def test_a_signed_invoice_reads_like_the_unsigned_one(wrap: object, child: Sandbox) -> None:
    assert callable(wrap)
    plain = extract(reading.read(XML, child=child), child=child)

    read = reading.read(wrap(XML), filename="IT01114601006_00007.xml.p7m", child=child)

    assert (read.kind, read.xml) == ("xml", XML)
    assert extract(read, child=child).fields == plain.fields


@pytest.mark.parametrize("name", ["invoice.bin", "attachment", "IT01_1.xml.p7m", "a.XML", "x.pdf"])
def test_an_attached_einvoice_is_found_whatever_it_is_called(name: str, child: Sandbox) -> None:
    attached = signed(XML) if name.endswith(".p7m") else XML

    read = reading.read(with_attachment(PAGE, name, attached), child=child)

    assert (read.kind, read.xml, read.xml_name) == ("pdf", XML, name)
