"""What every engine of text recognition promises, so that one can replace another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image

Point = tuple[float, float]
# Top left, top right, bottom right, bottom left, as the line is read.
Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line of print as an engine read it: its place in pixels and how sure the engine is."""

    text: str
    quad: Quad
    confidence: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The smallest upright box around it."""
        across, down = zip(*self.quad, strict=True)
        return min(across), min(down), max(across), max(down)


class Engine(Protocol):
    """Reads print in a picture. Loading is dear, so an engine is kept."""

    def recognise(self, picture: Image.Image) -> tuple[OcrLine, ...]:
        """The lines of an RGB picture, in any order."""
        ...


def mean_confidence(lines: tuple[OcrLine, ...]) -> float:
    """How sure a reading is as a whole, every letter counting alike; 0 where nothing was read."""
    letters = sum(len(line.text) for line in lines)
    if not letters:
        return 0.0
    return sum(line.confidence * len(line.text) for line in lines) / letters
