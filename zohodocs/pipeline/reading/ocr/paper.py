"""A sheet of paper in a photograph: where its corners are."""

from __future__ import annotations

import math

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .engine import Point

_LOOK_SIDE = 240
# A sheet is a good part of the picture, but not all of it: then there is nothing to cut.
_LEAST_SHARE, _MOST_SHARE = 0.2, 0.9
# How much of the four-sided shape must be paper, and how much of the paper must lie in it.
_FILLED, _HELD = 0.9, 0.92
# Paper is so much lighter than the table, of 255.
_LIGHTER = 45
# The longer of two opposite sides; beyond this it is not one sheet seen from above.
_MOST_TAPER = 1.6


def corners(picture: Image.Image) -> list[Point] | None:
    """Top left, top right, bottom right, bottom left of the sheet; None where none stands out."""
    scale = _LOOK_SIDE / max(picture.size)
    if scale >= 1:
        return None
    size = (max(8, round(picture.width * scale)), max(8, round(picture.height * scale)))
    small = picture.resize(size, Image.Resampling.BOX).convert("L")
    # Print must not tear the sheet apart.
    grey = numpy.asarray(small.filter(ImageFilter.MaxFilter(5)), numpy.float32)
    limit = _threshold(grey)
    light = grey > limit
    if light.all() or not light.any():
        return None
    if grey[light].mean() - grey[~light].mean() < _LIGHTER:
        return None
    sheet = _largest(light)
    share = sheet.sum() / sheet.size
    if not _LEAST_SHARE <= share <= _MOST_SHARE:
        return None
    found = _extremes(sheet)
    if _touches_edge(found, size):
        return None  # It goes on beyond the picture, so these are not its corners.
    if not _is_sheet(found, sheet):
        return None
    return [(x / scale, y / scale) for x, y in found]


def size(sheet: list[Point]) -> tuple[int, int]:
    """Width and height of the sheet when it is seen from straight above."""
    a, b, c, d = sheet
    across = max(math.dist(a, b), math.dist(d, c))
    down = max(math.dist(a, d), math.dist(b, c))
    return max(16, round(across)), max(16, round(down))


def _threshold(grey: NDArray[numpy.float32]) -> float:
    """The level that parts dark from light best (Otsu)."""
    counts = numpy.bincount(grey.astype(numpy.int32).ravel(), minlength=256).astype(float)
    levels = numpy.arange(256)
    below = counts.cumsum()
    sums = (counts * levels).cumsum()
    above = below[-1] - below
    with numpy.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(numpy.nan_to_num(apart).argmax())


def _largest(mask: NDArray[numpy.bool_]) -> NDArray[numpy.bool_]:
    """The largest connected part, grown from where the mask is densest."""
    left = mask.copy()
    best = numpy.zeros_like(mask)
    for _ in range(4):
        remaining = numpy.argwhere(left)
        if len(remaining) <= best.sum():
            break
        middle = remaining[len(remaining) // 2]
        part = _grown(left, (int(middle[0]), int(middle[1])))
        if part.sum() > best.sum():
            best = part
        left &= ~part
    return best


def _grown(mask: NDArray[numpy.bool_], start: tuple[int, int]) -> NDArray[numpy.bool_]:
    part = numpy.zeros_like(mask)
    part[start] = True
    while True:
        wider = part.copy()
        wider[1:] |= part[:-1]
        wider[:-1] |= part[1:]
        wider[:, 1:] |= wider[:, :-1]
        wider[:, :-1] |= wider[:, 1:]
        wider &= mask
        if wider.sum() == part.sum():
            return part
        part = wider


def _extremes(sheet: NDArray[numpy.bool_]) -> list[Point]:
    rows, columns = numpy.nonzero(sheet)
    total, difference = rows + columns, columns - rows
    picked = (total.argmin(), difference.argmax(), total.argmax(), difference.argmin())
    return [(float(columns[at]), float(rows[at])) for at in picked]


def _touches_edge(found: list[Point], size: tuple[int, int]) -> bool:
    width, height = size
    return any(not (1 < x < width - 2 and 1 < y < height - 2) for x, y in found)


def _is_sheet(found: list[Point], sheet: NDArray[numpy.bool_]) -> bool:
    a, b, c, d = found
    sides = (math.dist(a, b), math.dist(d, c), math.dist(a, d), math.dist(b, c))
    if min(sides) < 0.2 * max(sheet.shape) * 0.5:
        return False
    for one, other in ((sides[0], sides[1]), (sides[2], sides[3])):
        if max(one, other) > _MOST_TAPER * min(one, other):
            return False
    inside = _inside(found, sheet.shape)
    held = (inside & sheet).sum()
    return bool(held >= _FILLED * inside.sum() and held >= _HELD * sheet.sum())


def _inside(found: list[Point], shape: tuple[int, ...]) -> NDArray[numpy.bool_]:
    rows, columns = numpy.mgrid[: shape[0], : shape[1]]
    within = numpy.ones(shape, dtype=bool)
    for (x0, y0), (x1, y1) in zip(found, found[1:] + found[:1], strict=True):
        within &= (x1 - x0) * (rows - y0) - (y1 - y0) * (columns - x0) >= -0.5 * max(shape)
    return within
