"""Models on papers they have not seen: raw answers to calibrate on, and figures for the card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.domain.reading import OCR, PageText
from zohodocs.ml.calibration import Calibration, calibrated
from zohodocs.ml.field_model import FieldModel
from zohodocs.pipeline.extraction import judgement
from zohodocs.pipeline.extraction.scoring import Answer, Score, Truth

from .engine import BOTH, ENGINE, calibration_name
from .learning import right_place
from .reader import read
from .settling import of_both, of_models, scores
from .sight import look

RULES = "rules"
# One paper of these is enough to spoil a curve: they are drawn from few.
_UNJUDGED = ("payment_terms", "delivery_date")


@dataclass(slots=True)
class Trial:
    """The answers of all engines to the same papers."""

    answers: dict[str, dict[str, list[tuple[float, bool]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    not_to_post: int = 0
    posted_wrongly: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(
        self, pages: tuple[PageText, ...], truth: Truth, models: Mapping[str, FieldModel]
    ) -> None:
        """One paper more."""
        sight = look(pages)
        found = read(sight, models)
        said = {name: (r.value, r.confidence) for name, r in sight.said.fields.items()}
        scanned = any(page.source == OCR for page in pages)
        by_engine = {
            RULES: said,
            ENGINE: scores(of_models(sight.said, found)),
            BOTH: scores(of_both(sight.said, found)),
        }
        posts_not = truth.fields.get("document_type") not in (*POSTING_TYPES, None)
        self.not_to_post += posts_not
        for engine, values in by_engine.items():
            self.scores[engine].add(truth, Answer(values))
            kept = self.answers[calibration_name(engine, scanned=scanned)]
            for name, (value, score) in values.items():
                if name in truth.fields and name not in _UNJUDGED:
                    # Whether a word was recognised right is told by its own confidence, which is
                    # taken into account later; the curve tells whether it is the right word.
                    right = judgement.is_right(name, value, truth.accepted(name)) or (
                        scanned and right_place(name, value, truth.fields[name])
                    )
                    kept[name].append((score, right))
            posted = values.get("document_type", ("", 0.0))[0] in POSTING_TYPES
            self.posted_wrongly[engine] += posts_not and posted

    def calibration(self) -> dict[str, Calibration]:
        """The curves of every engine, for print and scans."""
        return {name: calibrated(answers) for name, answers in self.answers.items()}

    def figures(self) -> dict[str, Any]:
        """For the card: how well each engine did on these papers."""
        return {
            engine: {
                "documents": score.documents,
                "precision": score.all_fields.to_json()["precision"],
                "recall": score.all_fields.to_json()["recall"],
                "not_to_post": self.not_to_post,
                "posted_wrongly": self.posted_wrongly[engine],
            }
            for engine, score in self.scores.items()
        }


def tried(
    papers: Iterable[tuple[tuple[PageText, ...], Truth]], models: Mapping[str, FieldModel]
) -> Trial:
    """All papers, tried."""
    trial = Trial()
    for pages, truth in papers:
        trial.add(pages, truth, models)
    return trial
