"""Plane geometry of pictures: maps between a picture as taken and the page lying straight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy
from PIL import Image

from zohodocs.domain.reading import Box

from .engine import Point

# Row by row, 3 x 3; takes points of one picture to points of another.
Matrix = tuple[float, float, float, float, float, float, float, float, float]
SAME: Matrix = (1, 0, 0, 0, 1, 0, 0, 0, 1)


def after(first: Matrix, second: Matrix) -> Matrix:
    """First the one, then the other."""
    product = numpy.array(second).reshape(3, 3) @ numpy.array(first).reshape(3, 3)
    return _flat(product)


def inverse(matrix: Matrix) -> Matrix:
    """The way back."""
    return _flat(numpy.linalg.inv(numpy.array(matrix, dtype=float).reshape(3, 3)))


def scaling(across: float, down: float) -> Matrix:
    """Larger or smaller, from the top left."""
    return (across, 0, 0, 0, down, 0, 0, 0, 1)


def between(sources: Sequence[Point], targets: Sequence[Point]) -> Matrix:
    """The map that takes four points to four others."""
    rows, right = [], []
    for (x, y), (u, v) in zip(sources, targets, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solved = numpy.linalg.solve(numpy.array(rows, dtype=float), numpy.array(right, dtype=float))
    return _flat(numpy.append(solved, 1.0))


def placed(points: Iterable[Point], matrix: Matrix) -> list[Point]:
    """Where the points come to lie."""
    a, b, c, d, e, f, g, h, i = matrix
    moved = []
    for x, y in points:
        depth = g * x + h * y + i
        moved.append(((a * x + b * y + c) / depth, (d * x + e * y + f) / depth))
    return moved


def box_placed(box: Box, matrix: Matrix) -> Box:
    """The smallest upright box around the moved one."""
    x0, y0, x1, y1 = box
    across, down = zip(*placed(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), matrix), strict=True)
    return min(across), min(down), max(across), max(down)


def warped(picture: Image.Image, to_source: Matrix, size: tuple[int, int]) -> Image.Image:
    """A picture of `size` whose points lie in `picture` where `to_source` says; white beyond."""
    scaled = numpy.array(to_source, dtype=float) / to_source[8]
    return picture.transform(
        size,
        Image.Transform.PERSPECTIVE,
        tuple(scaled[:8]),
        Image.Resampling.BILINEAR,
        fillcolor=(255, 255, 255),
    )


def _flat(matrix: numpy.typing.NDArray[numpy.float64]) -> Matrix:
    a, b, c, d, e, f, g, h, i = (float(value) for value in numpy.asarray(matrix).ravel())
    return a, b, c, d, e, f, g, h, i
