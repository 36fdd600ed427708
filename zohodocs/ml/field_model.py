"""One small model a field: how likely each candidate is, and which values go together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from .features import Candidate, Rows, matrix
from .forest import Forest, planted

_CLIP = 1e-3
_AGREE, _DISAGREE = 2.0, -2.0
_TOLERANCE = Decimal("0.02")
_DEPTH = 5
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class FieldModel:
    """What was learnt of one field, and the evidence it looks at."""

    forest: Forest
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()

    def probabilities(self, candidates: Sequence[Candidate]) -> list[float]:
        """How likely each candidate is the value."""
        found = self.forest.probabilities(matrix(candidates, self.names))
        return [float(p) for p in found[:, 1]]

    def of_classes(self, candidate: Candidate) -> dict[str, float]:
        """How likely each class is, for a model that tells classes apart."""
        found = self.forest.probabilities(matrix([candidate], self.names))[0]
        return {name: float(p) for name, p in zip(self.classes, found, strict=True)}


def fit(rows: Rows, labels: Sequence[Any], *, seed: int, trees: int) -> FieldModel | None:
    """A model of these candidates; None where there is too little to learn from."""
    # Not at the top: it takes a second to import, and a worker without the engine needs none.
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    counts = Counter(labels)
    if len(counts) < 2 or min(counts.values()) < _FEWEST:
        return None
    classifier = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.12,
        max_leaf_nodes=23,
        min_samples_leaf=25,
        l2_regularization=1.0,
        max_bins=63,
        early_stopping=False,
        random_state=seed,
    )
    table, names = rows.table()
    # One thread: several wait for each other where cores are shared, and add up differently.
    with threadpool_limits(1):
        classifier.fit(table, np.asarray(labels), sample_weight=np.asarray(rows.weights))
    classes = tuple(str(name) for name in classifier.classes_)
    return FieldModel(planted(classifier), names, classes)


@dataclass(slots=True)
class Choice:
    """The candidate taken for a field, its raw score, and the runners-up."""

    candidate: Candidate
    score: float
    others: tuple[tuple[Candidate, float], ...] = ()


def ranked(
    candidates: Sequence[Candidate], scores: Sequence[float]
) -> list[tuple[Candidate, float]]:
    """One candidate a value (its best place), best first."""
    best: dict[str, tuple[Candidate, float]] = {}
    for candidate, score in zip(candidates, scores, strict=True):
        known = best.get(candidate.value)
        if known is None or score > known[1]:
            best[candidate.value] = (candidate, score)
    return sorted(best.values(), key=lambda pair: -pair[1])


def choose(options: Sequence[tuple[Candidate, float]], *, least: float) -> Choice | None:
    """The likeliest one, if it is likely enough at all."""
    if not options or options[0][1] < least:
        return None
    return Choice(options[0][0], options[0][1], tuple(options[1:4]))


def choose_totals(
    options: Mapping[str, Sequence[tuple[Candidate, float]]], *, least: float
) -> dict[str, Choice]:
    """Net, tax and gross together: likely ones whose sum holds before likelier ones alone."""
    fields = ("net_total", "tax_total", "gross_total")
    top: list[list[tuple[Candidate, float] | None]] = [
        [None, *[pair for pair in options.get(name, ())[:_DEPTH] if pair[1] >= _CLIP]]
        for name in fields
    ]
    best: tuple[float, tuple[tuple[Candidate, float] | None, ...], float] = (-1e9, (), 0.0)
    for net in top[0]:
        for tax in top[1]:
            for gross in top[2]:
                trio = (net, tax, gross)
                bonus = _agreement(trio)
                worth = bonus + sum(_logit(p[1]) - _logit(least) for p in trio if p is not None)
                if worth > best[0]:
                    best = (worth, trio, bonus)
    chosen: dict[str, Choice] = {}
    for name, pair in zip(fields, best[1], strict=True):
        if pair is not None:
            score = 1 / (1 + math.exp(-(_logit(pair[1]) + best[2] / 2)))
            others = [other for other in options[name] if other[0] is not pair[0]][:3]
            chosen[name] = Choice(pair[0], score, tuple(others))
    due = choose(options.get("amount_due", ()), least=least)
    if due is not None:
        chosen["amount_due"] = due
    return chosen


def _agreement(trio: Sequence[tuple[Candidate, float] | None]) -> float:
    net, tax, gross = (Decimal(p[0].value) if p is not None else None for p in trio)
    if net is None or gross is None:
        return 0.0
    if tax is None:
        return _DISAGREE if abs(net) > abs(gross) else 0.0
    return _AGREE if abs(net + tax - gross) <= _TOLERANCE else _DISAGREE


def _logit(probability: float) -> float:
    clipped = min(max(probability, _CLIP), 1 - _CLIP)
    return math.log(clipped / (1 - clipped))
