"""What the models look at: the rules' evidence with figures of the whole document beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median

from zohodocs.domain.invoice import Extraction
from zohodocs.domain.reading import PageText
from zohodocs.pipeline.extraction import rules
from zohodocs.pipeline.extraction.rules.candidates import in_column
from zohodocs.pipeline.extraction.rules.layout import Layout, Line
from zohodocs.pipeline.extraction.rules.lexicon import Hit

# Till receipts are narrow; an A4 page is 0.7.
_BELOW_REACH = 3
_TILL_WORDS = re.compile(
    r"\b(?:cash|change|tend\w*|visa|master\s?card|debit|credit card|bar|gegeben|r[uü]ckgeld|"
    r"zur[uü]ck|"
    r"especes|rendu|monnaie|gotowka|reszta|karta|contanti|resto|bancomat|efectivo|tarjeta|"
    r"entregado|cambio|contant|pin|maestro|wisselgeld|terug|наличными|картой|сдача|sularaha|"
    r"pangakaart|tagasi|payment|paid|amount tendered)\b"
)
_ROUNDING = re.compile(r"\b(?:round\w*|rundung|arrondi|zaokr\w*)\b")


@dataclass(slots=True)
class Sight:
    """One document as the models see it."""

    seen: rules.Evidence
    said: Extraction
    usual_height: float = 1.0
    aspect: float = 0.7
    last: int = 1
    reach: dict[int, set[str]] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """Lines and segments."""
        return self.seen.layout

    def says(self, name: str, value: str) -> float:
        """How sure the rules are of this value; their runners-up count, too."""
        reading = self.said.fields.get(name)
        if reading is None:
            return 0.0
        if reading.value == value:
            return reading.confidence
        return max((o.confidence for o in reading.others if o.value == value), default=0.0)

    def of_line(self, line: Line) -> dict[str, float]:
        """Where a line stands."""
        return {
            "top": line.top,
            "page": float(line.page),
            "order": line.index / self.last,
            "from_first": float(min(line.index, 40)),
            "from_last": float(min(self.last - line.index, 40)),
            "height": line.height / self.usual_height,
            "in_table": float(line.index in self.seen.tables),
            "aspect": self.aspect,
            "lines": float(min(self.last + 1, 200)),
        }

    def labels(self, line: Line, start: int, x0: float, x1: float) -> dict[str, float]:
        """Labels to the left on the line, and over the place in its column."""
        found: dict[str, float] = {}
        nearest: Hit | None = None
        for hit in self.seen.hits.labels[line.index]:
            if hit.end > start:
                continue
            nearest = hit
            for name, weight in hit.fields.items():
                key = f"label_line_{name}"
                found[key] = max(found.get(key, 0.0), weight)
        if nearest is not None:
            for name, weight in nearest.fields.items():
                found[f"label_left_{name}"] = weight
            edge = nearest.line.extent(nearest.start, nearest.end)[1]
            found["label_gap"] = max(x0 - edge, 0.0) / line.width
            found["label_words"] = float(nearest.words)
            found["label_leads"] = float(nearest.leads)
        self._above(found, line, x0, x1)
        return found

    def _above(self, found: dict[str, float], line: Line, x0: float, x1: float) -> None:
        first = max(line.index - _BELOW_REACH, 0)
        for distance, above in enumerate(reversed(self.layout.lines[first : line.index]), 1):
            if above.page != line.page:
                return
            for hit in self.seen.hits.labels[above.index]:
                if in_column(*above.extent(hit.start, hit.end), x0, x1):
                    for name, weight in hit.fields.items():
                        key = f"label_above_{name}"
                        found[key] = max(found.get(key, 0.0), weight / distance)


def look(pages: tuple[PageText, ...]) -> Sight:
    """Read by the rules, and measured."""
    said, seen = rules.study(pages)
    lines = seen.layout.lines
    sight = Sight(seen, said, last=max(len(lines) - 1, 1))
    if lines:
        sight.usual_height = max(median(line.height for line in lines), 0.1)
        widest = max(t.x1 for line in lines for t in line.tokens)
        left = min(t.x0 for line in lines for t in line.tokens)
        deepest = max(line.y1 for line in lines if line.page == 1) if lines[0].page == 1 else 1.0
        sight.aspect = min((widest - left) / max(deepest - lines[0].y0, 1.0), 3.0)
    return sight


def till_word(text: str) -> bool:
    """Whether the (folded) text speaks of paying at a till."""
    return bool(_TILL_WORDS.search(text))


def rounding_word(text: str) -> bool:
    """Whether the (folded) text speaks of rounding."""
    return bool(_ROUNDING.search(text))
