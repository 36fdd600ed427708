"""Words that nobody can see: white on white, invisible ink, dust. Runs in the child.

Such words are how a paper tells a machine what it does not tell a person. What is suspect by its
ink is looked up in the picture of the page, so white letters on a dark bar stay, and so does the
invisible text that lies over the picture of a scan.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import pypdfium2.raw as pdfium

from .bitmaps import drawn
from .lines import Piece

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


def address(function: Any) -> int:
    """Where a handle or function of PDFium lies, for calls without conversion."""
    return ctypes.cast(function, ctypes.c_void_p).value or 0


_fill_colour = _FillColour(address(pdfium.FPDFText_GetFillColor))
_text_object = _TextObject(address(pdfium.FPDFText_GetTextObject))
_render_mode = _RenderMode(address(pdfium.FPDFTextObj_GetTextRenderMode))
_NO_INK = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})


def visible(
    page: Any, text_page: int, pieces: Sequence[Piece], *, width: float, height: float
) -> list[Piece]:
    """The pieces that can be seen in the picture of the page, of `width` x `height` points."""
    colours = _Colours()
    suspects = {
        position for position, piece in enumerate(pieces) if _is_suspect(text_page, piece, colours)
    }
    if not suspects:
        return list(pieces)
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

    return [
        piece
        for position, piece in enumerate(pieces)
        if position not in suspects or (is_seen(piece) and piece.height >= _DUST_POINTS)
    ]


def _is_suspect(text_page: int, piece: Piece, colours: Any) -> bool:
    if piece.height < _DUST_POINTS and piece.box[2] - piece.box[0] < _DUST_POINTS * len(piece.text):
        return True
    start = ctypes.addressof(colours)
    if _fill_colour(text_page, piece.start, start, start + 4, start + 8, start + 12):
        red, green, blue, opacity = colours
        if opacity < _FAINT or min(red, green, blue) >= _LIGHT:
            return True
    ink = _text_object(text_page, piece.start)
    return bool(ink) and _render_mode(ink) in _NO_INK
