"""A thousand rollouts that never happened: how often guardrails err, how soon they see harm."""

from __future__ import annotations

import random
from math import log
from statistics import median

from zohodocs.domain.sequential import RateWatch, ShareWatch, rate_interval
from zohodocs.rollout.evidence import ALPHA, ALPHAS

from .result import Result

_SEED, _SHARE = 20260101, 0.10
_ROLLOUTS, _MOST_CANDIDATES = 1000, 1000
_WANTED = 200
_HARMS = (0.02, 0.05, 0.10)
_EXPERIMENTS, _UNITS = 20_000, 500


def rollouts() -> Result:
    """Share of harmless rollouts that are turned back by mistake, over the share allowed.

    Each rollout gives one document in ten the new way until a thousand had it; people correct
    15 % with the old way. In the notes the harm that is caught, the intervals, the shares.
    """
    return simulate(_ROLLOUTS, _EXPERIMENTS)


def simulate(number: int, experiments: int) -> Result:
    """The simulation in a chosen size; the same seed, the same figures."""
    rng = random.Random(_SEED)  # noqa: S311 - a simulation
    harmless = [stopped_at(rng, 0.15, 0.15) for _ in range(number)]
    harmful = [stopped_at(rng, 0.15, 0.30) for _ in range(number)]
    mistaken = sum(at is not None for at in harmless) / number
    caught = sum(at is not None and at < _WANTED for at in harmful) / number
    notes = {
        "caught_before_200": caught,
        "median_until_stopped_15": median(at or _MOST_CANDIDATES for at in harmful),
        "interval_coverage": sum(covered(rng, 0.15) for _ in range(number)) / number,
        "share_alarms": sum(alarmed(rng) for _ in range(experiments)) / experiments,
    }
    for rate in _HARMS:
        stops = [stopped_at(rng, rate, 2 * rate) for _ in range(max(20, number // 5))]
        notes[f"median_until_stopped_{100 * rate:.0f}"] = median(
            at or _MOST_CANDIDATES for at in stops
        )
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


def alarmed(rng: random.Random) -> bool:
    """Whether the arms of a fair experiment were called unfair at any moment (p < 0.001)."""
    watch = ShareWatch({"candidate": 0.5, "control": 0.5})
    for _ in range(_UNITS):
        watch.see("candidate" if rng.random() < 0.5 else "control")
    return watch.p < 0.001
