"""The type of a file is its content's, whatever its name says."""

import pytest

from zohodocs.domain.file_types import FileType, detect
from zohodocs.domain.reading import Unreadable

WEBP = b"RIFF\x10\0\0\0WEBPVP8 "


@pytest.mark.parametrize(
    ("content", "kind", "extension"),
    [
        (b"%PDF-1.4 ...", "pdf", "pdf"),
        (b"junk from a gateway\r\n" + b"\0" * 900 + b"%PDF-1.7", "pdf", "pdf"),
        (b"\xff\xd8\xff\xe0 JFIF", "image", "jpg"),
        (b"\x89PNG\r\n\x1a\n...", "image", "png"),
        (b"II*\0....", "image", "tiff"),
        (b"MM\0*....", "image", "tiff"),
        (WEBP, "image", "webp"),
        (b"<?xml version='1.0'?><Invoice/>", "xml", "xml"),
        (b"\xef\xbb\xbf\n<Invoice />", "xml", "xml"),
        ("<?xml version='1.0' encoding='utf-16'?><Invoice/>".encode("utf-16"), "xml", "xml"),
        ("<?xml version='1.0'?><Invoice/>".encode("utf-16-le"), "xml", "xml"),
        (b"<?xml version='1.0'?><!-- " + b"long " * 2000 + b"--><Invoice/>", "xml", "xml"),
    ],
)
@pytest.mark.parametrize("filename", ["", "scan.JPG", "scan.jpg", "invoice.pdf", "a.exe"])
def test_the_content_decides(content: bytes, kind: str, extension: str, filename: str) -> None:
    found = detect(content, filename)
    assert isinstance(found, FileType)
    assert (found.kind, found.extension) == (kind, extension)


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0",
        b"PK\x03\x04 %PDF-1.7",
        b"<html><body>%PDF-1.7</body></html>",
        b"<!doctype html><p>hello</p>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"GIF89a",
        b"BM      ",
        b"Hello, here is the invoice.",
        b"\0" * 2000 + b"%PDF-1.7",
    ],
)
def test_everything_else_is_refused_and_told_what_is_accepted(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        detect(content, "letter.doc")
    assert refused.value.code == "type_not_allowed"
    assert "PDF" in refused.value.message
    with pytest.raises(Unreadable) as refused:
        detect(content, "Invoice.PDF")
    assert refused.value.code == "not_a_pdf"


def test_an_empty_file_is_called_empty() -> None:
    with pytest.raises(Unreadable) as refused:
        detect(b"", "invoice.pdf")
    assert refused.value.code == "empty_file"
