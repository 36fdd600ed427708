"""Every way a file can be unreadable, each with its stable code and what the sender can do."""

from __future__ import annotations

from zohodocs.domain.reading import Unreadable

MAX_PAGES = 200
MAX_PIXELS = 40_000_000

_SENTENCES = {
    "pdf_password": "This PDF is locked. Please send it without a password.",
    "pdf_damaged": "This PDF is damaged. Please save it again and send it once more.",
    "pdf_no_pages": "This PDF has no pages. Please check the file and send it again.",
    "image_damaged": "This picture is damaged. Please take or save it again.",
    "too_large_unpacked": (
        "This file becomes far too large when it is opened. Please save it anew and send that."
    ),
    "took_too_long": "Reading this file took too long. Please send a simpler copy, such as a scan.",
    "reader_crashed": "This file makes the reader fail. Please print it to a new PDF and send it.",
    "page_not_found": "This document has no such page.",
}
CODES = frozenset(_SENTENCES) | {"too_many_pages", "too_many_pixels"}


def refusal(code: str) -> Unreadable:
    """The refusal with this code."""
    return Unreadable(code, _SENTENCES[code])


def too_many_pages(pages: int, allowed: int) -> Unreadable:
    """More pages than an invoice has."""
    return Unreadable(
        "too_many_pages",
        f"This document has {pages:,} pages; up to {allowed:,} are read. "
        "Please send the invoice alone.",
    )


def too_many_pixels(pixels: int) -> Unreadable:
    """A picture larger than a page ever needs."""
    return Unreadable(
        "too_many_pixels",
        f"This picture has {pixels / 1e6:,.0f} million pixels; up to {MAX_PIXELS / 1e6:,.0f} "
        "million are read. Please send it smaller.",
    )
