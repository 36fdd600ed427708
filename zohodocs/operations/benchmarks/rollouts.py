"""A thousand rollouts that never happened: how often guardrails err, how soon they see harm."""

from __future__ import annotations

import random
from math import log
from statistics import median

from zohodocs.domain.sequential import (
    RateWatch,
    ShareWatch,
    difference_interval,
    paired,
    rate_interval,
)
from zohodocs.rollout.evidence import ALPHA, ALPHAS

from .result import Result

_SEED, _SHARE = 20260101, 0.10
_ROLLOUTS, _MOST_CANDIDATES = 1000, 1000
_WANTED = 200
_HARMS = (0.02, 0.05, 0.10)
_EXPERIMENTS, _UNITS = 20_000, 500
_VERDICTS = 150


def rollouts() -> Result:
    """Share of harmless rollouts that are turned back by mistake, over the share allowed.

    Each rollout gives one document in ten the new way until a thousand had it; people correct
    15 % with the old way. In the notes the harm that is caught, the intervals of a rate and of the
    difference, the blind pairs, the shares.
    """
    return simulate(_ROLLOUTS, _EXPERIMENTS)


def simulate(number: int, experiments: int, *, seed: int = _SEED) -> Result:
    """The simulation in a chosen size; the same seed, the same figures."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    harmless = [stopped_at(rng, 0.15, 0.15) for _ in range(number)]
    harmful = [stopped_at(rng, 0.15, 0.30) for _ in range(number)]
    mistaken = sum(at is not None for at in harmless) / number
    caught = sum(at is not None and at < _WANTED for at in harmful) / number
    notes = {
        "caught_before_200": caught,
        "median_until_stopped_15": median(at or _MOST_CANDIDATES for at in harmful),
        "interval_coverage": sum(covered(rng, 0.15) for _ in range(number)) / number,
        "difference_coverage": sum(difference_covered(rng) for _ in range(number)) / number,
        **_of_pairs(rng, number),
        "share_alarms": sum(alarmed(rng) for _ in range(experiments)) / experiments,
    }
    for rate in _HARMS:
        stops = [stopped_at(rng, rate, 2 * rate) for _ in range(max(20, number // 5))]
        notes[f"median_until_stopped_{100 * rate:.0f}"] = median(
            at or _MOST_CANDIDATES for at in stops
        )
    of_three = sum(alarmed(rng, 3) for _ in range(experiments)) / experiments
    notes["share_alarms_of_three"] = of_three
    return Result(
        ratio=mistaken / ALPHA,
        unit="harmless rollouts turned back, of the share allowed (less is better)",
        baseline=ALPHA,
        product=mistaken,
        n=number,
        notes=notes,
    )


def stopped_at(
    rng: random.Random, control: float, candidate: float, *, share: float = _SHARE
) -> int | None:
    """How many documents had the new way when the guardrail stopped it; None if it never did."""
    watch, limit, seen = RateWatch(), log(1 / ALPHAS["corrected"]), 0
    while seen < _MOST_CANDIDATES:
        new = rng.random() < share
        watch.see(candidate=new, bad=rng.random() < (candidate if new else control))
        seen += new
        if watch.log_wealth >= limit:
            return seen
    return None


def covered(rng: random.Random, rate: float) -> bool:
    """Whether a rate lay in its interval at every moment it was looked at."""
    bad = 0
    for total in range(1, 501):
        bad += rng.random() < rate
        if total % 10 == 0:
            between = rate_interval(bad, total)
            if not between.low <= rate <= between.high:
                return False
    return True


def difference_covered(rng: random.Random, control: float = 0.15, candidate: float = 0.20) -> bool:
    """Whether candidate's rate minus control's lay in its interval whenever it was looked at.

    After every tenth document with the new way, until five hundred had it.
    """
    bad, total = [0, 0], [0, 0]
    while total[1] < 500:
        new = rng.random() < _SHARE
        total[new] += 1
        bad[new] += rng.random() < (candidate if new else control)
        if new and total[1] % 10 == 0:
            between = difference_interval((bad[1], total[1]), (bad[0], total[0]), ALPHA)
            if not between.low <= candidate - control <= between.high:
                return False
    return True


def _of_pairs(rng: random.Random, number: int) -> dict[str, float]:
    """How often the test of blind pairs errs at any of 150 verdicts, and how soon it sees harm."""
    level = ALPHAS["pairs"]
    fair = [paired(_verdicts(rng, 0.5)) for _ in range(number)]
    harmful = [paired(_verdicts(rng, 0.3)) for _ in range(number)]
    return {
        "pairs_called_worse": sum(each.p_worse <= level for each in fair) / number,
        "pairs_called_better": sum(each.p_better <= level for each in fair) / number,
        "pairs_caught": sum(each.p_worse <= level for each in harmful) / number,
    }


def _verdicts(rng: random.Random, right: float) -> list[bool]:
    return [rng.random() < right for _ in range(_VERDICTS)]


def alarmed(rng: random.Random, arms: int = 2) -> bool:
    """Whether the arms of a fair experiment were called unfair at any moment (p < 0.001)."""
    names = [str(number) for number in range(arms)]
    watch = ShareWatch(dict.fromkeys(names, 1 / arms))
    for _ in range(_UNITS):
        watch.see(names[int(rng.random() * arms)])
    return watch.p < 0.001
