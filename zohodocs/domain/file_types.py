"""What a file is, judged by its content; its name only chooses the sentence of a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .reading import Unreadable
from .signed_files import beginning

ACCEPTED = "a PDF, an e-invoice (XML) or a picture (JPEG, PNG, TIFF or WebP)"
# ISO 32000 asks for the header at byte 0; readers accept it within the first 1,024 bytes, and
# mail gateways do put junk there.
_PDF_HEADER_WITHIN = 1024
_XML_LOOK = 4096
# A file that begins like another type is that type, even if a PDF header follows in its junk.
_OTHER_TYPES = (b"PK\x03\x04", b"MZ", b"\x7fELF", b"#!", b"Rar!", b"7z\xbc\xaf", b"GIF8", b"<")
_WEB_PAGES = frozenset({"html", "svg"})


@dataclass(frozen=True, slots=True)
class FileType:
    """A type we accept: `kind` is `pdf`, `xml` or `image`; `extension` is without its dot."""

    kind: str
    mime: str
    extension: str


PDF = FileType("pdf", "application/pdf", "pdf")
XML = FileType("xml", "application/xml", "xml")
SIGNED_XML = FileType("xml", "application/pkcs7-mime", "p7m")
PNG = FileType("image", "image/png", "png")
JPEG = FileType("image", "image/jpeg", "jpg")
TIFF = FileType("image", "image/tiff", "tiff")
WEBP = FileType("image", "image/webp", "webp")


def detect(content: bytes, filename: str = "") -> FileType:
    """The type of `content`.

    Raises Unreadable: `empty_file`, `not_a_pdf` (called .pdf but is none), `type_not_allowed`.
    """
    if not content:
        raise Unreadable("empty_file", "The file is empty. Please send it again.")
    found = _image(content) or _pdf(content) or _xml(content) or _signed_xml(content)
    if found is not None:
        return found
    if filename.lower().endswith(".pdf"):
        raise Unreadable(
            "not_a_pdf",
            f"The file is called PDF but is none. Please send {ACCEPTED}.",
        )
    raise Unreadable(
        "type_not_allowed", f"This type of file cannot be read. Please send {ACCEPTED}."
    )


def _image(content: bytes) -> FileType | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith((b"II*\0", b"MM\0*")):
        return TIFF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    return None


def _pdf(content: bytes) -> FileType | None:
    head = content[:_PDF_HEADER_WITHIN]
    if head.lstrip(b"\xef\xbb\xbf\r\n\t \0").startswith(_OTHER_TYPES):
        return None
    return PDF if b"%PDF-" in head else None


def _xml(content: bytes) -> FileType | None:
    root = xml_root(content)
    return XML if root and root.lower() not in _WEB_PAGES else None


def _signed_xml(content: bytes) -> FileType | None:
    signed = beginning(content)
    return SIGNED_XML if signed and _xml(signed) else None


def xml_root(content: bytes) -> str:
    """The local name of the root element, without parsing; empty where the content is no XML."""
    text = _decoded(content[:_XML_LOOK])
    if not text.lstrip().startswith("<"):
        return ""
    named = re.search(r"<!DOCTYPE\s+(?:[\w.-]+:)?([\w.-]+)", text, flags=re.IGNORECASE)
    if named:
        return named[1]
    # Declarations and comments go; what is left begins with the root's tag.
    plain = re.sub(r"<\?.*?\?>|<!--.*?-->", "", text, flags=re.DOTALL)
    tag = re.search(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]", plain)
    if tag:
        return tag[1]
    # A prolog longer than what was looked at: the parser decides.
    return "unknown" if "<?xml" in text else ""


def _decoded(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    if head[:4] in (b"<\0?\0", b"\0<\0?"):
        encoding = "utf-16-le" if head[0] else "utf-16-be"
        return head.decode(encoding, errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
