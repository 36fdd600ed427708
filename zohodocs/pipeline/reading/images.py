"""Pictures: is it whole, and how large is each page? Runs in the child; the text comes by OCR."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import ExifTags, Image, ImageOps

from zohodocs.domain.reading import PageText, Reading, Unreadable

from .refusals import MAX_PIXELS, refusal, too_many_pages, too_many_pixels

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")
_SIDEWAYS = frozenset({5, 6, 7, 8})
# Ours is checked first, so that the sentence names the numbers.
Image.MAX_IMAGE_PIXELS = None


def read(content: bytes, *, max_pages: int) -> Reading:
    """Sizes of all pages as seen (EXIF turned), after decoding each once; `needs_ocr` always."""
    with opened(content) as image:
        frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        if frames > max_pages:
            raise too_many_pages(frames, max_pages)
        pages = []
        for index in range(frames):
            image.seek(index)
            width, height = seen_size(image)
            image.load()
            pages.append(PageText(index + 1, float(width), float(height)))
    return Reading(kind="image", pages=tuple(pages), notes=("needs_ocr",))


def frame(content: bytes, *, page: int) -> Image.Image:
    """One page, turned as its EXIF says, as RGB."""
    with opened(content) as image:
        try:
            image.seek(page - 1)
        except EOFError:
            raise refusal("page_not_found") from None
        seen_size(image)
        image.load()
        try:
            turned = ImageOps.exif_transpose(image)
        except Exception:
            turned = image  # Damaged EXIF says nothing about the picture itself.
        return turned.convert("RGB")


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """The picture; any failure inside becomes `image_damaged`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                yield image
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        # Pillow's decoders raise nearly every type there is; for the sender it is one case.
        raise refusal("image_damaged") from error


def seen_size(image: Image.Image) -> tuple[int, int]:
    """Width and height after turning; raises `too_many_pixels` before anything is decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise too_many_pixels(width * height)
    try:
        sideways = image.getexif().get(ExifTags.Base.Orientation) in _SIDEWAYS
    except Exception:
        sideways = False  # Damaged EXIF says nothing about the picture itself.
    return (height, width) if sideways else (width, height)
