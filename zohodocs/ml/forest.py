"""Boosted trees as plain arrays: what was fitted, without the library that fitted it.

A document has a dozen small questions, and the library starts threads for each; walking all trees
at once in NumPy is several times faster and leaves the other cores to their workers. The arrays
outlive the library's versions, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .features import Matrix

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forest:
    """All trees laid one behind the other; a leaf is its own child.

    `roots` holds a row a round of boosting and a column a class (one for two classes).
    """

    roots: Ints
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats
    baseline: Floats
    depth: int

    def probabilities(self, rows: Matrix) -> Floats:
        """A row a candidate, a column a class."""
        if not len(rows):
            return np.zeros((0, max(self.roots.shape[1], 2)))
        at = np.broadcast_to(self.roots.ravel(), (len(rows), self.roots.size)).copy()
        numbers = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[numbers, self.feature[at]] <= self.threshold[at]
            at = np.where(goes_left, self.left[at], self.right[at])
        raw = self.value[at].reshape(len(rows), *self.roots.shape).sum(axis=1) + self.baseline
        if raw.shape[1] == 1:
            likely = 1.0 / (1.0 + np.exp(-raw[:, 0]))
            return np.stack([1.0 - likely, likely], axis=1)
        shares: Floats = np.exp(raw - raw.max(axis=1, keepdims=True))
        of_all: Floats = shares / shares.sum(axis=1, keepdims=True)
        return of_all

    def arrays(self) -> dict[str, Any]:
        """For keeping."""
        return {
            "roots": self.roots,
            "feature": self.feature.astype(np.int16),
            "threshold": self.threshold.astype(np.float32),
            "left": self.left,
            "right": self.right,
            "value": self.value.astype(np.float32),
            "baseline": self.baseline,
            "depth": self.depth,
        }

    @classmethod
    def from_arrays(cls, kept: dict[str, Any]) -> Forest:
        """The forest back from `arrays`."""
        return cls(
            roots=kept["roots"].astype(np.int32),
            feature=kept["feature"].astype(np.int32),
            threshold=kept["threshold"].astype(np.float64),
            left=kept["left"].astype(np.int32),
            right=kept["right"].astype(np.int32),
            value=kept["value"].astype(np.float64),
            baseline=kept["baseline"].astype(np.float64),
            depth=int(kept["depth"]),
        )


def planted(classifier: Any) -> Forest:
    """The forest of a fitted HistGradientBoostingClassifier; a test holds both to one answer."""
    roots: list[list[int]] = []
    parts: dict[str, list[Any]] = {
        n: [] for n in ("feature", "threshold", "left", "right", "value")
    }
    offset, depth = 0, 0
    for round_of_trees in classifier._predictors:
        roots.append([])
        for tree in round_of_trees:
            nodes = tree.nodes
            here = np.arange(len(nodes)) + offset
            leaf = nodes["is_leaf"].astype(bool)
            parts["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
            parts["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
            parts["left"].append(np.where(leaf, here, nodes["left"] + offset))
            parts["right"].append(np.where(leaf, here, nodes["right"] + offset))
            # Only what a leaf says counts.
            parts["value"].append(np.where(leaf, nodes["value"], 0.0))
            roots[-1].append(offset)
            offset += len(nodes)
            depth = max(depth, int(nodes["depth"].max()))
    joined = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    return Forest(
        roots=np.asarray(roots, dtype=np.int32),
        feature=joined["feature"].astype(np.int32),
        # As they are kept: a threshold must not move between training and reading.
        threshold=joined["threshold"].astype(np.float32).astype(np.float64),
        left=joined["left"].astype(np.int32),
        right=joined["right"].astype(np.int32),
        value=joined["value"].astype(np.float32).astype(np.float64),
        baseline=np.asarray(classifier._baseline_prediction, dtype=np.float64).ravel(),
        depth=depth,
    )
