"""The part of a page that shows one field: its place with what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

from .reading import Box

# Of the page: so much beside and above a place is read with it, and less is no picture.
_BESIDE, _ABOVE = 0.12, 0.035
_LEAST_WIDTH, _LEAST_HEIGHT = 0.45, 0.1

Pixels = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Crop:
    """In pixels: what is cut out of the page, and the place's frame inside of that."""

    part: Pixels
    frame: Pixels


def of(box: Box, *, width: int, height: int) -> Crop:
    """The crop of a place (shares of the page) from a picture of this size."""
    x0, y0, x1, y1 = (min(1.0, max(0.0, side)) for side in box)
    left, right = _span(x0, x1, margin=_BESIDE, least=_LEAST_WIDTH)
    top, bottom = _span(y0, y1, margin=_ABOVE, least=_LEAST_HEIGHT)
    part = (int(left * width), int(top * height), round(right * width), round(bottom * height))
    frame = (
        int(x0 * width) - part[0],
        int(y0 * height) - part[1],
        round(x1 * width) - part[0],
        round(y1 * height) - part[1],
    )
    return Crop(part, frame)


def _span(start: float, end: float, *, margin: float, least: float) -> tuple[float, float]:
    """One side with its margin, at least so long, moved inside of the page."""
    length = min(1.0, max(end - start + 2 * margin, least))
    begin = (start + end - length) / 2
    begin = min(max(0.0, begin), 1.0 - length)
    return begin, begin + length
