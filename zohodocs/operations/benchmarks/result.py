"""What a benchmark says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """`ratio` > 1 = the product is better; a share lies between 0 and 1 (`unit` says which)."""

    ratio: float
    unit: str
    baseline: float
    product: float
    n: int
    notes: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As printed by `bench --json`."""
        return {
            "ratio": round(self.ratio, 4),
            "unit": self.unit,
            "baseline": round(self.baseline, 6),
            "product": round(self.product, 6),
            "n": self.n,
            **{name: round(value, 3) for name, value in self.notes.items()},
        }
