"""How good an engine is: its answers against the truth, in counts that can be added up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from . import judgement

KEY_FIELDS = ("supplier_name", "invoice_number", "issue_date", "currency", "gross_total")
TARGET_PRECISION = 0.99
_BINS = 10


@dataclass(frozen=True, slots=True)
class Truth:
    """What a document says; a field that is absent here is not judged."""

    fields: Mapping[str, str]
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""
    kind: str = ""
    line_totals: tuple[Decimal | None, ...] | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, source: str = "") -> Truth:
        """From a `NAME.truth.json`; `source` is taken where the file names none."""
        lines = data.get("line_items") if data.get("line_items_complete", True) else None
        return cls(
            fields={name: str(v) for name, v in data["fields"].items() if v not in (None, "")},
            alternatives={
                name: tuple(map(str, values))
                for name, values in (data.get("alternatives") or {}).items()
            },
            source=data.get("source") or source,
            kind=data.get("kind") or "",
            line_totals=_line_totals(lines) if lines else None,
        )

    def accepted(self, name: str) -> tuple[str, ...]:
        """Every right value of a stated field."""
        return (self.fields[name], *self.alternatives.get(name, ()))


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine said: value and confidence a field, the totals of the lines."""

    fields: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    line_totals: tuple[Decimal | None, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """From an `extract` line; a line with an error is an empty answer."""
        return cls(
            fields={
                name: (str(reading["value"]), float(reading["confidence"]))
                for name, reading in data.get("fields", {}).items()
                if str(reading["value"]).strip()
            },
            line_totals=_line_totals(data.get("line_items", ())),
        )


@dataclass(slots=True)
class Count:
    """One field's count. n = documents whose truth states it."""

    n: int = 0
    predicted: int = 0
    right: int = 0
    resembling: int = 0
    unjudged: int = 0

    def to_json(self, *, name: str = "") -> dict[str, Any]:
        """Shares; recall and accuracy coincide, since one field has one value."""
        data: dict[str, Any] = {
            "n": self.n,
            "predicted": self.predicted,
            "correct": self.right,
            "accuracy": share(self.right, self.n),
            "precision": share(self.right, self.predicted),
            "recall": share(self.right, self.n),
        }
        if name in judgement.NAMES:
            data["relaxed"] = share(self.resembling, self.n)
        if self.unjudged:
            data["unjudged"] = self.unjudged
        return data


@dataclass(slots=True)
class Score:
    """The sums of one group of documents."""

    documents: int = 0
    with_key: int = 0
    all_key: int = 0
    fields: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)

    def add(self, truth: Truth, answer: Answer) -> None:
        """Judges one document and adds it."""
        self.documents += 1
        right = {name for name in judgement.JUDGED if self._judge(name, truth, answer)}
        stated = [name for name in KEY_FIELDS if name in truth.fields]
        if stated:
            self.with_key += 1
            self.all_key += all(name in right for name in stated)
        if truth.line_totals is not None:
            left = Counter(total for total in truth.line_totals if total is not None)
            said = Counter(total for total in answer.line_totals if total is not None)
            self.lines["true"] += left.total()
            self.lines["predicted"] += said.total()
            self.lines["matched"] += (left & said).total()

    def _judge(self, name: str, truth: Truth, answer: Answer) -> bool:
        value, confidence = answer.fields.get(name, ("", 0.0))
        if name not in truth.fields:
            if value:
                self.fields[name].unjudged += 1
            return False
        count = self.fields[name]
        count.n += 1
        if not value:
            return False
        accepted = truth.accepted(name)
        right = judgement.is_right(name, value, accepted)
        count.predicted += 1
        count.right += right
        if name in judgement.NAMES:
            count.resembling += right or judgement.resembles(value, accepted)
        self.confidences.append((min(max(confidence, 0.0), 1.0), right))
        return right

    @property
    def all_fields(self) -> Count:
        """All fields together."""
        counts = self.fields.values()
        return Count(
            n=sum(count.n for count in counts),
            predicted=sum(count.predicted for count in counts),
            right=sum(count.right for count in counts),
            unjudged=sum(count.unjudged for count in counts),
        )

    def to_json(self) -> dict[str, Any]:
        """Every figure of the group."""
        coverage, threshold = coverage_at(self.confidences)
        return {
            "documents": self.documents,
            "all_key": share(self.all_key, self.with_key),
            "all_key_n": self.with_key,
            "micro": self.all_fields.to_json(),
            "fields": {
                name: self.fields[name].to_json(name=name)
                for name in judgement.JUDGED
                if name in self.fields
            },
            "line_items": {
                "n": self.lines["true"],
                "precision": share(self.lines["matched"], self.lines["predicted"]),
                "recall": share(self.lines["matched"], self.lines["true"]),
            },
            "confidence": {
                "n": len(self.confidences),
                "coverage_at_99": round(coverage, 4),
                "threshold": threshold,
                "ece": calibration_error(self.confidences),
            },
            "reliability": reliability(self.confidences),
        }


def coverage_at(
    confidences: Sequence[tuple[float, bool]], *, precision: float = TARGET_PRECISION
) -> tuple[float, float | None]:
    """The largest share one may accept by a threshold at this precision, and the threshold.

    Chosen on the very answers it is measured on, so an optimistic figure.
    """
    ranked = sorted(confidences, key=lambda pair: -pair[0])
    best: tuple[float, float | None] = (0.0, None)
    right = 0
    for position, (confidence, is_right) in enumerate(ranked, 1):
        right += is_right
        ends_group = position == len(ranked) or ranked[position][0] != confidence
        if ends_group and right / position >= precision:
            best = position / len(ranked), confidence
    return best


def calibration_error(confidences: Iterable[tuple[float, bool]]) -> float | None:
    """Expected calibration error over ten bins of equal width; None without answers."""
    bins = _binned(confidences)
    total = sum(map(len, bins.values()))
    if not total:
        return None
    gaps = (
        abs(sum(right for _, right in pairs) - sum(confidence for confidence, _ in pairs))
        for pairs in bins.values()
    )
    return round(sum(gaps) / total, 4)


def reliability(confidences: Iterable[tuple[float, bool]]) -> list[dict[str, Any]]:
    """For each tenth of confidence: the answers, what they said on average, how many were right."""
    return [
        {
            "from": number / _BINS,
            "to": (number + 1) / _BINS,
            "n": len(pairs),
            "said": round(sum(confidence for confidence, _ in pairs) / len(pairs), 4),
            "right": round(sum(right for _, right in pairs) / len(pairs), 4),
        }
        for number, pairs in sorted(_binned(confidences).items())
    ]


def _binned(confidences: Iterable[tuple[float, bool]]) -> dict[int, list[tuple[float, bool]]]:
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in confidences:
        bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    return bins


def share(part: int, whole: int) -> float | None:
    """part / whole to four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def _line_totals(lines: Iterable[Mapping[str, Any]]) -> tuple[Decimal | None, ...]:
    return tuple(
        judgement.amount(line["line_total"]) for line in lines if line.get("line_total") is not None
    )
