"""A tiny model, learnt once for all tests of this folder."""

import pytest

from zohodocs.ml.field_model import FieldModel
from zohodocs.ml.synthetic import Sample, papers
from zohodocs.pipeline.extraction.ml.learning import Lesson, learn
from zohodocs.pipeline.extraction.rules import phrases

SEED, PAPERS, TREES = 7, 90, 8


def made_up(count: int, *, seed: int) -> list[Sample]:
    return list(papers(count, seed=seed, lexicon=phrases()))


def learnt() -> dict[str, FieldModel]:
    lessons = (Lesson(sample.pages, sample.fields) for sample in made_up(PAPERS, seed=SEED))
    return learn(lessons, seed=SEED, trees=TREES)


@pytest.fixture(scope="session")
def tiny() -> dict[str, FieldModel]:
    return learnt()
