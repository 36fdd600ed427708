"""`evaluate` judges as the corpus itself does: its own `score.py` is the umpire."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zohodocs.pipeline.extraction import files, judgement
from zohodocs.pipeline.extraction.scoring import (
    Answer,
    Score,
    Truth,
    calibration_error,
    coverage_at,
)

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
SOURCES = ("vendor_real", "invoice2data", "mustang", "cen_en16931", "vendor_scan")


def _umpire() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", CORPUS / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


UMPIRE = _umpire()


def _truths(*sources: str) -> list[tuple[Path, dict[str, Any]]]:
    paths = sorted(path for source in sources for path in (CORPUS / source).glob("*.truth.json"))
    return [(path, json.loads(path.read_text(encoding="utf-8"))) for path in paths]


def _document(truth: Path) -> Path:
    name = truth.name.removesuffix(files.TRUTH_SUFFIX)
    return next(
        place
        for suffix in (".pdf", ".xml", ".jpg", ".png")
        if (place := truth.with_name(name + suffix)).exists()
    )


def test_every_figure_agrees_with_the_corpus_own_score(tmp_path: Path) -> None:
    truths = _truths(*SOURCES)
    scores = {source: Score() for source in SOURCES}
    everything = Score()
    for path, data in truths:
        line = files.answer(_document(path))
        source = path.parent.name
        place = tmp_path / "said" / source / path.name.replace(files.TRUTH_SUFFIX, ".json")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(line))
        truth_place = tmp_path / "truth" / source / path.name
        truth_place.parent.mkdir(parents=True, exist_ok=True)
        truth_place.write_text(json.dumps(data))
        for score in (scores[source], everything):
            score.add(Truth.from_json(data), Answer.from_json(line))
    theirs = UMPIRE.score(str(tmp_path / "said"), str(tmp_path / "truth"))["sources"]
    for source, score in (*scores.items(), ("ALL", everything)):
        _assert_same(score.to_json(), theirs[source])


def _assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for figure in ("documents", "all_key", "all_key_n"):
        assert ours[figure] == theirs[figure], figure
    shared = ("n", "predicted", "correct", "accuracy", "precision", "recall")
    assert {name: ours["micro"][name] for name in shared} == {
        name: theirs["micro"][name] for name in shared
    }
    assert ours["fields"].keys() == theirs["fields"].keys()
    for name, figures in ours["fields"].items():
        for figure, value in figures.items():
            assert value == theirs["fields"][name].get(figure), (name, figure)
    if "confidence" in theirs:
        for figure in ("n", "coverage_at_99", "threshold", "ece"):
            assert ours["confidence"][figure] == theirs["confidence"][figure], figure
    if "line_items" in theirs:
        for figure in ("precision", "recall"):
            assert ours["line_items"][figure] == theirs["line_items"][figure], figure


def test_the_truth_itself_scores_one_hundred_percent() -> None:
    score = Score()
    for path in sorted(CORPUS.rglob("*.truth.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        said = {
            name: {"value": value, "confidence": 1.0}
            for name, value in data["fields"].items()
            if value
        }
        line = {"fields": said, "line_items": data.get("line_items") or []}
        score.add(Truth.from_json(data), Answer.from_json(line))
    figures = score.to_json()
    assert figures["documents"] == 703
    assert figures["all_key"] == figures["micro"]["accuracy"] == 1.0
    assert figures["line_items"]["recall"] == figures["line_items"]["precision"] == 1.0
    assert figures["confidence"] == {
        "n": figures["micro"]["n"],
        "coverage_at_99": 1.0,
        "threshold": 1.0,
        "ece": 0.0,
    }


_PIECES = st.sampled_from(
    [
        *"0123456789",
        *".,- /()&'",
        "−",
        "DE",
        "PL",
        "Müller",
        "GmbH",
        "Sp. z o.o.",
        "ł",
        "jan",
        "May",
        "2024",
        "EUR",
        " ",
    ]
)
_VALUES = st.lists(_PIECES, max_size=12).map("".join)


@settings(max_examples=400, deadline=None)
@given(field=st.sampled_from(judgement.JUDGED), said=_VALUES, true=_VALUES)
def test_any_value_is_judged_as_the_corpus_judges_it(field: str, said: str, true: str) -> None:
    for value in (said, true):  # `true` against itself, too: equal values must meet often enough
        assert judgement.is_right(field, value, [true]) == UMPIRE.correct(field, value, [true])
    if said and true and field in judgement.NAMES:
        assert judgement.resembles(said, [true]) == UMPIRE.relaxed(said, [true])


@pytest.mark.parametrize(
    ("field", "said", "true"),
    [
        ("gross_total", "1.234,50", "1234.50"),
        ("issue_date", "2024-05-02T00:00", "2024-05-02"),
        ("supplier_tax_id", "123456789", "DE123456789"),
        ("invoice_number", "re 2024/17", "RE-2024-17"),
        ("supplier_name", "Müller & Söhne", "Muller and Sohne"),
        ("document_type", "credit note", "credit_note"),
    ],
)
def test_another_spelling_of_the_truth_is_right(field: str, said: str, true: str) -> None:
    assert judgement.is_right(field, said, [true])


def test_silence_costs_recall_and_a_wrong_value_costs_both() -> None:
    truth = Truth({"currency": "EUR", "gross_total": "10.00"})
    silent, wrong = Score(), Score()
    silent.add(truth, Answer({"currency": ("EUR", 0.9)}))
    wrong.add(truth, Answer({"currency": ("EUR", 0.9), "gross_total": ("11.00", 0.8)}))
    assert silent.to_json()["micro"]["precision"] == 1.0
    assert wrong.to_json()["micro"]["precision"] == 0.5
    assert silent.to_json()["micro"]["recall"] == wrong.to_json()["micro"]["recall"] == 0.5


def test_a_field_the_truth_is_silent_on_is_not_judged() -> None:
    score = Score()
    score.add(Truth({"currency": "EUR"}), Answer({"iban": ("DE00", 0.9)}))
    assert score.to_json()["fields"]["iban"]["unjudged"] == 1
    assert score.to_json()["confidence"]["n"] == 0


def test_coverage_takes_equal_confidences_together() -> None:
    pairs = [(0.9, True)] * 99 + [(0.9, False)] + [(0.5, False)] * 100
    assert coverage_at(pairs) == (0.5, 0.9)
    assert coverage_at([(0.9, False), (0.9, True)]) == (0.0, None)


def test_a_confidence_that_means_what_it_says_has_no_error() -> None:
    assert calibration_error([(0.75, True)] * 3 + [(0.75, False)]) == 0.0
    assert calibration_error([(1.0, False)]) == 1.0
    assert calibration_error([]) is None
