"""A signed file is opened like an unsigned one, and no bytes make the opening fail unforeseen."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.domain.signed import signed, streamed
from zohodocs.domain.file_types import SIGNED_XML, detect
from zohodocs.domain.reading import Unreadable
from zohodocs.domain.signed_files import beginning, unwrapped

XML = b'<?xml version="1.0"?><FatturaElettronica>' + b"x" * 9000 + b"</FatturaElettronica>"

ENVELOPES = {
    "binary": signed(XML),
    "in pieces of unknown length": streamed([XML[:700], XML[700:5000], XML[5000:]]),
    "armoured": signed(XML, encoding=Encoding.PEM),
    "base64 in one line": base64.b64encode(signed(XML)),
    "base64 in lines": b"\r\n" + base64.encodebytes(streamed([XML])),
    "signed twice": signed(streamed([XML])),
}


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_the_signed_document_comes_out_whole_and_is_known_as_xml(envelope: bytes) -> None:
    assert unwrapped(envelope) == XML
    assert XML.startswith(beginning(envelope)[:4000])
    assert detect(envelope, "IT01_1.xml.p7m") == SIGNED_XML


def test_an_unsigned_file_is_left_as_it_is() -> None:
    assert unwrapped(XML) is XML
    assert beginning(XML) == b""


@pytest.mark.parametrize(
    "content",
    [signed(XML, detached=True), signed(b"<html></html>"), signed(b"")],
    ids=["detached", "web page", "empty"],
)
def test_a_signature_around_anything_but_xml_is_not_accepted(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        detect(content, "x.p7m")

    assert refused.value.code == "type_not_allowed"


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_a_file_cut_short_is_damaged(envelope: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        unwrapped(envelope[:4000])

    assert refused.value.code == "signed_file_damaged"


def test_a_signature_in_a_signature_without_end_is_damaged() -> None:
    content = XML
    for _ in range(6):
        content = signed(content)

    with pytest.raises(Unreadable):
        unwrapped(content)


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_damage_anywhere_is_an_answer(envelope: bytes) -> None:
    for at in range(min(len(envelope), 150)):
        for value in (0x00, 0x04, 0x24, 0x30, 0x7F, 0x80, 0x84, 0xA0, 0xFF):
            damaged = envelope[:at] + bytes([value]) + envelope[at + 1 :]
            for opened in (unwrapped, detect):
                with suppress(Unreadable):
                    opened(damaged)
