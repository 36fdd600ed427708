"""Candidates for a field and what speaks for each: the form in which models see a document."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zohodocs.domain.reading import Box

Evidence = dict[str, float]
Matrix = NDArray[np.float32]


@dataclass(slots=True)
class Candidate:
    """A possible value of a field with the evidence for it; `spot` is where it was found."""

    value: str
    evidence: Evidence
    page: int | None = None
    box: Box | None = None
    spot: Any = field(default=None, repr=False)


def matrix(candidates: Sequence[Candidate], names: Sequence[str]) -> Matrix:
    """A row a candidate, a column a kind of evidence; what is not there is 0."""
    rows = np.zeros((len(candidates), len(names)), dtype=np.float32)
    column = {name: index for index, name in enumerate(names)}
    for row, candidate in enumerate(candidates):
        for name, value in candidate.evidence.items():
            index = column.get(name)
            if index is not None:
                rows[row, index] = value
    return rows


class Rows:
    """Candidates to learn from, kept small: only what is not 0, in flat arrays."""

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._which = array("H")
        self._values = array("f")
        self._ends = array("L")
        self.weights = array("d")

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, evidence: Evidence, *, weight: float = 1.0) -> None:
        """One more candidate."""
        for name, value in evidence.items():
            if value:
                self._which.append(self._columns.setdefault(name, len(self._columns)))
                self._values.append(value)
        self._ends.append(len(self._which))
        self.weights.append(weight)

    def table(self) -> tuple[Matrix, tuple[str, ...]]:
        """The matrix and the names of its columns, in alphabetical order."""
        names = tuple(sorted(self._columns))
        place = {self._columns[name]: index for index, name in enumerate(names)}
        rows = np.zeros((len(self), len(names)), dtype=np.float32)
        start = 0
        for row, end in enumerate(self._ends):
            for at in range(start, end):
                rows[row, place[self._which[at]]] = self._values[at]
            start = end
        return rows, names
