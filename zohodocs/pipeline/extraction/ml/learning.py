"""From papers with known truth to models: which candidates were right, and what that teaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from random import Random

from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.domain.reading import PageText
from zohodocs.ml.features import Candidate, Evidence, Rows
from zohodocs.ml.field_model import FieldModel, fit
from zohodocs.pipeline.extraction import judgement

from . import amounts, days, numbers, parties, whole
from .reader import TYPE, names_in, read
from .sight import Sight, look

# So many wrong candidates of a paper take part; the others are stood for by their weight.
_WRONG = 24
# Share of papers whose labels for a field are forgotten: no lexicon knows every label.
_FORGOTTEN = 0.12
# A name read with a mistaken letter is still the right place.
_ALIKE = 0.86
# To post what is none to post costs more than to ask about what is.
_COSTLY = 6.0
_SPELLED = (*parties.NAMES, *parties.ADDRESSES, numbers.FIELD)
_SILENT_ON = {"other": (*amounts.FIELDS, numbers.FIELD, "currency", "due_date")}
_FIRST = (*amounts.FIELDS, *days.FIELDS, numbers.FIELD, *parties.NAMES, "currency")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A paper and its truth."""

    pages: tuple[PageText, ...]
    fields: Mapping[str, str]


@dataclass(slots=True)
class _Class:
    """What one field's model is to learn from."""

    rows: Rows = field(default_factory=Rows)
    labels: list[str | bool] = field(default_factory=list)


def learn(lessons: Iterable[Lesson], *, seed: int, trees: int = 70) -> dict[str, FieldModel]:
    """The models of all fields; addresses last, since they lean on the names."""
    # Of papers, not of keys: it must be the same again from the same seed.
    rng = Random(f"learn/{seed}")  # noqa: S311 - reproducible on purpose
    classes: dict[str, _Class] = {name: _Class() for name in (*_FIRST, *parties.ADDRESSES, TYPE)}
    kept: list[tuple[Lesson, Sight]] = []
    for lesson in lessons:
        sight = look(lesson.pages)
        kept.append((lesson, sight))
        for names, candidates in _first_groups(sight):
            for name in names:
                _teach(classes[name], name, candidates, lesson, rng)
        kind = classes[TYPE]
        posts = lesson.fields[TYPE] in POSTING_TYPES
        kind.rows.add(whole.type_evidence(sight).evidence, weight=1.0 if posts else _COSTLY)
        kind.labels.append(lesson.fields[TYPE])
    models = dict(_fitted(classes, (*_FIRST, TYPE), seed, trees))
    for lesson, sight in kept:
        candidates = parties.addresses(sight, names_in(read(sight, _names_only(models))))
        for name in parties.ADDRESSES:
            _teach(classes[name], name, candidates, lesson, rng)
    models.update(_fitted(classes, parties.ADDRESSES, seed, trees))
    return models


def _names_only(models: Mapping[str, FieldModel]) -> dict[str, FieldModel]:
    return {name: models[name] for name in parties.NAMES if name in models}


def _fitted(
    classes: Mapping[str, _Class], names: Iterable[str], seed: int, trees: int
) -> Iterator[tuple[str, FieldModel]]:
    for name in names:
        model = fit(classes[name].rows, classes[name].labels, seed=seed, trees=trees)
        if model is not None:
            yield name, model


def _first_groups(sight: Sight) -> Iterator[tuple[tuple[str, ...], list[Candidate]]]:
    yield amounts.FIELDS, amounts.candidates(sight)
    yield days.FIELDS, days.candidates(sight)
    yield (numbers.FIELD,), numbers.candidates(sight)
    yield parties.NAMES, parties.names(sight)
    yield ("currency",), whole.currencies(sight)


def _teach(
    lesson_class: _Class, name: str, candidates: list[Candidate], lesson: Lesson, rng: Random
) -> None:
    """Add a paper's candidates; where the truth is silent by nature, none."""
    if name in _SILENT_ON.get(lesson.fields[TYPE], ()):
        return
    true = lesson.fields.get(name, "")
    if name == "currency" and not true:
        return
    forgotten = _forgotten(name) if rng.random() < _FORGOTTEN else ()
    right = [bool(true) and right_place(name, c.value, true) for c in candidates]
    wrong = len(right) - sum(right)
    share = min(1.0, _WRONG / max(wrong, 1))
    for candidate, is_right in zip(candidates, right, strict=True):
        if not is_right and rng.random() >= share:
            continue
        evidence = _without(candidate.evidence, forgotten) if forgotten else candidate.evidence
        lesson_class.rows.add(evidence, weight=1.0 if is_right else 1.0 / share)
        lesson_class.labels.append(is_right)


def right_place(name: str, value: str, true: str) -> bool:
    """Whether the value is the true one, or would be but for a letter mistaken in scanning."""
    if judgement.is_right(name, value, (true,)):
        return True
    if name not in _SPELLED or not value:
        return False
    one, other = judgement.comparable(name, value), judgement.comparable(name, true)
    if one is None or other is None or abs(len(str(one)) - len(str(other))) > 3:
        return False
    return SequenceMatcher(None, str(one), str(other)).ratio() >= _ALIKE


def _forgotten(name: str) -> tuple[str, ...]:
    field_name = name.removesuffix("_name").removesuffix("_address")
    return (
        f"label_line_{field_name}",
        f"label_left_{field_name}",
        f"label_above_{field_name}",
        f"rules_{name}",
    )


def _without(evidence: Evidence, forgotten: tuple[str, ...]) -> Evidence:
    return {name: value for name, value in evidence.items() if name not in forgotten}
