"""A sheet of paper to print on: runs of text with their places, and the words they make."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics

from zohodocs.domain.reading import PageText, Word

# Widths of the common sans serif, so that a sheet does not depend on the fonts of a machine.
_METRICS = "Helvetica"
_ASCENT = 0.78
_LINE = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text: where its upper left corner is, in points, and how it is set."""

    text: str
    x: float
    y: float
    size: float
    bold: bool

    @property
    def baseline(self) -> float:
        """Where its letters stand, measured from the top of the page."""
        return self.y + _ASCENT * self.size

    @property
    def width(self) -> float:
        """How wide it is."""
        return width_of(self.text, self.size, bold=self.bold)


@dataclass(slots=True)
class Sheet:
    """One page being printed."""

    width: float = 595.0
    height: float = 842.0
    runs: list[Run] = field(default_factory=list)

    def put(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9.0,
        bold: bool = False,
        align: str = "left",
    ) -> float:
        """Print; `x` is the edge (or middle) that `align` names. Returns where the line ends."""
        wide = width_of(text, size, bold=bold)
        left = {"left": x, "right": x - wide, "centre": x - wide / 2}[align]
        if text.strip():
            self.runs.append(Run(text, left, y, size, bold))
        return y + 1.25 * size

    def page(self, number: int) -> PageText:
        """The sheet as read: every word with its box."""
        words = []
        for run in sorted(self.runs, key=lambda r: (round(r.y), r.x)):
            x = run.x
            for part in run.text.split(" "):
                wide = width_of(part, run.size, bold=run.bold)
                if part:
                    box = (
                        x / self.width,
                        run.y / self.height,
                        (x + wide) / self.width,
                        (run.y + _LINE * run.size) / self.height,
                    )
                    words.append(Word(part, box))
                x += wide + width_of(" ", run.size, bold=run.bold)
        return PageText(number, self.width, self.height, tuple(words))


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is in points."""
    return sum(map(_advance, text)) * size * (1.06 if bold else 1.0)


@lru_cache(maxsize=2048)
def _advance(char: str) -> float:
    base = unicodedata.normalize("NFKD", char)[:1]
    if ord(base) < 0x80:
        return float(pdfmetrics.stringWidth(base, _METRICS, 1))
    return 0.62 if char.isupper() else 0.55
