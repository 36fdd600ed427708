"""The picture of a page, as pixels or as WebP. Runs in the child."""

from __future__ import annotations

import io

import pypdfium2.raw as pdfium
from PIL import Image

from . import images
from .bitmaps import drawn
from .opening import UnloadablePage, loaded, opened
from .refusals import refusal

QUALITY = 80
_EFFORT = 2  # Of 6: four times faster than the default and 10 % larger.
_POINTS_PER_INCH = 72
_WEBP_SIDE = 16_383


def render(content: bytes, *, kind: str, page: int, dpi: int, max_pixels: int) -> bytes:
    """WebP of page `page` (from 1), never more than `max_pixels`; raises Unreadable."""
    picture = page_picture(content, kind=kind, page=page, dpi=dpi, max_pixels=max_pixels)
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=QUALITY, method=_EFFORT)
    return written.getvalue()


def page_picture(content: bytes, *, kind: str, page: int, dpi: int, max_pixels: int) -> Image.Image:
    """The page as RGB pixels, turned as it says, never more than `max_pixels`."""
    if kind == "pdf":
        return _of_pdf(content, page=page, dpi=dpi, max_pixels=max_pixels)
    return _smaller(images.frame(content, page=page), max_pixels)


def _of_pdf(content: bytes, *, page: int, dpi: int, max_pixels: int) -> Image.Image:
    with opened(content) as document:
        if not 1 <= page <= pdfium.FPDF_GetPageCount(document):
            raise refusal("page_not_found")
        try:
            with loaded(document, page - 1) as (handle, width, height):
                scale = dpi / _POINTS_PER_INCH
                return drawn(handle, *_fitting(width * scale, height * scale, max_pixels))
        except UnloadablePage:
            raise refusal("pdf_damaged") from None


def _smaller(picture: Image.Image, max_pixels: int) -> Image.Image:
    size = _fitting(*picture.size, max_pixels)
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _fitting(width: float, height: float, max_pixels: int) -> tuple[int, int]:
    """The size in pixels, shrunk in proportion until it and its longer side are allowed."""
    scale = min(1.0, (max_pixels / (width * height)) ** 0.5, _WEBP_SIDE / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))
