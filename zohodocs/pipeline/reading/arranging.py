"""Pages of one or several files, put together anew as one PDF. Runs in the child."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pikepdf

from . import images
from .refusals import refusal

# Near what the camera kept; the words of a picture are recognised again from it.
_JPEG_QUALITY = 92
_DPI = 200.0


def arranged(
    body: bytes, *, sizes: Sequence[int], kinds: Sequence[str], picks: Sequence[Sequence[int]]
) -> bytes:
    """The picked pages in their order: `[file from 0, page from 1, clockwise turn in degrees]`.

    `body`: the files, one after the other. What belongs to a whole file (its scripts, forms,
    attachments) is left behind. Raises Unreadable.
    """
    with ExitStack() as stack, pikepdf.new() as made:
        files: list[pikepdf.Pdf] = []
        for content, kind in zip(_parts(body, sizes), kinds, strict=True):
            pages = _as_pdf(content, kind, picks, len(files))
            files.append(stack.enter_context(_opened(pages)))
        for source, number, turn in picks:
            if not 1 <= number <= len(files[source].pages):
                raise refusal("page_not_found")
            made.pages.append(files[source].pages[number - 1])
            made.pages[-1].rotate(turn, relative=True)
        written = io.BytesIO()
        made.save(written, deterministic_id=True)
        return written.getvalue()


def _parts(body: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    start = 0
    for size in sizes:
        yield body[start : start + size]
        start += size


def _opened(content: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise refusal("pdf_password") from None
    except pikepdf.PdfError:
        raise refusal("pdf_damaged") from None


def _as_pdf(content: bytes, kind: str, picks: Sequence[Sequence[int]], source: int) -> bytes:
    """The file itself, or a picture's frames up to the last that is picked as pages."""
    if kind == "pdf":
        return content
    last = max((number for file, number, _turn in picks if file == source), default=1)
    frames = [images.frame(content, page=number) for number in range(1, last + 1)]
    written = io.BytesIO()
    frames[0].save(
        written,
        format="PDF",
        save_all=True,
        append_images=frames[1:],
        resolution=_DPI,
        quality=_JPEG_QUALITY,
    )
    return written.getvalue()
