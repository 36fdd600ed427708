"""The rules engine on the development corpus: a floor under precision and recall."""

import hashlib
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.extraction.typewriter import typed
from zohodocs.domain.invoice import Extraction
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction.rules import extract

CORPUS = Path("../shared/corpus")
# The floor lies below what is measured: it catches a fall, not a wobble.
PRECISION, RECALL, LINES = 0.95, 0.91, 0.9

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = spec_from_file_location("corpus_score", CORPUS / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sample() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Two fifths of the digital PDFs, the same ones on every run."""
    for path in sorted(CORPUS.glob("*/*.truth.json")):
        if hashlib.sha256(path.name.encode()).digest()[0] % 5 < 2:
            truth = json.loads(path.read_text(encoding="utf-8"))
            if truth.get("kind") == "digital_pdf":
                yield path.with_name(path.name.replace(".truth.json", ".pdf")), truth


@pytest.fixture(scope="module")
def results() -> list[tuple[dict[str, Any], Extraction, float]]:
    read = []
    for path, truth in sample():
        pages = reading.read(path.read_bytes(), filename=path.name).pages
        started = time.thread_time()
        found = extract(pages)
        read.append((truth, found, time.thread_time() - started))
    return read


def test_fields_of_the_corpus_stay_above_the_floor(
    results: list[tuple[dict[str, Any], Extraction, float]], scorer: ModuleType
) -> None:
    count: Counter[str] = Counter()
    for truth, found, _ in results:
        for name, value in truth["fields"].items():
            if value in (None, "") or name not in scorer.FIELDS:
                continue
            right = [value, *map(str, (truth.get("alternatives") or {}).get(name, []))]
            reading_ = found.fields.get(name)
            count["stated"] += 1
            count["read"] += reading_ is not None
            count["right"] += reading_ is not None and scorer.correct(name, reading_.value, right)
    assert count["stated"] > 400
    assert count["right"] / count["read"] >= PRECISION
    assert count["right"] / count["stated"] >= RECALL


def test_line_items_of_the_corpus_stay_above_the_floor(
    results: list[tuple[dict[str, Any], Extraction, float]], scorer: ModuleType
) -> None:
    matched = read = stated = 0
    for truth, found, _ in results:
        if truth.get("line_items") and truth.get("line_items_complete", True):
            lines = [line.to_json() for line in found.line_items]
            right, ours, theirs = scorer.line_counts(lines, truth["line_items"])
            matched, read, stated = matched + right, read + ours, stated + theirs
    assert matched / read >= LINES
    assert matched / stated >= LINES


def test_confidence_tells_right_from_wrong(
    results: list[tuple[dict[str, Any], Extraction, float]], scorer: ModuleType
) -> None:
    sure: list[bool] = []
    unsure: list[bool] = []
    for truth, found, _ in results:
        for name, reading_ in found.fields.items():
            value = truth["fields"].get(name)
            if value in (None, "") or name not in scorer.FIELDS:
                continue
            right = [value, *map(str, (truth.get("alternatives") or {}).get(name, []))]
            (sure if reading_.confidence >= 0.9 else unsure).append(
                scorer.correct(name, reading_.value, right)
            )
    assert len(sure) > 2 * len(unsure)
    assert statistics.mean(sure) >= 0.97
    assert statistics.mean(sure) > statistics.mean(unsure)


def test_a_page_is_read_in_milliseconds(
    results: list[tuple[dict[str, Any], Extraction, float]],
) -> None:
    assert statistics.median(seconds for _, _, seconds in results) < 0.05


@pytest.mark.parametrize("text", ["a" * 20_000, "1.000." * 4_000, "1-" * 8_000, "a@b " * 4_000])
def test_hostile_text_does_not_hold_the_engine_up(text: str) -> None:
    started = time.thread_time()
    extract(typed(text))
    assert time.thread_time() - started < 5
