"""What a file turns into, and the sentence of every refusal."""

import io

import pikepdf
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.reading.papers import changed, drawing, locked, paper, with_attachment
from zohodocs.domain.reading import Unreadable
from zohodocs.pipeline import reading
from zohodocs.pipeline.reading import Sandbox

PAGE = paper([(72, 700, "Invoice 4711")])
UBL = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
)


def refused(content: bytes, child: Sandbox, **arguments: object) -> Unreadable:
    with pytest.raises(Unreadable) as error:
        reading.read(content, child=child, **arguments)  # type: ignore[arg-type]  # as a caller may err
    return error.value


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40), **save: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "white").save(written, **save)  # type: ignore[arg-type]  # one helper for all
    return written.getvalue()


def shown_picture(canvas: Canvas) -> None:
    canvas.drawImage(
        ImageReader(io.BytesIO(picture(size=(900, 1200), format="PNG"))), 0, 0, 595, 842
    )


def test_a_file_named_pdf_that_is_none_says_so(child: Sandbox) -> None:
    error = refused(b"MZ\x90 this program", child, filename="invoice.PDF")
    assert error.code == "not_a_pdf"
    assert "PDF" in error.message


def test_a_locked_pdf_asks_for_one_without_a_password(child: Sandbox) -> None:
    error = refused(locked(PAGE, password="secret"), child)
    assert error.code == "pdf_password"
    assert "without a password" in error.message


def test_a_pdf_locked_with_an_empty_password_is_read(child: Sandbox) -> None:
    read = reading.read(locked(PAGE, password=""), child=child)
    assert [word.text for word in read.pages[0].words] == ["Invoice", "4711"]
    assert read.notes == ("encrypted_empty_password",)


def test_half_a_pdf_is_damaged(child: Sandbox) -> None:
    assert refused(b"%PDF-1.7\n" + b"\0" * 200, child).code == "pdf_damaged"


def test_a_pdf_of_500_pages_is_refused_with_both_numbers(child: Sandbox) -> None:
    error = refused(paper(*([(72, 700, "x")] for _ in range(500))), child)
    assert error.code == "too_many_pages"
    assert "500" in error.message
    assert "200" in error.message


def test_the_page_limit_is_the_callers_to_choose(child: Sandbox) -> None:
    two = paper([(72, 700, "one")], [(72, 700, "two")])
    assert len(reading.read(two, child=child, max_pages=2).pages) == 2
    assert refused(two, child, max_pages=1).code == "too_many_pages"


def test_a_repaired_pdf_is_read_and_says_so(child: Sandbox) -> None:
    broken = PAGE[: PAGE.rindex(b"startxref")] + b"startxref\n1\n%%EOF"
    read = reading.read(broken, child=child)
    assert read.has_text
    assert "repaired" in read.notes


def test_junk_before_the_header_does_not_matter(child: Sandbox) -> None:
    assert reading.read(b"\r\n\r\n" + PAGE, child=child).has_text


def test_a_page_that_is_a_picture_needs_ocr(child: Sandbox) -> None:
    read = reading.read(drawing(shown_picture), child=child)
    assert read.notes == ("needs_ocr",)
    assert not read.has_text


def test_a_picture_among_pages_of_text_is_named_by_its_number(child: Sandbox) -> None:
    def text(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Invoice 4711")

    assert reading.read(drawing(text, shown_picture), child=child).notes == ("page_needs_ocr:2",)


def test_a_scan_with_only_a_page_number_printed_on_it_needs_ocr(
    child: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "shared_recogniser", lambda: None)

    def stamped(canvas: Canvas) -> None:
        shown_picture(canvas)
        canvas.drawString(300, 20, "Page 1")

    assert reading.read(drawing(stamped), child=child).notes == ("needs_ocr",)


def test_an_empty_back_page_is_no_picture(child: Sandbox) -> None:
    read = reading.read(paper([(72, 700, "Invoice")], []), child=child)
    assert read.notes == ()
    assert len(read.pages) == 2


def test_scripts_are_noticed_and_links_are_not(child: Sandbox) -> None:
    def script(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

    def link(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "www.example.com")
        canvas.linkURL("https://example.com", (72, 690, 200, 710))

    assert "active_content" in reading.read(changed(PAGE, script), child=child).notes
    assert reading.read(drawing(link), child=child).notes == ()


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "any name.XML"])
def test_an_attached_einvoice_is_found_by_name_or_by_looks(child: Sandbox, name: str) -> None:
    read = reading.read(with_attachment(PAGE, name, UBL), child=child)
    assert read.kind == "pdf"
    assert (read.xml, read.xml_name) == (UBL, name)
    assert read.has_text


def test_other_attachments_are_left_alone(child: Sandbox) -> None:
    other = with_attachment(PAGE, "notes.xml", b"<notes/>")
    assert reading.read(with_attachment(other, "a.txt", b"hello"), child=child).xml is None


def test_the_standards_name_wins_over_looks(child: Sandbox) -> None:
    both = with_attachment(with_attachment(PAGE, "a.xml", UBL), "factur-x.xml", b"<broken")
    assert reading.read(both, child=child).xml == b"<broken"


def test_an_einvoice_file_is_a_reading_without_pages(child: Sandbox) -> None:
    read = reading.read(UBL, filename="1.xml", child=child)
    assert (read.kind, read.pages, read.xml, read.xml_name) == ("xml", (), UBL, "1.xml")


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_dtd_forbidden"),
        (b"<Invoice><unclosed></Invoice>", "xml_malformed"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "xml_encoding"),
    ],
)
def test_unsafe_xml_is_refused_when_it_is_read(child: Sandbox, xml: bytes, code: str) -> None:
    assert refused(xml, child).code == code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_picture_has_its_size_in_pixels_and_needs_ocr(child: Sandbox, kind: str) -> None:
    read = reading.read(picture(format=kind), child=child)
    assert (read.kind, read.notes) == ("image", ("needs_ocr",))
    assert [(page.number, page.width, page.height) for page in read.pages] == [(1, 60, 40)]


def test_a_photo_is_as_high_as_it_is_seen(child: Sandbox) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture(format="JPEG", exif=exif)
    page = reading.read(turned, child=child).pages[0]
    shown = Image.open(io.BytesIO(reading.render_page(turned, 1, child=child)))
    assert (page.width, page.height) == shown.size == (40, 60)


def test_a_tiff_has_all_its_pages(child: Sandbox) -> None:
    more = [Image.new("L", (30, 20 + number)) for number in range(2)]
    tiff = picture(mode="L", format="TIFF", save_all=True, append_images=more)
    assert [page.height for page in reading.read(tiff, child=child).pages] == [40, 20, 21]


def test_half_a_picture_is_damaged(child: Sandbox) -> None:
    whole = picture(size=(300, 300), format="JPEG")
    assert refused(whole[: len(whole) // 2], child).code == "image_damaged"


def test_a_picture_of_too_many_pixels_is_refused_before_decoding(child: Sandbox) -> None:
    error = refused(picture(mode="1", size=(20_000, 20_000), format="PNG"), child)
    assert error.code == "too_many_pixels"
    assert "400 million" in error.message


def test_a_page_picture_is_webp_of_the_asked_resolution(child: Sandbox) -> None:
    shown = Image.open(io.BytesIO(reading.render_page(PAGE, 1, dpi=144, child=child)))
    assert shown.format == "WEBP"
    assert shown.size == (1190, 1683)


def test_a_page_picture_never_has_more_pixels_than_allowed(child: Sandbox) -> None:
    poster = paper([(72, 700, "x")], size=(14_000, 14_000))
    picture_bytes = reading.render_page(poster, 1, max_pixels=250_000, child=child)
    shown = Image.open(io.BytesIO(picture_bytes))
    assert 200_000 < shown.width * shown.height <= 250_000


@pytest.mark.parametrize("page", [0, 2])
def test_a_page_that_is_not_there_is_refused(child: Sandbox, page: int) -> None:
    for content in (PAGE, picture(format="PNG")):
        with pytest.raises(Unreadable) as error:
            reading.render_page(content, page, child=child)
        assert error.value.code == "page_not_found"


def test_an_einvoice_has_no_page_to_show(child: Sandbox) -> None:
    with pytest.raises(Unreadable, match="no pages"):
        reading.render_page(UBL, 1, child=child)
