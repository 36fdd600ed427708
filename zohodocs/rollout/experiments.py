"""Old and new way side by side until one is chosen: sample, interval, days left, decision."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from statistics import NormalDist

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.domain.sequential import Interval, ShareWatch, mean_interval
from zohodocs.models import (
    Document,
    Experiment,
    ExperimentState,
    Flag,
    FlagMode,
)

from . import changes, ramps
from .changes import Proposal
from .definitions import CANDIDATE, CONTROL
from .evidence import ALPHA, JUDGED, corrections
from .flags import checked_arms, record, running_experiment, set_flag

# More papers than are counted anew at every look.
_MOST = 100_000
# Fewer vendors with both ways say nothing: the interval is one of many.
ENOUGH_VENDORS = 30


class ExperimentRefused(Exception):
    """The verb had no effect; the message says why."""


@dataclass(frozen=True, slots=True)
class ArmStanding:
    """One arm: how many judged, and arm minus control, clustered by vendor.

    The intervals of all arms hold together: each has its part of the level (Bonferroni).
    """

    name: str
    number: int
    vendors: int
    difference: Interval
    says: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands. The candidate's own figures are those of its arm.

    `share_p`: always valid, for “every arm got its share of what arrived”, over all arms.
    """

    control: int
    candidate: int
    vendors: int
    difference: Interval
    days_left: float | None
    says: str
    arms: Sequence[ArmStanding]
    share_p: float


def planned_sample(
    rate: float,
    effect: float,
    *,
    share: float = 0.5,
    control: float | None = None,
    alpha: float = 0.05,
) -> int:
    """Documents in all that show a change of `effect` with 80 % power (two-sided normal test).

    That is as if each document stood for itself: where vendors cluster the power is less. `share`
    is the arm's, `control` the old way's (what is left unless it is said). Twice the fixed sample:
    looking all the time costs about that much (Howard et al., 2021).
    """
    left = 1 - share if control is None else control
    if not 0 < effect < 1 or not 0 < share < 1 or not 0 < left < 1:
        raise ExperimentRefused(_("The effect is between 0 and 100 points."))
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(0.8)
    other = min(0.99, max(0.01, rate + effect))
    variance = rate * (1 - rate) / left + other * (1 - other) / share
    return ceil(2 * variance * (z / effect) ** 2)


def start(
    *,
    flag: str,
    by: str,
    why: str,
    percent: Decimal,
    smallest_effect: Decimal,
    base_rate: float,
    arms: Mapping[str, int] | None = None,
) -> Experiment:
    """Give this share the candidate, or its arms by their weights, and count.

    With several arms each is compared with the control at its part of the level. Raises
    ExperimentRefused, ValueError.
    """
    weights = checked_arms(flag, arms)
    if running_experiment(flag) is not None:
        raise ExperimentRefused(_("An experiment with this flag runs already."))
    _check_no_ramp(flag)
    if not 0 < percent < 100:
        raise ExperimentRefused(_("Both arms need a share."))
    if changes.takes_two(flag, FlagMode.PERCENT, percent):
        raise ExperimentRefused(
            _("A share this large takes a second person. Set it under “Change” first.")
        )
    if changes.takes_two(flag, FlagMode.PERCENT, percent, arms=weights):
        raise ExperimentRefused(
            _("Arms other than those in force take a share that one person may set alone.")
        )
    shares = _shares(float(percent) / 100, weights)
    control = shares.pop(CONTROL)
    effect, level = float(smallest_effect) / 100, ALPHA / len(shares)
    planned = max(
        planned_sample(base_rate, effect, share=share, control=control, alpha=level)
        for share in shares.values()
    )
    if planned > _MOST:
        raise ExperimentRefused(
            _(
                "It would take %(n)s documents; more than %(most)s are not counted. "
                "Look for a larger change, or give it a larger share."
            )
            % {"n": planned, "most": _MOST}
        )
    with transaction.atomic():
        set_flag(name=flag, mode=FlagMode.PERCENT, percent=percent, arms=weights, why=why, by=by)
        # With the flag's row held: a ramp may have begun since the look above.
        _check_no_ramp(flag)
        made = Experiment.objects.create(
            flag=flag,
            percent=percent,
            smallest_effect=smallest_effect,
            planned=planned,
            arms=weights,
            started_by=by,
            why=why,
        )
        record("experiment.started", flag, by=by, planned=planned, arms=weights, why=why)
    return made


def _check_no_ramp(flag: str) -> None:
    if ramps.open_ramp(flag) is not None:
        raise ExperimentRefused(_("A ramp with this flag is under way. Abort that first."))


def standing(experiment: Experiment, *, now: datetime) -> Standing:
    """Count: the share of documents that people had to correct, vendor by vendor.

    Not those of companies with a setting of their own: no chance gave them their arm.
    """
    flag = experiment.flag
    own = Flag.objects.filter(name=flag, organization__isnull=False)
    rows = (
        Document.objects.filter(received_at__gte=experiment.started_at)
        .exclude(organization__in=own.values("organization"))
        .annotate(mended=Exists(corrections()))
        .order_by("received_at", "pk")
        .values_list(
            f"flags__{flag}__arm", f"flags__{flag}__variant", "vendor_id", "state", "mended"
        )
        .iterator()
    )
    shares = _shares(float(experiment.percent) / 100, experiment.arms)
    watch = ShareWatch(shares)
    per_vendor: dict[int | None, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    counts: Counter[str] = Counter()
    for arm, variant, vendor, state, corrected in rows:
        name = (variant or CANDIDATE) if arm == CANDIDATE else CONTROL
        if name not in shares:
            continue  # it arrived as the experiment began, by the setting before
        watch.see(name)
        if state in JUDGED:
            counts[name] += 1
            per_vendor[vendor][name].append(corrected)
    names = [name for name in shares if name != CONTROL]
    arms = [
        _arm(name, counts[name], list(per_vendor.values()), ALPHA / len(names)) for name in names
    ]
    first, judged = arms[0], counts.total()
    days = (now - experiment.started_at).total_seconds() / 86_400
    left = experiment.planned - judged
    return Standing(
        control=counts[CONTROL],
        candidate=judged - counts[CONTROL],
        vendors=first.vendors,
        difference=first.difference,
        days_left=max(0.0, left * days / judged) if judged else None,
        says=first.says,
        arms=arms,
        share_p=watch.p,
    )


def _arm(
    name: str, number: int, vendors: Sequence[Mapping[str, list[bool]]], alpha: float
) -> ArmStanding:
    # A vendor's papers are alike: the vendor is what is counted, not the paper.
    differences = [
        sum(arms[name]) / len(arms[name]) - sum(arms[CONTROL]) / len(arms[CONTROL])
        for arms in vendors
        if arms.get(name) and arms.get(CONTROL)
    ]
    between = mean_interval(differences, alpha)
    says = "better" if between.high < 0 else "worse" if between.low > 0 else "not yet"
    if len(differences) < ENOUGH_VENDORS:
        says = "not yet"
    return ArmStanding(name, number, len(differences), between, says)


def _shares(percent: float, weights: Mapping[str, int]) -> dict[str, float]:
    """What share of all documents each arm should have; the candidate alone without weights."""
    known = weights or {CANDIDATE: 1}
    total = sum(known.values())
    return {CONTROL: 1 - percent} | {
        name: percent * weight / total for name, weight in sorted(known.items())
    }


def decide(experiment: Experiment, *, winner: str, by: str, why: str) -> Flag | Proposal:
    """Choose an arm, for everybody; a second person confirms the new way's. ExperimentRefused."""
    if winner not in _shares(float(experiment.percent) / 100, experiment.arms):
        raise ExperimentRefused(_("The winner is the old way or the new one."))
    if not why.strip():
        raise ExperimentRefused(_("Say why."))
    with transaction.atomic():
        changed = Experiment.objects.filter(pk=experiment.pk, state=ExperimentState.RUNNING).update(
            state=ExperimentState.DECIDED,
            winner=winner,
            decided_at=timezone.now(),
            decided_by=by,
            decision=why,
        )
        if changed != 1:
            raise ExperimentRefused(_("It was decided meanwhile."))
        mode = FlagMode.OFF if winner == CONTROL else FlagMode.ON
        arms = {} if winner == CONTROL else {winner: 1}
        record("experiment.decided", experiment.flag, by=by, winner=winner, why=why)
        return changes.change(experiment.flag, mode, None, by=by, why=why, arms=arms)
