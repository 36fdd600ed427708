"""In which order a page is painted, and what is painted over its words. Runs in the child.

Words that were covered afterwards are on the page only for a machine: under a white bar nobody
sees them, and under the picture of a scan people see the picture.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from zohodocs.domain.reading import Box

_MAX_OBJECTS = 100_000
_MAX_DEPTH = 8
# Smaller ones are bullets, lines of tables and letters drawn as shapes.
_LEAST_SIDE = 3.0

_Kind = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_Child = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)


def address(function: Any) -> int:
    """Where a handle or function of PDFium lies, for calls without conversion."""
    return ctypes.cast(function, ctypes.c_void_p).value or 0


_kind = _Kind(address(pdfium.FPDFPageObj_GetType))
_on_page = _Child(address(pdfium.FPDFPage_GetObject))
_in_form = _Child(address(pdfium.FPDFFormObj_GetObject))


@dataclass(frozen=True, slots=True)
class Cover:
    """Something that may hide what was painted before it; its place in points of the picture."""

    order: int
    box: Box
    is_picture: bool


@dataclass(slots=True)
class Stack:
    """The order of a page's pieces of text, by the address of each, and what may cover them."""

    order: dict[int, int] = field(default_factory=dict)
    covers: list[Cover] = field(default_factory=list)

    def over(self, ink: int, box: Box) -> Iterator[Cover]:
        """What is painted over the middle of this piece of text."""
        across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        order = self.order.get(ink, -1)
        for cover in self.covers:
            x0, y0, x1, y1 = cover.box
            if cover.order > order and x0 <= across <= x1 and y0 <= down <= y1:
                yield cover


def stack_of(page: Any, matrix: Sequence[float]) -> Stack:
    """The stack of a loaded page; `matrix` takes its space to points of the picture."""
    stack = Stack()
    handle = address(page)
    seen = 0
    for position in range(min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
        shown = _on_page(handle, position)
        for inner, depth in _painted(shown, 0):
            seen += 1
            if seen > _MAX_OBJECTS:
                return stack
            kind = _kind(inner)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                stack.order[inner] = seen
            elif _covers(inner, kind):
                # The place of something in a form is told in the form's own space.
                box = _place(shown if depth else inner, matrix)
                if box is not None:
                    stack.covers.append(Cover(seen, box, kind == pdfium.FPDF_PAGEOBJ_IMAGE))
    # Text is painted before most that could cover it only where something was put over a page.
    first = min(stack.order.values(), default=0)
    stack.covers = [cover for cover in stack.covers if cover.order > first]
    return stack


def _painted(shown: int, depth: int) -> Iterator[tuple[int, int]]:
    """The object, or what a form consists of, in the order of painting; with its depth."""
    if depth >= _MAX_DEPTH or _kind(shown) != pdfium.FPDF_PAGEOBJ_FORM:
        yield shown, depth
        return
    form = ctypes.cast(shown, pdfium.FPDF_PAGEOBJECT)
    for position in range(min(pdfium.FPDFFormObj_CountObjects(form), _MAX_OBJECTS)):
        yield from _painted(_in_form(shown, position), depth + 1)


def _covers(shown: int, kind: int) -> bool:
    if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
        return True
    if kind != pdfium.FPDF_PAGEOBJ_PATH:
        return False
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    path = ctypes.cast(shown, pdfium.FPDF_PAGEOBJECT)
    known = pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(known) and fill.value != pdfium.FPDF_FILLMODE_NONE


def _place(shown: int, matrix: Sequence[float]) -> Box | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    sides = (ctypes.byref(side) for side in (left, bottom, right, top))
    if not pdfium.FPDFPageObj_GetBounds(ctypes.cast(shown, pdfium.FPDF_PAGEOBJECT), *sides):
        return None
    a, b, c, d, e, f = matrix
    x0, y0 = a * left.value + c * bottom.value + e, b * left.value + d * bottom.value + f
    x1, y1 = a * right.value + c * top.value + e, b * right.value + d * top.value + f
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if min(box[2] - box[0], box[3] - box[1]) < _LEAST_SIDE:
        return None
    return box
