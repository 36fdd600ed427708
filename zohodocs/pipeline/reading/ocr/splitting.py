"""Lines as an engine reads them, split into words, each with its share of the line's box."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zohodocs.pipeline.reading.lettering import clean

from .engine import OcrLine

_WORD = re.compile(r"\S+")
# Widths of letters in a usual typeface, in ems of ten; a digit is a letter of middle width.
_NARROW = frozenset("iljI1!.,:;'|`()[]{} -/\\tfr")
_WIDE = frozenset("mwMWQOG@%&ABCDEHKNRSUVXYZ")
_NARROW_WIDTH, _USUAL_WIDTH, _WIDE_WIDTH = 5, 9, 12
# Longer than any word on an invoice.
_MAX_LETTERS = 200

Placed = tuple[str, tuple[float, float, float, float]]


def words(line: OcrLine) -> Iterator[Placed]:
    """The words of a line with upright boxes in pixels, from left to right."""
    text = clean(line.text)
    x0, y0, x1, y1 = line.box
    reached = [0]
    for letter in text:
        reached.append(reached[-1] + _width(letter))
    scale = (x1 - x0) / max(reached[-1], 1)
    for found in _WORD.finditer(text):
        left, right = x0 + reached[found.start()] * scale, x0 + reached[found.end()] * scale
        yield found.group()[:_MAX_LETTERS], (left, y0, right, y1)


def _width(letter: str) -> int:
    if letter in _NARROW:
        return _NARROW_WIDTH
    return _WIDE_WIDTH if letter in _WIDE else _USUAL_WIDTH
