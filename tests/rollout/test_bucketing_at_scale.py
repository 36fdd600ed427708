"""A million units: the shares are those that are set, and nothing else decides than the hash."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from math import sqrt

import pytest

from zohodocs.rollout.bucketing import BUCKETS, bucket, is_in

_UNITS = 1_000_000
# Standard deviations of a binomial count; chance alone goes beyond once in 1.7 million.
_FAR = 5


@pytest.fixture(scope="module")
def buckets() -> tuple[list[int], list[int]]:
    one = [bucket("ml_predictions", str(number)) for number in range(_UNITS)]
    other = [bucket("new_cache", str(number)) for number in range(_UNITS)]
    return one, other


def allowed(share: float) -> float:
    return _FAR * sqrt(_UNITS * share * (1 - share))


def test_every_percentage_has_its_share_and_holds_the_one_below(
    buckets: tuple[list[int], list[int]],
) -> None:
    counted, before = Counter(buckets[0]), 0
    for percent in map(Decimal, ("0.01", "0.1", "1", "5", "10", "25", "50", "99.99", "100")):
        inside = sum(n for number, n in counted.items() if is_in(number, percent))

        assert abs(inside - _UNITS * percent / 100) <= allowed(float(percent) / 100) + 1e-6
        assert inside > before
        before = inside
    assert before == _UNITS


def test_every_step_of_a_hundredth_is_there(buckets: tuple[list[int], list[int]]) -> None:
    counted = Counter(buckets[0])
    # Chi-squared over its mean, in its own standard deviations.
    squared = sum((counted[n] - 100) ** 2 / 100 for n in range(BUCKETS))

    assert set(counted) == set(range(BUCKETS))
    assert abs(squared - (BUCKETS - 1)) < _FAR * sqrt(2 * (BUCKETS - 1))


@pytest.mark.parametrize("percent", ["1", "10", "50"])
def test_who_is_in_one_flag_says_nothing_of_the_other(
    buckets: tuple[list[int], list[int]], percent: str
) -> None:
    share = Decimal(percent)
    both = sum(
        is_in(one, share) and is_in(other, share) for one, other in zip(*buckets, strict=True)
    )
    expected = (float(share) / 100) ** 2

    assert abs(both - _UNITS * expected) <= allowed(expected)


def test_another_process_with_another_hash_seed_says_the_same() -> None:
    asked = (
        "from zohodocs.rollout.bucketing import bucket;"
        "print([bucket('f', str(number), 's') for number in range(200)])"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | {"PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == str([bucket("f", str(number), "s") for number in range(200)])
