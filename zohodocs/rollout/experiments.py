"""Old and new way side by side until one is chosen: sample, interval, days left, decision."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from statistics import NormalDist

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.domain.sequential import Interval, mean_interval
from zohodocs.models import (
    Document,
    Experiment,
    ExperimentState,
    Flag,
    FlagMode,
)

from . import changes
from .changes import Proposal
from .definitions import CANDIDATE, CONTROL
from .evidence import JUDGED, corrections
from .flags import record, set_flag

_MOST = 20_000


class ExperimentRefused(Exception):
    """The verb had no effect; the message says why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands. `difference`: candidate minus control, clustered by vendor."""

    control: int
    candidate: int
    vendors: int
    difference: Interval
    days_left: float | None
    says: str


def planned_sample(rate: float, effect: float, *, share: float = 0.5, alpha: float = 0.05) -> int:
    """Documents in all that show a change of `effect` with 80 % power (two-sided normal test).

    Twice the fixed sample: looking all the time costs about that much (Howard et al., 2021).
    """
    if not 0 < effect < 1 or not 0 < share < 1:
        raise ExperimentRefused(_("The effect is between 0 and 100 points."))
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(0.8)
    other = min(0.99, max(0.01, rate + effect))
    variance = rate * (1 - rate) / (1 - share) + other * (1 - other) / share
    return ceil(2 * variance * (z / effect) ** 2)


def start(
    *, flag: str, by: str, why: str, percent: Decimal, smallest_effect: Decimal, base_rate: float
) -> Experiment:
    """Give this share the candidate, and count. Raises ExperimentRefused, ValueError."""
    if Experiment.objects.filter(flag=flag, state=ExperimentState.RUNNING).exists():
        raise ExperimentRefused(_("An experiment with this flag runs already."))
    if not 0 < percent < 100:
        raise ExperimentRefused(_("Both arms need a share."))
    if changes.takes_two(flag, FlagMode.PERCENT, percent):
        raise ExperimentRefused(
            _("A share this large takes a second person. Set it under “Change” first.")
        )
    planned = planned_sample(base_rate, float(smallest_effect) / 100, share=float(percent) / 100)
    with transaction.atomic():
        set_flag(name=flag, mode=FlagMode.PERCENT, percent=percent, why=why, by=by)
        made = Experiment.objects.create(
            flag=flag,
            percent=percent,
            smallest_effect=smallest_effect,
            planned=planned,
            started_by=by,
            why=why,
        )
        record("experiment.started", flag, by=by, planned=planned, why=why)
    return made


def standing(experiment: Experiment, *, now: datetime) -> Standing:
    """Count: the share of documents that people had to correct, vendor by vendor."""
    rows = list(
        Document.objects.filter(received_at__gte=experiment.started_at, state__in=JUDGED)
        .annotate(mended=Exists(corrections()))
        .values_list(f"flags__{experiment.flag}__arm", "vendor_id", "mended")[:_MOST]
    )
    per_vendor: dict[int | None, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for arm, vendor, corrected in rows:
        per_vendor[vendor][str(arm)].append(corrected)
    # A vendor's papers are alike: the vendor is what is counted, not the paper.
    differences = [
        sum(arms[CANDIDATE]) / len(arms[CANDIDATE]) - sum(arms[CONTROL]) / len(arms[CONTROL])
        for arms in per_vendor.values()
        if arms[CANDIDATE] and arms[CONTROL]
    ]
    between = mean_interval(differences)
    candidate = sum(arm == CANDIDATE for arm, _vendor, _mended in rows)
    days = (now - experiment.started_at).total_seconds() / 86_400
    left = experiment.planned - len(rows)
    return Standing(
        control=len(rows) - candidate,
        candidate=candidate,
        vendors=len(differences),
        difference=between,
        days_left=max(0.0, left * days / len(rows)) if rows else None,
        says="better" if between.high < 0 else "worse" if between.low > 0 else "not yet",
    )


def decide(experiment: Experiment, *, winner: str, by: str, why: str) -> Flag | Proposal:
    """Choose an arm, for everybody; a second person confirms the new way's. ExperimentRefused."""
    if winner not in (CONTROL, CANDIDATE):
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
        mode = FlagMode.ON if winner == CANDIDATE else FlagMode.OFF
        record("experiment.decided", experiment.flag, by=by, winner=winner, why=why)
        return changes.change(experiment.flag, mode, None, by=by, why=why)
