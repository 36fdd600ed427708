"""Sticky, monotone, uncorrelated, exact."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from zohodocs.rollout.bucketing import BUCKETS, bucket, is_in

percents = st.decimals(min_value=0, max_value=100, places=2)


@given(unit=st.text(), low=percents, high=percents)
def test_raising_the_percentage_only_adds(unit: str, low: Decimal, high: Decimal) -> None:
    low, high = sorted((low, high))
    number = bucket("flag", unit)

    assert is_in(number, high) or not is_in(number, low)


@given(unit=st.text())
def test_nobody_is_in_at_0_and_everybody_at_100(unit: str) -> None:
    number = bucket("flag", unit)

    assert not is_in(number, Decimal(0))
    assert is_in(number, Decimal(100))


def test_a_bucket_is_the_same_in_every_process_and_version() -> None:
    assert [bucket("some_flag", unit, "salt") for unit in ("a", "b", "c")] == [8585, 9692, 1635]


def test_the_share_is_right_and_two_flags_do_not_correlate() -> None:
    units = [str(number) for number in range(40_000)]
    one = {unit for unit in units if is_in(bucket("one", unit), Decimal("12.5"))}
    other = {unit for unit in units if is_in(bucket("other", unit), Decimal("12.5"))}

    # Five standard deviations of a binomial share.
    assert abs(len(one) / len(units) - 0.125) < 0.0083
    assert abs(len(one & other) / len(units) - 0.125**2) < 0.0031
    assert BUCKETS == 10_000
