"""The words of a PDF page with their places, as they stand in the picture of the page."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from zohodocs.domain.reading import Word

from .lettering import RUN, clean, without_letter
from .lines import Piece, around, in_reading_order
from .stacking import address, stack_of
from .visibility import visible

# PDFium puts this in place of a hyphen that ends a line, and glues the next line on.
_LINE_END_HYPHEN = "\x02"
# In heights of the print: a gap without a space that is wider is a column's edge, a space that
# PDFium only inferred from a narrower gap is kerning.
_COLUMN_GAP = 0.75
_KERNING_GAP = 0.06
# A longer run is no word: what comes after must not spend minutes on an attacker's 30,000 letters.
_MAX_LETTERS = 200
_CORNER = 10_000_000

Matrix = tuple[float, float, float, float, float, float]

# The functions of pypdfium2.raw once more, without the conversion of every argument and without
# letting go of the interpreter lock: one call a character is most of what a page costs.
_Ask = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_AskPlace = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


_unicode = _Ask(address(pdfium.FPDFText_GetUnicode))
_is_inferred = _Ask(address(pdfium.FPDFText_IsGenerated))
_loose_box = _AskPlace(address(pdfium.FPDFText_GetLooseCharBox))


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a page says: its words, how many nobody can see, how many lie beside the page, how many
    are seen only as part of a picture; its characters and those with no letter behind them."""

    words: tuple[Word, ...]
    hidden: int
    outside: int
    without_ink: int
    characters: int
    unmapped: int


def words_of(page: Any, text_page: Any, *, width: float, height: float) -> Spoken:
    """The words of a loaded page in reading order, boxes as shares of the page as rendered."""
    count = max(0, pdfium.FPDFText_CountChars(text_page))
    handle = address(text_page)
    text = _text(handle, text_page, count)
    matrix = _to_picture(page, width, height)
    pieces = _without_kerning(handle, _pieces(text, _places(handle, count), matrix))
    stack = stack_of(page, matrix)
    seen = visible(page, handle, pieces, stack, width=width, height=height)
    words = []
    outside = 0
    for piece in in_reading_order(seen.pieces):
        x0, y0, x1, y1 = piece.box
        if x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height:
            outside += 1  # Not in the picture, so nobody can have read it.
            continue
        box = (
            max(0.0, x0 / width),
            max(0.0, y0 / height),
            min(1.0, x1 / width),
            min(1.0, y1 / height),
        )
        words.append(Word(piece.text[:_MAX_LETTERS], box))
    return Spoken(tuple(words), seen.hidden, outside, seen.without_ink, count, without_letter(text))


def _text(handle: int, text_page: Any, count: int) -> str:
    """One letter for each character, so that positions agree with PDFium's."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(text_page, 0, count, buffer) == count + 1:
        text = bytes(buffer)[:-2].decode("utf-16-le", "surrogatepass")
        if len(text) == count:
            return text
    # Characters beyond 16 bits or without a letter: ask one by one.
    return "".join(chr(_unicode(handle, index)) for index in range(count))


def _places(handle: int, count: int) -> list[float]:
    """Left, top, right, bottom of every character in page space, one after the other."""
    rects = (pdfium.FS_RECTF * max(count, 1))()
    start = ctypes.addressof(rects)
    for index in range(count):
        _loose_box(handle, index, start + 16 * index)
    flat: list[float] = list(memoryview(rects).cast("B").cast("f"))
    return flat


def _to_picture(page: Any, width: float, height: float) -> Matrix:
    """The matrix from page space to points of the picture; PDFium itself turns and crops."""

    def corner(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(
            page, 0, 0, _CORNER, _CORNER, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        return across.value / _CORNER * width, down.value / _CORNER * height

    step = 100.0
    (x0, y0), (x1, y1), (x2, y2) = corner(0, 0), corner(step, 0), corner(0, step)
    return (x1 - x0) / step, (y1 - y0) / step, (x2 - x0) / step, (y2 - y0) / step, x0, y0


def _pieces(text: str, places: list[float], matrix: Matrix) -> Iterator[Piece]:
    """Runs between white space, also cut where the print leaves a column's gap."""
    a, b, c, d, e, f = matrix
    for run in RUN.finditer(text):
        start, end = run.span()
        for first, last, left, top, right, bottom in _columns(places, start, end):
            letters = text[first:last]
            if last == end and text[end : end + 1] == _LINE_END_HYPHEN:
                letters += "-"
            x0, y0 = a * left + c * top + e, b * left + d * top + f
            x1, y1 = a * right + c * bottom + e, b * right + d * bottom + f
            if x0 > x1:
                x0, x1 = x1, x0
            if y0 > y1:
                y0, y1 = y1, y0
            yield Piece(clean(letters), (x0, y0, x1, y1), first, last)


def _columns(
    places: list[float], start: int, end: int
) -> Iterator[tuple[int, int, float, float, float, float]]:
    """The run's parts, mostly one: from, to, left, top, right, bottom in page space."""
    lefts, rights = places[4 * start : 4 * end : 4], places[4 * start + 2 : 4 * end : 4]
    tops, bottoms = places[4 * start + 1 : 4 * end : 4], places[4 * start + 3 : 4 * end : 4]
    left, top, right, bottom = min(lefts), max(tops), max(rights), min(bottoms)
    size = max(tops[0] - bottoms[0], rights[0] - lefts[0])
    limit = _COLUMN_GAP * size
    if right - left - sum(rights) + sum(lefts) <= limit and top - bottom - size <= limit:
        # As long as its letters together: nothing parts them.
        yield start, end, left, top, right, bottom
        return
    cuts = [0]
    for at in range(1, end - start):
        limit = _COLUMN_GAP * max(tops[at - 1] - bottoms[at - 1], rights[at - 1] - lefts[at - 1])
        if (
            lefts[at] - rights[at - 1] > limit
            or lefts[at - 1] - rights[at] > limit
            or bottoms[at - 1] - tops[at] > limit
            or bottoms[at] - tops[at - 1] > limit
        ):
            cuts.append(at)
    for first, last in pairwise([*cuts, end - start]):
        yield (
            start + first,
            start + last,
            min(lefts[first:last]),
            max(tops[first:last]),
            max(rights[first:last]),
            min(bottoms[first:last]),
        )


def _without_kerning(handle: int, pieces: Iterable[Piece]) -> list[Piece]:
    """Joins what only an inferred space of no width keeps apart."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        last = joined[-1] if joined else None
        if (
            last is not None
            and piece.start == last.end + 1
            and abs(piece.box[1] - last.box[1]) < 0.2 * last.height
            and abs(piece.box[0] - last.box[2]) < _KERNING_GAP * last.height
            and _is_inferred(handle, last.end) == 1
        ):
            box = around([last.box, piece.box])
            joined[-1] = Piece(last.text + piece.text, box, last.start, piece.end)
        else:
            joined.append(piece)
    return joined
