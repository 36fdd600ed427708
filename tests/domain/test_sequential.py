"""Tests that may be looked at all the time, against what they promise."""

from __future__ import annotations

import random
from math import comb, exp, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zohodocs.domain import sequential
from zohodocs.operations.benchmarks.rollouts import simulate


def test_a_simulation_keeps_what_the_figures_promise() -> None:
    """The same as `bench rollouts`, smaller; the bounds leave room for a sample of this size."""
    found = simulate(120, 400)

    assert found.product <= 0.05
    assert found.notes["caught_before_200"] >= 0.9
    assert found.notes["interval_coverage"] >= 0.95
    assert found.notes["difference_coverage"] >= 0.95
    assert found.notes["pairs_called_worse"] <= 0.05
    assert found.notes["pairs_called_better"] <= 0.05
    assert found.notes["pairs_caught"] >= 0.9
    assert found.notes["share_alarms"] <= 0.005


def test_the_paired_test_is_the_exact_mixture() -> None:
    """∫ over (½,1) by brute force, for few verdicts."""
    for wins, losses in ((3, 0), (5, 2), (1, 4)):
        steps = 200_000
        integral = sum(
            ((0.5 + (i + 0.5) / steps / 2) ** wins) * ((0.5 - (i + 0.5) / steps / 2) ** losses)
            for i in range(steps)
        ) / (2 * steps)
        expected = 2 * integral * 2 ** (wins + losses)
        assert isclose(exp(sequential._log_coin(wins, losses)), expected, rel_tol=1e-4)


def test_twelve_of_twelve_say_better_and_six_of_six_for_the_old_do_not_yet_say_worse() -> None:
    assert sequential.paired([True] * 12).says() == "better"
    assert sequential.paired([False] * 12).says() == "worse"
    assert sequential.paired([True, False] * 20).says() == "not yet"
    assert sequential.paired([]).says() == "not yet"


def test_heads_are_counted_exactly() -> None:
    total = 21
    expected = sum(comb(total, heads) for heads in range(9)) / 2**total
    assert isclose(sequential._heads_at_most(total, 8), expected)
    assert isclose(
        sequential._heads_at_most(2000, 1000), 0.5 + comb(2000, 1000) / 2**2001, rel_tol=1e-4
    )


def test_looking_at_a_fair_coin_all_the_time_errs_seldom() -> None:
    rng = random.Random(7)
    wrong = 0
    for _ in range(200):
        said = sequential.paired([rng.random() < 0.5 for _ in range(200)])
        wrong += said.says(0.05) != "not yet"
    assert wrong / 200 <= 0.05


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_rate_lies_in_its_own_interval(bad: int, good: int) -> None:
    total = bad + good
    between = sequential.rate_interval(bad, total)

    assert 0 <= between.low <= between.high <= 1
    if total:
        assert between.low <= bad / total <= between.high


def test_intervals_shrink_and_differences_have_their_sign() -> None:
    few, many = sequential.rate_interval(3, 10), sequential.rate_interval(300, 1000)
    assert many.high - many.low < few.high - few.low
    assert sequential.difference_interval((300, 1000), (100, 1000)).low > 0
    assert sequential.difference_interval((100, 1000), (300, 1000)).high < 0


def test_no_control_no_bet() -> None:
    watch = sequential.RateWatch()
    for _ in range(100):
        watch.see(candidate=True, bad=True)
    assert watch.p == 1


def test_means_of_clusters_cover_at_every_look() -> None:
    rng = random.Random(11)
    missed = 0
    for _ in range(200):
        values: list[float] = []
        for _number in range(150):
            values.append(rng.gauss(0.1, 0.3))
            if len(values) >= 30 and len(values) % 10 == 0:
                between = sequential.mean_interval(values)
                if not between.low <= 0.1 <= between.high:
                    missed += 1
                    break
    assert missed / 200 <= 0.06


def test_a_way_that_mends_all_is_never_called_worse_however_bad_the_old_one_is() -> None:
    watch = sequential.RateWatch()
    for _ in range(2000):
        watch.see(candidate=False, bad=True)
        watch.see(candidate=True, bad=False)
    assert watch.p == 1


def test_vendors_that_are_all_alike_prove_little_while_they_are_few() -> None:
    assert sequential.mean_interval([0.05] * 2).low < 0 < sequential.mean_interval([0.05] * 2).high
    assert sequential.mean_interval([0.05] * 30).low < 0
    assert sequential.mean_interval([0.5] * 30).low > 0
    assert sequential.mean_interval([0.05] * 5000).low > 0


def test_wrong_shares_are_seen() -> None:
    rng, watch = random.Random(3), sequential.ShareWatch({"candidate": 0.1, "control": 0.9})
    for _ in range(3000):
        watch.see("candidate" if rng.random() < 0.14 else "control")
    assert watch.p < 0.001
    with pytest.raises(KeyError):
        watch.see("third")
