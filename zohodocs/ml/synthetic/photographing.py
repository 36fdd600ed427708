"""A printed page as a telephone would have taken it: on a table, from aslant, in uneven light."""

from __future__ import annotations

import io
from random import Random

import numpy
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageFilter

_DOTS = 200 / 72
_MARGIN = 0.12
_QUALITY = 80
_Point = tuple[float, float]


def photograph(content: bytes, *, seed: str) -> bytes:
    """The first page of a PDF as a JPEG; the same seed, the same hand."""
    rng = Random(seed)  # noqa: S311 - reproducible on purpose
    document = pypdfium2.PdfDocument(content)
    try:
        sheet = document[0].render(scale=_DOTS).to_pil().convert("RGB")
    finally:
        document.close()
    across, down = (round(side * (1 + 2 * _MARGIN)) for side in sheet.size)
    corners = _corners(rng, sheet.size, (across, down))
    table = _table(rng, across, down)
    edges = [(0.0, 0.0), (sheet.width, 0.0), (sheet.width, sheet.height), (0.0, sheet.height)]
    back = _between(corners, edges)
    how = (Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC)
    paper = sheet.transform((across, down), *how)
    mask = Image.new("L", sheet.size, 255).transform((across, down), *how)
    table.paste(paper, mask=mask)
    return _taken(rng, table)


def _corners(rng: Random, size: tuple[int, int], canvas: tuple[int, int]) -> list[_Point]:
    """Where the corners of the paper lie in the picture, clockwise from the top left."""
    width, height = size
    left, top = (canvas[0] - width) / 2, (canvas[1] - height) / 2
    reach = 0.055 * min(width, height)
    return [
        (left + x * width + rng.uniform(-reach, reach), top + y * height + rng.uniform(0, reach))
        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]


def _between(sources: list[_Point], targets: list[_Point]) -> tuple[float, ...]:
    """The eight numbers that take points of the picture to points of the paper."""
    rows, right = [], []
    for (x, y), (u, v) in zip(sources, targets, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return tuple(float(value) for value in numpy.linalg.solve(numpy.array(rows), right))


def _table(rng: Random, across: int, down: int) -> Image.Image:
    """Dark wood: a colour with grain along it."""
    chance = numpy.random.default_rng(rng.getrandbits(32))
    grain = chance.normal(0, 9, (down, 1)) + chance.normal(0, 4, (down, across))
    colour = numpy.array([rng.randint(70, 105), rng.randint(50, 75), rng.randint(35, 55)])
    wood = numpy.clip(colour[None, None, :] + grain[:, :, None], 0, 255).astype(numpy.uint8)
    return Image.fromarray(wood).filter(ImageFilter.GaussianBlur(1.2))


def _taken(rng: Random, scene: Image.Image) -> bytes:
    """Light from one side, a little unsharp, with the noise of a small lens."""
    chance = numpy.random.default_rng(rng.getrandbits(32))
    pixels: NDArray[numpy.float64] = numpy.asarray(
        scene.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 0.9))), dtype=numpy.float64
    )
    down, across, _ = pixels.shape
    slope_x, slope_y = rng.uniform(-0.22, 0.22), rng.uniform(-0.15, 0.15)
    light = (
        0.88
        + slope_x * (numpy.linspace(0, 1, across)[None, :] - 0.5)
        + slope_y * (numpy.linspace(0, 1, down)[:, None] - 0.5)
    )
    pixels = pixels * light[:, :, None] + chance.normal(0, 4, pixels.shape)
    out = io.BytesIO()
    Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8)).save(
        out, "JPEG", quality=_QUALITY
    )
    return out.getvalue()
