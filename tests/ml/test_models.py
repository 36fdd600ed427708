"""Models: learnt again from the same seed, evaluated without the library that fitted them."""

from decimal import Decimal

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from tests.ml.conftest import learnt, made_up
from zohodocs.ml.features import Candidate, Rows, matrix
from zohodocs.ml.field_model import FieldModel, choose_totals, fit, ranked
from zohodocs.ml.forest import planted
from zohodocs.pipeline.extraction.ml.reader import read, settled_type
from zohodocs.pipeline.extraction.ml.sight import look
from zohodocs.pipeline.extraction.scoring import Answer, Score, Truth


def test_the_same_seed_learns_the_same_models(tiny: dict[str, FieldModel]) -> None:
    again = learnt()
    assert again.keys() == tiny.keys()
    for name, model in tiny.items():
        assert again[name].names == model.names
        assert np.array_equal(again[name].forest.value, model.forest.value), name
        assert np.array_equal(again[name].forest.threshold, model.forest.threshold), name


def test_there_is_a_model_for_the_fields_that_matter(tiny: dict[str, FieldModel]) -> None:
    wanted = {"supplier_name", "invoice_number", "issue_date", "gross_total", "document_type"}
    assert wanted <= tiny.keys()


@pytest.mark.parametrize("classes", [2, 4])
def test_the_forest_answers_as_the_library_does(classes: int) -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(400, 6)).astype(np.float32)
    labels = (rows[:, 0] * 3 + rows[:, 1] > 0).astype(int) + (classes > 2) * (
        rng.integers(0, classes - 1, 400)
    )
    with threadpool_limits(1):
        classifier = HistGradientBoostingClassifier(max_iter=12, random_state=1)
        classifier.fit(rows, labels)
        theirs = classifier.predict_proba(rows)
    assert np.allclose(planted(classifier).probabilities(rows), theirs, atol=1e-5)


def test_a_forest_of_no_rows_answers_nothing(tiny: dict[str, FieldModel]) -> None:
    assert tiny["gross_total"].probabilities([]) == []


def test_rows_keep_what_candidates_say() -> None:
    rows = Rows()
    rows.add({"b": 2.0, "a": 0.0})
    rows.add({"c": 1.0}, weight=3.0)
    table, names = rows.table()
    assert names == ("b", "c")
    assert table.tolist() == [[2.0, 0.0], [0.0, 1.0]]
    assert list(rows.weights) == [1.0, 3.0]
    assert matrix([Candidate("x", {"c": 5.0, "new": 1.0})], names).tolist() == [[0.0, 5.0]]


def test_too_few_examples_make_no_model() -> None:
    rows = Rows()
    for number in range(20):
        rows.add({"a": float(number)})
    assert fit(rows, [False] * 19 + [True], seed=1, trees=2) is None


def test_totals_that_add_up_win_over_likelier_ones_alone() -> None:
    def options(*pairs: tuple[str, float]) -> list[tuple[Candidate, float]]:
        found = [Candidate(value, {}, spot=Decimal(value)) for value, _ in pairs]
        return ranked(found, [score for _, score in pairs])

    chosen = choose_totals(
        {
            "net_total": options(("100.00", 0.6)),
            "tax_total": options(("19.00", 0.6)),
            "gross_total": options(("125.00", 0.55), ("119.00", 0.5)),
        },
        least=0.25,
    )
    assert {name: choice.candidate.value for name, choice in chosen.items()} == {
        "net_total": "100.00",
        "tax_total": "19.00",
        "gross_total": "119.00",
    }
    assert chosen["gross_total"].score > 0.5


def test_a_paper_is_posted_only_where_that_is_likely_enough() -> None:
    assert settled_type({"invoice": 0.7, "other": 0.2, "proforma": 0.1}) == ("other", 0.2)
    assert settled_type({"invoice": 0.5, "receipt": 0.4, "other": 0.1}) == ("invoice", 0.5)


def test_even_the_tiny_models_read_papers_they_have_not_seen(
    tiny: dict[str, FieldModel],
) -> None:
    score = Score()
    for sample in made_up(40, seed=99):
        found = read(look(sample.pages), tiny)
        values = {n: (c.candidate.value, c.score) for n, c in found.chosen.items()}
        score.add(Truth(fields=sample.fields), Answer(values))
    counts = score.fields
    assert counts["gross_total"].right >= 0.6 * counts["gross_total"].n
    assert counts["invoice_number"].right >= 0.5 * counts["invoice_number"].n
    assert counts["supplier_name"].right >= 0.5 * counts["supplier_name"].n


def test_a_document_without_words_is_read_as_nothing(tiny: dict[str, FieldModel]) -> None:
    assert read(look(()), tiny).chosen == {}
