"""Labels meet values: for each label the value to its right or below it, with a score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from zohodocs.domain.reading import Box

from .layout import Layout, Line
from .lexicon import Hit, Hits, chained


class Placed(Protocol):
    """Something found on a line."""

    line: Line
    start: int
    end: int
    x0: float
    x1: float


P = TypeVar("P", bound=Placed)


@dataclass(slots=True)
class Candidate:
    """A possible value of a field, with its place and how much speaks for it (0..1)."""

    value: str
    score: float
    line: Line | None = None
    start: int = 0
    end: int = 0
    why: tuple[str, ...] = ()
    source: object = field(default=None, repr=False)

    @property
    def page(self) -> int | None:
        """The page it stands on."""
        return self.line.page if self.line else None

    @property
    def box(self) -> Box | None:
        """Its place on the page."""
        return self.line.box(self.start, self.end) if self.line else None


_BELOW_REACH = 4
# Type heights that may lie between a label and the value under it.
_BELOW_GAP = 3.2


def linked(
    layout: Layout, hits: Hits, hit: Hit, rows: Sequence[Sequence[P]], stop: Callable[[Hit], bool]
) -> tuple[list[P], str]:
    """Values that belong to a label: those to its right, else the nearest below; and which."""
    right = values_right(hits, hit, rows[hit.line.index], stop)
    if right:
        return right, "right"
    below = value_below(layout, hits, hit, rows, stop)
    return ([below], "below") if below is not None else ([], "")


def values_right(hits: Hits, hit: Hit, row: Sequence[P], stop: Callable[[Hit], bool]) -> list[P]:
    """Values after the label on its line, up to the next label that asks for one itself."""
    limit = len(hit.line.text)
    end = hit
    for other in hits.labels[hit.line.index]:
        if other.start < end.end:
            continue
        if chained(end, other):
            end = other
        elif stop(other):
            limit = other.start
            break
    return [value for value in row if value.start >= hit.end and value.start < limit]


def value_below(
    layout: Layout, hits: Hits, hit: Hit, rows: Sequence[Sequence[P]], stop: Callable[[Hit], bool]
) -> P | None:
    """The nearest value in the label's column on the lines below."""
    x0, x1 = hit.line.extent(hit.start, hit.end)
    bottom = hit.line.y1
    for line in layout.below(hit.line, reach=_BELOW_REACH):
        if line.y0 - bottom > _BELOW_GAP * hit.line.height:
            return None
        for value in rows[line.index]:
            if in_column(x0, x1, value.x0, value.x1):
                return value
        if any(
            stop(other) and in_column(x0, x1, *other.line.extent(other.start, other.end))
            for other in hits.labels[line.index]
        ):
            return None
    return None


def in_column(x0: float, x1: float, other_x0: float, other_x1: float) -> bool:
    """Whether two things stand in one column: they overlap, or share an edge."""
    overlap = min(x1, other_x1) - max(x0, other_x0)
    return overlap > 0.25 * min(x1 - x0, other_x1 - other_x0) or abs(x0 - other_x0) < 4


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate per value, its best evidence plus a little for agreement, best first."""
    by_value: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_value.setdefault(candidate.value, []).append(candidate)
    merged = []
    for group in by_value.values():
        group.sort(key=lambda c: -c.score)
        top = group[0]
        top.score = min(1.0, top.score + 0.04 * min(len(group) - 1, 3))
        merged.append(top)
    merged.sort(key=lambda c: (-c.score, c.line.index if c.line else 0))
    return merged
