"""The file in Zoho: the original where it can be, else one that shows the same."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from tests.factories import DocumentFactory
from zohodocs.domain.invoice import Invoice, LineItem
from zohodocs.posting import fonts
from zohodocs.posting.files import file_for
from zohodocs.posting.fonts import lettering
from zohodocs.posting.rendering import render

TEXT = "Grüße aus Łódź, zażółć gęślą jaźń, Счёт-фактура № 7, 10 €"


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(
            document[number].get_textpage().get_text_bounded() for number in range(len(document))
        )
    finally:
        document.close()


def picture(kind: str, *, frames: int = 1, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    pages = [Image.new(mode, (40, 60)) for _ in range(frames)]
    options: dict[str, Any] = {"save_all": True, "append_images": pages[1:]} if frames > 1 else {}
    pages[0].save(out, kind, **options)
    return out.getvalue()


def test_the_rendering_shows_german_polish_and_russian_text() -> None:
    xml = f"<Invoice><ID>R-1</ID><Note>{TEXT}</Note></Invoice>".encode()

    shown = " ".join(text_of(render(Invoice(invoice_number="R-1"), xml=xml)).split())

    assert TEXT in shown


def test_every_value_of_the_file_is_shown() -> None:
    values = [f"value{number:04d}" for number in range(600)]
    xml = "<a>" + "".join(f"<b c='{value}-mark'>{value}</b>" for value in values) + "</a>"

    shown = text_of(render(Invoice(), xml=xml.encode()))

    assert all(value in shown and f"{value}-mark" in shown for value in values)


def test_a_value_longer_than_a_page_is_shown_to_its_end() -> None:
    words = " ".join(f"word{number}" for number in range(4000))

    shown = text_of(render(Invoice(), xml=f"<a><b>{words}</b></a>".encode())).split()

    assert "word0" in shown
    assert "word3999" in shown


def test_text_that_looks_like_markup_is_text() -> None:
    line = LineItem(description="<b>bold</b> & <script>alert(1)</script>")

    shown = text_of(render(Invoice(line_items=(line,)), xml=b"<a/>"))

    assert "<b>bold</b> & <script>" in " ".join(shown.split())


def test_a_file_inside_the_file_is_named_and_not_printed() -> None:
    xml = b"<a><EmbeddedDocument>" + b"QUJD" * 2000 + b"</EmbeddedDocument></a>"

    assert "an embedded file" in text_of(render(Invoice(), xml=xml))


def test_the_same_invoice_gives_the_same_bytes() -> None:
    xml = b"<Invoice><ID>R-1</ID></Invoice>"

    assert render(Invoice(), xml=xml) == render(Invoice(), xml=xml)


def test_entities_are_not_followed() -> None:
    xml = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a><b>x&e;y</b></a>'

    shown = text_of(render(Invoice(), xml=xml))

    assert Path("/etc/hostname").read_text().strip() not in shown


def test_without_a_good_font_no_letter_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_PLACES", ())
    monkeypatch.setattr(fonts, "_NAME", "ZohoDocsFallback")
    lettering.cache_clear()
    try:
        assert lettering().written("Grüße Ж") == "Grüße [U+0416]"
        assert "U+0416" in text_of(render(Invoice(), xml="<a>Ж</a>".encode()))
    finally:
        lettering.cache_clear()


@pytest.mark.django_db
class TestFileFor:
    @pytest.fixture(autouse=True)
    def _storage(self, settings: Any, tmp_path: Path) -> None:
        settings.STORAGES = settings.STORAGES | {
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": tmp_path},
            }
        }

    def test_a_jpeg_goes_as_it_is(self) -> None:
        content = picture("JPEG")
        document = DocumentFactory(content=content, mime="image/jpeg", kind="image")

        file = file_for(document)

        assert file.content == content
        assert file.name == f"{document.code}.jpg"

    def test_a_tiff_becomes_a_pdf_with_every_page(self) -> None:
        content = picture("TIFF", frames=3)
        document = DocumentFactory(content=content, mime="image/tiff", kind="image")

        file = file_for(document)

        assert file.name == f"{document.code}.pdf"
        with pikepdf.open(io.BytesIO(file.content)) as pdf:
            assert len(pdf.pages) == 3

    def test_a_webp_becomes_a_png(self) -> None:
        content = picture("WEBP", mode="RGBA")
        document = DocumentFactory(content=content, mime="image/webp", kind="image")

        file = file_for(document)

        assert file.name == f"{document.code}.png"
        with Image.open(io.BytesIO(file.content)) as shown:
            assert shown.size == (40, 60)
