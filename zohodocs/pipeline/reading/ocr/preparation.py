"""A picture made ready for recognition: the paper cut out and laid straight, with contrast."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageOps

from . import geometry, paper
from .geometry import Matrix

# Beyond this a page was laid down askew on purpose or has no lines to measure by.
_MOST_SKEW = 8.0
# Below this the lines of an A4 page stay apart, and turning would only blur.
_LEAST_SKEW = 0.25
_LOOK_SIDE = 800
# Of 255 between paper and ink; less is stretched.
_FAINT = 110


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture to recognise; `to_source` takes its points to those of the picture it came from."""

    picture: Image.Image
    to_source: Matrix


def prepare(picture: Image.Image) -> Prepared:
    """The page of an RGB picture, straight and legible."""
    ready = Prepared(picture, geometry.SAME)
    sheet = paper.corners(picture)
    if sheet is not None:
        size = paper.size(sheet)
        to_source = geometry.between(_rectangle(size), sheet)
        ready = Prepared(geometry.warped(picture, to_source, size), to_source)
    ready = _straight(ready)
    return Prepared(_legible(ready.picture), ready.to_source)


def turned(picture: Image.Image, quarters: int) -> Prepared:
    """The picture turned clockwise by so many quarters."""
    width, height = picture.size
    corners = _rectangle(picture.size)
    moved = {
        1: ((0.0, float(height)), (0.0, 0.0), (float(width), 0.0), (float(width), float(height))),
        2: (corners[2], corners[3], corners[0], corners[1]),
        3: ((float(width), 0.0), (float(width), float(height)), (0.0, float(height)), (0.0, 0.0)),
    }[quarters]
    method = {
        1: Image.Transpose.ROTATE_270,
        2: Image.Transpose.ROTATE_180,
        3: Image.Transpose.ROTATE_90,
    }[quarters]
    result = picture.transpose(method)
    return Prepared(result, geometry.between(_rectangle(result.size), moved))


def skew(picture: Image.Image) -> float:
    """By how many degrees the lines of print fall towards the right; 0 where it cannot be told.

    At the true angle the ink of each line falls into few rows, so the rows differ most.
    """
    ink = _ink(picture)
    if ink is None:
        return 0.0
    rows, columns, weights = ink
    coarse = _sharpest(ink, [step / 1.0 for step in range(-8, 9)])
    fine = _sharpest(ink, [coarse + step / 8 for step in range(-7, 8)])
    best = _sharpness(rows, columns, weights, fine)
    level = _sharpness(rows, columns, weights, 0.0)
    return fine if abs(fine) < _MOST_SKEW and best > 1.04 * level else 0.0


_Ink = tuple[NDArray[numpy.float32], NDArray[numpy.float32], NDArray[numpy.float32]]


def _ink(picture: Image.Image) -> _Ink | None:
    """Where dark strokes are: rows, columns and weights of the darkest pixels of a small copy."""
    scale = min(1.0, _LOOK_SIDE / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    grey = numpy.asarray(picture.resize(size, Image.Resampling.BOX).convert("L"), numpy.float32)
    # Darker than what is around: shadows and dark backgrounds are no ink.
    strokes = _surrounding(grey) - grey
    rows, columns = numpy.nonzero(strokes > 24)
    if len(rows) < 200:
        return None
    if len(rows) > 25_000:
        every = len(rows) // 25_000 + 1
        rows, columns = rows[::every], columns[::every]
    weights = numpy.minimum(strokes[rows, columns], 120)
    return rows.astype(numpy.float32), columns.astype(numpy.float32), weights


def _surrounding(grey: NDArray[numpy.float32]) -> NDArray[numpy.float32]:
    """The mean of the neighbourhood of every pixel."""
    reach = 12
    padded = numpy.pad(grey, reach + 1, mode="edge").cumsum(0, dtype=numpy.float64).cumsum(1)
    side = 2 * reach + 1
    total = padded[side:, side:] - padded[:-side, side:] - padded[side:, :-side]
    total += padded[:-side, :-side]
    mean: NDArray[numpy.float32] = (total[: grey.shape[0], : grey.shape[1]] / side**2).astype(
        numpy.float32
    )
    return mean


def _sharpest(ink: _Ink, angles: list[float]) -> float:
    return max(angles, key=lambda angle: _sharpness(*ink, angle))


def _sharpness(
    rows: NDArray[numpy.float32],
    columns: NDArray[numpy.float32],
    weights: NDArray[numpy.float32],
    angle: float,
) -> float:
    levels = rows - columns * math.tan(math.radians(angle))
    levels -= levels.min()
    profile = numpy.bincount(levels.astype(numpy.int32), weights)
    return float(numpy.square(numpy.diff(profile)).sum())


def _straight(ready: Prepared) -> Prepared:
    angle = skew(ready.picture)
    if abs(angle) < _LEAST_SKEW:
        return ready
    width, height = ready.picture.size
    lean = math.radians(angle)
    sine, cosine = math.sin(lean), math.cos(lean)
    across = math.ceil(width * cosine + height * abs(sine))
    down = math.ceil(width * abs(sine) + height * cosine)
    # About the middle, so that nothing is cut off.
    x, y, u, v = across / 2, down / 2, width / 2, height / 2
    to_source: Matrix = (
        cosine, -sine, u - cosine * x + sine * y,
        sine, cosine, v - sine * x - cosine * y,
        0, 0, 1,
    )  # fmt: skip  # a matrix, row by row
    picture = geometry.warped(ready.picture, to_source, (across, down))
    return Prepared(picture, geometry.after(to_source, ready.to_source))


def _legible(picture: Image.Image) -> Image.Image:
    histogram = picture.convert("L").histogram()
    total = picture.width * picture.height
    dark, light = _level(histogram, 0.02 * total), _level(histogram, 0.9 * total)
    if light - dark >= _FAINT or light == dark:
        return picture
    return ImageOps.autocontrast(picture, cutoff=(1, 5), preserve_tone=True)


def _level(histogram: list[int], count: float) -> int:
    seen = 0
    for level, pixels in enumerate(histogram):
        seen += pixels
        if seen >= count:
            return level
    return len(histogram) - 1


def _rectangle(size: tuple[int, int]) -> list[tuple[float, float]]:
    width, height = float(size[0]), float(size[1])
    return [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
