"""Tests that may be looked at after every document, and still err no more often than they say.

All of them are test martingales: under the hypothesis a fair game, so that by Ville's inequality
the chance that one ever reaches 1/alpha is at most alpha (Ville 1939; Ramdas, Grünwald, Vovk and
Shafer, "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 2023).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, inf, lgamma, log, sqrt
from statistics import NormalDist

# Ratios of the candidate's rate to the control's that one would not want to miss, with what is
# staked on each: most on a doubling, for which one looks.
_WORSE = {1.5: 0.1, 1.75: 0.2, 2.0: 0.4, 2.5: 0.2, 3.0: 0.1}
# The control's rate before anything was seen, and for how many observations that counts: about one
# paper in seven is mended. Whatever stands here, the test errs no more often than it says.
_AT_FIRST, _FOR = 0.5, 3.5
_HIGHEST = 0.98
_FLOOR = 1e-9


# --- Which of two answers is right, told by people ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paired:
    """The verdicts on pairs that differ. `p` is valid at every moment; `says` at its level."""

    candidate: int
    control: int
    p_better: float
    p_worse: float

    def says(self, alpha: float = 0.05) -> str:
        """`better`, `worse` or `not yet`, each side at half of alpha."""
        if self.p_better <= alpha / 2:
            return "better"
        return "worse" if self.p_worse <= alpha / 2 else "not yet"


def paired(verdicts: Sequence[bool]) -> Paired:
    """An exact sequential McNemar test: True where the candidate was right and the control not.

    The wealth is the likelihood of the verdicts, mixed over every share above one half, against
    that of a fair coin. Pairs of which neither or both were right say nothing and are left out.
    """
    wins = losses = 0
    better = worse = 0.0
    for right in verdicts:
        wins, losses = wins + right, losses + (not right)
        better = max(better, _log_coin(wins, losses))
        worse = max(worse, _log_coin(losses, wins))
    return Paired(wins, losses, min(1.0, exp(-better)), min(1.0, exp(-worse)))


def _log_coin(wins: int, losses: int) -> float:
    """log of 2∫θ^w(1-θ)^l dθ over (½, 1), divided by (½)^(w+l)."""
    total = wins + losses + 1
    # 1 - I(½; w+1, l+1) is the chance of at most w heads among w+l+1: exact, in integers.
    tail = _heads_at_most(total, wins)
    if tail <= 0:
        return -inf
    return log(2) + _log_beta(wins + 1, losses + 1) + log(tail) + (wins + losses) * log(2)


def _heads_at_most(total: int, most: int) -> float:
    if total < 1000:
        number, term = 0, 1
        for heads in range(most + 1):
            number += term
            term = term * (total - heads) // (heads + 1)
        return float(number / 2**total)
    # Far beyond what one judges by hand; the normal tail is as good there.
    return NormalDist(total / 2, sqrt(total) / 2).cdf(most + 0.5)


# --- Is the candidate's rate higher than the control's? -------------------------------------------


@dataclass(slots=True)
class RateWatch:
    """Watches whether something bad is more frequent with the candidate; feed it as it comes.

    Observations form blocks of one candidate and the controls since the block before. Each block
    multiplies the wealth by its likelihood under a higher candidate's rate (a mixture of ratios,
    the control's rate learnt from the blocks before), over that under the common rate nearest to
    it: Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests that allow
    for optional stopping" (2024). Which arm comes next may depend on everything but the outcome.
    The promise is for outcomes known in the order they are fed; one that comes late and is put in
    at its earlier place changes bets already made, and so it holds approximately.
    """

    log_wealth: float = 0.0
    highest: float = 0.0
    candidate: list[int] = field(default_factory=lambda: [0, 0])  # bad, all
    control: list[int] = field(default_factory=lambda: [0, 0])
    _waiting: list[int] = field(default_factory=lambda: [0, 0])
    _stakes: list[float] = field(default_factory=lambda: [log(each) for each in _WORSE.values()])

    def see(self, *, candidate: bool, bad: bool) -> None:
        """One more observation."""
        if not candidate:
            self._waiting[0] += bad
            self._waiting[1] += 1
            return
        if self._waiting[1]:
            self._bet(bad, *self._waiting)
        for counts, new in ((self.control, self._waiting), (self.candidate, [int(bad), 1])):
            counts[0] += new[0]
            counts[1] += new[1]
        self._waiting = [0, 0]

    @property
    def p(self) -> float:
        """Valid at every moment, for “the candidate is no worse”."""
        return min(1.0, exp(-self.highest))

    def _bet(self, bad: bool, bad_controls: int, controls: int) -> None:
        learnt = (self.control[0] + _AT_FIRST) / (self.control[1] + _FOR)
        if learnt >= _HIGHEST:
            return  # no rate is left above it: a stake would be on the candidate being better
        gains = []
        for ratio in _WORSE:
            high = min(_HIGHEST, learnt * ratio)
            common = (controls * learnt + high) / (controls + 1)
            gain = _log_likelihood(int(bad), 1, high) + _log_likelihood(
                bad_controls, controls, learnt
            )
            gains.append(gain - _log_likelihood(bad_controls + bad, controls + 1, common))
        self._stakes = [stake + gain for stake, gain in zip(self._stakes, gains, strict=True)]
        self.log_wealth = _log_sum(self._stakes)
        self.highest = max(self.highest, self.log_wealth)


def _log_likelihood(bad: int, total: int, rate: float) -> float:
    rate = min(1 - _FLOOR, max(_FLOOR, rate))
    return bad * log(rate) + (total - bad) * log(1 - rate)


def _log_sum(logs: Sequence[float]) -> float:
    top = max(logs)
    return top + log(sum(exp(each - top) for each in logs))


# --- Between what and what --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence sequence: the true value lies in it at all moments together, with 1 - alpha."""

    low: float
    high: float


def rate_interval(bad: int, total: int, alpha: float = 0.05) -> Interval:
    """Where a rate lies. Robbins' mixture over all rates (1970), exact for coin tosses."""
    if not total:
        return Interval(0.0, 1.0)
    mixed = _log_beta(bad + 1, total - bad + 1)
    limit, best = log(1 / alpha), bad / total

    def outside(rate: float) -> bool:
        return mixed - _log_likelihood(bad, total, rate) >= limit

    return Interval(_edge(0.0, best, outside), _edge(1.0, best, outside))


def difference_interval(
    candidate: tuple[int, int], control: tuple[int, int], alpha: float = 0.05
) -> Interval:
    """Where candidate's rate minus control's lies; each arm's interval at half of alpha."""
    ours = rate_interval(*candidate, alpha / 2)
    theirs = rate_interval(*control, alpha / 2)
    return Interval(ours.low - theirs.high, ours.high - theirs.low)


def _edge(outer: float, inner: float, outside: Callable[[float], bool]) -> float:
    """Where `outside` changes between a point beyond and one within, to twelve places."""
    if not outside(outer):
        return outer
    beyond, within = outer, inner
    for _ in range(40):
        middle = (beyond + within) / 2
        if outside(middle):
            beyond = middle
        else:
            within = middle
    return beyond


def mean_interval(values: Sequence[float], alpha: float = 0.05) -> Interval:
    """Where the mean of independent clusters lies, asymptotically at all moments.

    Values within -1..1. That all seen are alike does not prove that the next is: up to three in so
    many may be unlike them (the rule of three), by a whole, so that the spread counts as no less.
    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory" (2024),
    tuned to be narrowest at a hundred clusters.
    """
    number = len(values)
    if number < 2:
        return Interval(-inf, inf)
    mean = sum(values) / number
    seen = sqrt(sum((value - mean) ** 2 for value in values) / (number - 1))
    spread = max(seen, sqrt(3 / number))
    rho2 = (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / 100
    scaled = number * rho2 + 1
    half = spread * sqrt(2 * scaled / (number**2 * rho2) * log(sqrt(scaled) / alpha))
    return Interval(mean - half, mean + half)


# --- Do the arms get the shares they should? ------------------------------------------------------


@dataclass(slots=True)
class ShareWatch:
    """Sample-ratio mismatch, at every moment: Lindon and Malek, "Anytime-valid inference for
    multinomial count data" (2022). `expected` are shares that sum to one.

    The wealth is the Dirichlet-multinomial likelihood around the expected shares over that of the
    shares themselves.
    """

    expected: Mapping[str, float]
    counts: dict[str, int] = field(default_factory=dict)
    highest: float = 0.0
    _wealth: float = 0.0
    # How firmly the alternative stays near the expected shares, in observations.
    _firm: float = 100.0

    def see(self, arm: str) -> None:
        """One more unit; raises KeyError for an arm that is none."""
        share, seen = self.expected[arm], self.counts.get(arm, 0)
        total = sum(self.counts.values())
        predicted = (self._firm * share + seen) / (self._firm + total)
        self._wealth += log(predicted / share)
        self.highest = max(self.highest, self._wealth)
        self.counts[arm] = seen + 1

    @property
    def p(self) -> float:
        """Valid at every moment, for “the shares are as they should be”."""
        return min(1.0, exp(-self.highest))


def _log_beta(one: float, other: float) -> float:
    return lgamma(one) + lgamma(other) - lgamma(one + other)
