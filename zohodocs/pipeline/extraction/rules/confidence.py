"""Scores become confidences: evidence raises, a close rival lowers; monotone per field."""

from __future__ import annotations

from bisect import bisect_right

from .candidates import Candidate

# The best that the rules may claim for a field, reached with the strongest evidence alone.
_CEILING = {
    "supplier_name": 0.9,
    "buyer_name": 0.93,
    "supplier_address": 0.8,
    "buyer_address": 0.8,
    "payment_terms": 0.7,
    "delivery_date": 0.9,
}
_RIVAL_MARGIN = 0.25
# Weighed evidence -> share of values that were right, measured on half of the development papers
# and rounded down; straight lines between the points, so that the order never changes.
_CURVE = (
    (0.0, 0.01),
    (0.2, 0.2),
    (0.35, 0.45),
    (0.45, 0.7),
    (0.55, 0.84),
    (0.65, 0.88),
    (0.75, 0.94),
    (0.85, 0.968),
    (0.95, 0.985),
    (1.0, 0.99),
)


def confidence(name: str, best: Candidate, rivals: list[Candidate], *, bonus: float = 0.0) -> float:
    """How sure the value is, 0..1: its own score, less for a rival close behind."""
    ceiling = _CEILING.get(name, 0.97)
    weight = ceiling * min(max(best.score, 0.0), 1.0)
    if rivals:
        margin = best.score - rivals[0].score
        if margin < _RIVAL_MARGIN:
            weight *= 0.8 + 0.2 * max(margin, 0.0) / _RIVAL_MARGIN
    return _measured(min(max(weight + bonus, 0.0), 1.0))


def _measured(weight: float) -> float:
    at = min(bisect_right(_CURVE, (weight, 1.0)), len(_CURVE) - 1)
    (x0, y0), (x1, y1) = _CURVE[at - 1], _CURVE[at]
    return y0 + (y1 - y0) * (weight - x0) / (x1 - x0)
