"""Raw scores become true probabilities."""

from random import Random

import pytest

from zohodocs.ml.calibration import Calibration, calibrated, fitted
from zohodocs.pipeline.extraction.scoring import calibration_error, reliability


def overconfident(count: int, *, seed: int) -> list[tuple[float, bool]]:
    rng = Random(seed)
    scores = [rng.random() for _ in range(count)]
    return [(score, rng.random() < score**2) for score in scores]


def test_a_curve_makes_overconfident_answers_true() -> None:
    curve = fitted(overconfident(3000, seed=1))
    assert curve is not None
    fresh = overconfident(3000, seed=2)
    raw, true = calibration_error(fresh), calibration_error((curve(s), r) for s, r in fresh)
    assert raw is not None
    assert true is not None
    assert raw > 0.1
    assert true < 0.04


def test_a_curve_never_changes_the_order() -> None:
    curve = fitted(overconfident(500, seed=3))
    assert curve is not None
    values = [curve(step / 200) for step in range(201)]
    assert values == sorted(values)
    assert values[0] > 0
    assert values[-1] < 1


def test_few_answers_make_no_curve_of_their_own_but_share_one() -> None:
    assert fitted([(0.5, True)] * 39) is None
    calibration = calibrated({"many": overconfident(400, seed=4), "few": [(0.9, True)] * 5})
    assert calibration("few", 0.5) == calibration("unknown", 0.5)
    assert Calibration({})("any", 0.7) == 0.7


def test_a_calibration_survives_being_written() -> None:
    calibration = calibrated({"total": overconfident(400, seed=5)})
    again = Calibration.from_json(calibration.to_json())
    assert again("total", 0.63) == pytest.approx(calibration("total", 0.63))


def test_the_reliability_table_counts_every_answer_once() -> None:
    answers = [(0.05, False), (0.95, True), (0.97, False), (1.0, True)]
    table = reliability(answers)
    assert [(row["from"], row["n"], row["right"]) for row in table] == [
        (0.0, 1, 0.0),
        (0.9, 3, 0.6667),
    ]
