"""From a raw score to a true probability: isotonic steps per field, kept as plain numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Nothing is certain: of values marked 99.5 % one in two hundred may be wrong.
_HIGHEST, _LOWEST = 0.995, 0.005
# Fewer answers than this say little about a curve.
_FEWEST = 40


@dataclass(frozen=True, slots=True)
class Curve:
    """Straight lines between points; monotone, so that the order of answers never changes."""

    raw: tuple[float, ...]
    true: tuple[float, ...]

    def __call__(self, score: float) -> float:
        """The probability that belongs to a raw score."""
        at = bisect_right(self.raw, score)
        if at == 0:
            return self.true[0]
        if at == len(self.raw):
            return self.true[-1]
        x0, x1 = self.raw[at - 1], self.raw[at]
        y0, y1 = self.true[at - 1], self.true[at]
        return y0 + (y1 - y0) * (score - x0) / (x1 - x0)


def fitted(answers: Iterable[tuple[float, bool]]) -> Curve | None:
    """The isotonic curve of (raw score, was it right); None of too few answers.

    Pooled neighbours (pool adjacent violators) of at least twenty answers each; every pool has two
    answers of doubt added, one right and one wrong, so that a small pool claims little.
    """
    ranked = sorted(answers)
    if len(ranked) < _FEWEST:
        return None
    size = max(len(ranked) // 24, 20)
    pools: list[list[float]] = []  # sum of scores, right, count
    for start in range(0, len(ranked), size):
        part = ranked[start : start + size]
        pools.append([sum(s for s, _ in part), float(sum(r for _, r in part)), float(len(part))])
        while len(pools) > 1 and _rate(pools[-2]) > _rate(pools[-1]):
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    points: dict[float, float] = {}
    for pool in pools:
        points[round(pool[0] / pool[2], 5)] = round(min(max(_rate(pool), _LOWEST), _HIGHEST), 5)
    return Curve(tuple(points), tuple(points.values()))


def _rate(pool: Sequence[float]) -> float:
    return (pool[1] + 0.5) / (pool[2] + 1.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The curves of one engine: a field's own, else the one of all fields together."""

    curves: Mapping[str, Curve]

    def __call__(self, field: str, score: float) -> float:
        """The probability that the value of this field is right; the score where none is known."""
        curve = self.curves.get(field) or self.curves.get("")
        return curve(score) if curve is not None else score

    def to_json(self) -> dict[str, list[tuple[float, float]]]:
        """Field -> points."""
        return {
            field: list(zip(curve.raw, curve.true, strict=True))
            for field, curve in self.curves.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Sequence[Sequence[float]]]) -> Calibration:
        """The calibration back from `to_json`."""
        return cls(
            {
                field: Curve(tuple(p[0] for p in points), tuple(p[1] for p in points))
                for field, points in data.items()
                if points
            }
        )


def calibrated(answers: Mapping[str, Sequence[tuple[float, bool]]]) -> Calibration:
    """A curve for every field with enough answers, and one for the rest."""
    curves = {field: fitted(pairs) for field, pairs in answers.items()}
    curves[""] = fitted(pair for pairs in answers.values() for pair in pairs)
    return Calibration({field: curve for field, curve in curves.items() if curve is not None})
