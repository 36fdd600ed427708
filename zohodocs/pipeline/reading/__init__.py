"""From bytes to words with their places, and to pictures of pages.

Everything native (PDFium, qpdf, libxml2, image decoders) runs in a child process under limits of
memory, time, files and network; here is only the asking.
"""

from __future__ import annotations

import atexit
import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zohodocs.domain import file_types
from zohodocs.domain.reading import PageText, Reading, Unreadable

from .ocr import engines, layers, pages
from .ocr.recogniser import Recogniser
from .refusals import MAX_PAGES
from .sandbox import Sandbox

__all__ = [
    "MAX_PAGES",
    "Recogniser",
    "Sandbox",
    "Unreadable",
    "arranged",
    "read",
    "render_page",
    "shared_child",
    "shared_recogniser",
]

READ_SECONDS = 30.0
RENDER_SECONDS = 10.0
# A4 at 200 dpi and some; a poster gets fewer dpi.
MAX_PICTURE_PIXELS = 6_000_000
# Print of 8 points is then 22 pixels high; the engines read at such a height.
OCR_DPI = 200
OCR_PIXELS = 9_000_000
OFF = "off"


@functools.cache
def shared_child() -> Sandbox:
    """The child of this process; all calls share it."""
    # Not at the top: the child imports this package and must stay free of Django.
    from django.conf import settings

    scale = getattr(settings, "TIME_SCALE", 1.0) if settings.configured else 1.0
    child = Sandbox(time_scale=float(scale))
    atexit.register(child.close)
    return child


@functools.cache
def shared_recogniser() -> Recogniser | None:
    """The recognition of this process; None where it is switched off or not installed."""
    from django.conf import settings

    known = settings if settings.configured else None
    wanted = getattr(known, "OCR_ENGINE", engines.SMALL)
    if wanted == OFF or not engines.is_installed(wanted):
        return None
    directory = getattr(known, "DATA_DIR", Path(tempfile.gettempdir()) / "zohodocs")
    # Not by TIME_SCALE: a page takes its second however fast a test turns the clock.
    recogniser = Recogniser(Path(directory) / "ocr", engine=wanted)
    atexit.register(recogniser.close)
    return recogniser


def read(
    content: bytes,
    *,
    filename: str = "",
    max_pages: int = MAX_PAGES,
    child: Sandbox | None = None,
    recogniser: Recogniser | None = None,
) -> Reading:
    """The words of a PDF or picture with their places, the XML of an e-invoice.

    Pages without words of their own are recognised, where that is possible. Raises Unreadable
    with a stable code (`refusals.CODES`, `file_types.detect`). Notes: `ocr` (all words come from
    pictures), `page_ocr:N`, `needs_ocr` (no page has words), `page_needs_ocr:N`, `hidden_text`
    (words nobody can see, which were left out), `text_differs:N` and `text_unchecked:N`
    (`layers.checked`), `active_content`, `repaired`, `encrypted_empty_password`.
    """
    kind = file_types.detect(content, filename).kind
    child = child or shared_child()
    header, xml = child.ask("read", content, seconds=READ_SECONDS, kind=kind, max_pages=max_pages)
    reading = Reading(
        kind=header["kind"],
        pages=tuple(PageText.from_json(page) for page in header["pages"]),
        xml=xml if header["has_xml"] else None,
        xml_name=header["xml_name"] or (filename if kind == "xml" else ""),
        notes=tuple(header["notes"]),
    )
    if not pages.silent(reading) and not layers.layered(reading):
        return reading
    recogniser = recogniser or shared_recogniser()
    if recogniser is None:
        return layers.checked(reading, None)
    recognise = functools.partial(_recognised, content, kind, child, recogniser)
    return pages.recognised(layers.checked(reading, recognise), recognise)


def _recognised(
    content: bytes, kind: str, child: Sandbox, recogniser: Recogniser, page: int
) -> dict[str, Any] | None:
    try:
        header, pixels = child.ask(
            "pixels",
            content,
            seconds=RENDER_SECONDS,
            kind=kind,
            page=page,
            dpi=OCR_DPI,
            max_pixels=OCR_PIXELS,
        )
    except Unreadable:
        return None  # This page cannot be drawn; the others can still be read.
    return recogniser.recognise(pixels, width=header["width"], height=header["height"])


def render_page(
    content: bytes,
    page: int,
    *,
    dpi: int = 150,
    max_pixels: int = MAX_PICTURE_PIXELS,
    child: Sandbox | None = None,
) -> bytes:
    """WebP of a page (from 1) of a PDF or picture, as its word boxes are measured on."""
    kind = file_types.detect(content).kind
    if kind == "xml":
        raise Unreadable("page_not_found", "An XML e-invoice has no pages to show.")
    _, picture = (child or shared_child()).ask(
        "render",
        content,
        seconds=RENDER_SECONDS,
        kind=kind,
        page=page,
        dpi=dpi,
        max_pixels=max_pixels,
    )
    return picture


def arranged(
    files: Sequence[tuple[bytes, str]],
    picks: Sequence[tuple[int, int, int]],
    *,
    child: Sandbox | None = None,
) -> bytes:
    """A PDF of these pages: `(file from 0, page from 1, clockwise turn in degrees)`, in order.

    `files`: contents with their kind (`pdf`, `image`). Raises Unreadable.
    """
    _, made = (child or shared_child()).ask(
        "arrange",
        b"".join(content for content, _kind in files),
        seconds=READ_SECONDS,
        sizes=[len(content) for content, _kind in files],
        kinds=[kind for _content, kind in files],
        picks=[list(pick) for pick in picks],
    )
    return made
