"""Words that nobody can see: white on white, invisible ink, dust, covered. Runs in the child.

Such words are how a paper tells a machine what it does not tell a person. What is suspect by its
ink or by what is painted over it is looked up in the picture of the page, so white letters on a
dark bar stay, and so does the invisible text that lies over the picture of a scan: that one is
counted, because what people see there are letters of the picture.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from .bitmaps import drawn
from .lines import Piece
from .stacking import Stack, address

_LIGHT = 200  # Of 255, in every colour.
_FAINT = 25  # Opacity of 255.
_DUST_POINTS = 2.0
# Lighter and darker parts of a visible word differ by at least so much, of 255.
_CONTRAST = 16
_POINTS_PER_PIXEL = 0.75
_MAX_SIDE = 3000

_Colours = ctypes.c_uint * 4
_FillColour = ctypes.PYFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
)
_TextObject = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_RenderMode = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


_fill_colour = _FillColour(address(pdfium.FPDFText_GetFillColor))
_text_object = _TextObject(address(pdfium.FPDFText_GetTextObject))
_render_mode = _RenderMode(address(pdfium.FPDFTextObj_GetTextRenderMode))
_NO_INK = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})


@dataclass(frozen=True, slots=True)
class Seen:
    """The pieces that can be seen, how many cannot, and how many are seen only as part of a
    picture: their own letters are not what is drawn."""

    pieces: list[Piece]
    hidden: int = 0
    without_ink: int = 0


def visible(
    page: Any,
    text_page: int,
    pieces: Sequence[Piece],
    stack: Stack,
    *,
    width: float,
    height: float,
) -> Seen:
    """What of the pieces can be seen in the picture of the page, of `width` x `height` points."""
    colours = _Colours()
    suspects: set[int] = set()
    without_ink: set[int] = set()
    for position, piece in enumerate(pieces):
        ink = _text_object(text_page, piece.start) or 0
        over = list(stack.over(ink, piece.box)) if stack.covers else []
        inkless = bool(ink) and _render_mode(ink) in _NO_INK
        if inkless or any(cover.is_picture for cover in over):
            without_ink.add(position)
        if over or inkless or _is_suspect(text_page, piece, colours):
            suspects.add(position)
    if not suspects:
        return Seen(list(pieces))
    scale = min(1 / _POINTS_PER_PIXEL, _MAX_SIDE / max(width, height))
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    picture = drawn(page, across, down).convert("L")

    def is_seen(piece: Piece) -> bool:
        x0, y0, x1, y1 = (side * scale for side in piece.box)
        place = (max(0, int(x0)), max(0, int(y0)), min(across, int(x1) + 1), min(down, int(y1) + 1))
        if place[0] >= place[2] or place[1] >= place[3]:
            return False
        shades = picture.crop(place).tobytes()
        return max(shades) - min(shades) >= _CONTRAST

    seen = {
        position
        for position, piece in enumerate(pieces)
        if position not in suspects or (is_seen(piece) and piece.height >= _DUST_POINTS)
    }
    return Seen(
        [piece for position, piece in enumerate(pieces) if position in seen],
        hidden=len(pieces) - len(seen),
        without_ink=len(without_ink & seen),
    )


def _is_suspect(text_page: int, piece: Piece, colours: Any) -> bool:
    if piece.height < _DUST_POINTS and piece.box[2] - piece.box[0] < _DUST_POINTS * len(piece.text):
        return True
    start = ctypes.addressof(colours)
    if not _fill_colour(text_page, piece.start, start, start + 4, start + 8, start + 12):
        return False
    red, green, blue, opacity = colours
    return bool(opacity < _FAINT or min(red, green, blue) >= _LIGHT)
