"""What the figures say about a flag's new way: each guardrail with its interval and its word.

Everything is counted from our own rows: documents that arrived since the new way was let in, by the
arm they were given. A figure says `worse` only by a test that may be looked at after every
document; the chance that a harmless way is ever called worse is at most `ALPHA` over all of them,
approximately: judgements that come late are put in by order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import exp, log
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet

from zohodocs.domain import sequential
from zohodocs.models import (
    AuditEvent,
    Correction,
    Document,
    Flag,
    MetricGuardrail,
    PairVerdict,
    ReviewItem,
    ReviewState,
    ShadowDifference,
    ShadowRun,
    State,
)

from . import guardrails
from .definitions import CANDIDATE

ALPHA = 0.05
# How that is shared: what people mend tells most.
ALPHAS = {"corrected": 0.037, "failed": 0.004, "amount": 0.003, "pairs": 0.006}
# The figures counted from our own rows.
NAMES = (*ALPHAS, "p95", "queue_age")
_MOST = 20_000
JUDGED = (State.APPROVED, State.POSTING, State.POSTED, State.REJECTED, State.FILED)
# Absolute ones: beyond this it is worse whatever the control does.
MOST_QUEUE_AGE = timedelta(days=3)
MOST_LATENCY_RATIO = 2.0
_ENOUGH_FOR_LATENCY = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """One guardrail. `kind`: `guardrail` turns the flag back, `signal` pauses its ramp.

    `says`: worse | better | not yet | within | inconclusive (nobody could be asked; `note` says
    why). Rates are shares, latency is seconds.
    """

    name: str
    kind: str
    control: float | None
    candidate: float | None
    low: float | None
    high: float | None
    says: str
    p: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one flag since a moment."""

    flag: str
    since: datetime
    at: datetime
    judged_control: int
    judged_candidate: int
    figures: Sequence[Figure]
    # The pairs people judged blind.
    pairs: dict[str, int]
    pairs_say: str
    pairs_p: float
    compared: int
    differing: int
    shadow_errors: int
    share_p: float | None = None

    @property
    def worse(self) -> list[Figure]:
        """The guardrails that say worse."""
        return [each for each in self.figures if each.kind == "guardrail" and each.says == "worse"]

    @property
    def signals(self) -> list[Figure]:
        """The signals that do."""
        return [each for each in self.figures if each.kind == "signal" and each.says == "worse"]

    @property
    def inconclusive(self) -> list[Figure]:
        """Those about which nobody could be asked."""
        return [each for each in self.figures if each.says == "inconclusive"]

    def to_json(self) -> dict[str, Any]:
        """As kept."""
        data = asdict(self)
        return data | {"since": self.since.isoformat(), "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is looked at of one document."""

    candidate: bool
    judged: bool
    failed: bool
    corrected: bool
    wrong_amount: bool
    seconds: float | None
    version: int


def of(flag: str, *, since: datetime, now: datetime) -> Evidence:
    """Count everything anew."""
    seen = _seen(flag, since)
    judged = [each for each in seen if each.judged]
    pairs, paired = _pairs(flag)
    runs = ShadowRun.objects.filter(flag=flag, at__gte=since)
    compared = runs.filter(error="").count()
    differing = runs.filter(differences__gt=0).count()
    figures = [
        _rate("corrected", judged, lambda each: each.corrected),
        _rate("failed", [each for each in seen if each.judged or each.failed], _failed),
        _rate("amount", judged, lambda each: each.wrong_amount),
        _latency(seen),
        _queue_age(now),
        *_from_prometheus(flag, now),
    ]
    if paired.candidate + paired.control:
        figures.append(_paired_figure(paired))
    return Evidence(
        flag=flag,
        since=since,
        at=now,
        judged_control=sum(not each.candidate for each in judged),
        judged_candidate=sum(each.candidate for each in judged),
        figures=figures,
        pairs=pairs,
        pairs_say=paired.says(2 * ALPHAS["pairs"]),
        pairs_p=min(paired.p_better, paired.p_worse),
        compared=compared,
        differing=differing,
        shadow_errors=runs.exclude(error="").count(),
        share_p=_share(flag, seen),
    )


def corrections() -> QuerySet[Correction]:
    """What people mended of the outer document; which vendor it is says nothing of the reading."""
    return Correction.objects.filter(document=OuterRef("pk")).exclude(field="vendor")


def _failed(each: _Seen) -> bool:
    return each.failed


def _seen(flag: str, since: datetime) -> list[_Seen]:
    """The documents since then, oldest first, the newest twenty thousand of them.

    Not those of companies with a setting of their own: no chance gave them their arm.
    """
    mended = corrections()
    own = Flag.objects.filter(name=flag, organization__isnull=False)
    rows = (
        Document.objects.filter(received_at__gte=since)
        .exclude(organization__in=own.values("organization"))
        .annotate(
            mended=Exists(mended),
            amount_mended=Exists(mended.filter(field="gross_total")),
        )
        .order_by("-received_at", "-pk")
        .values_list(
            f"flags__{flag}__arm",
            f"flags__{flag}__version",
            "state",
            "received_at",
            "decided_at",
            "mended",
            "amount_mended",
        )[:_MOST]
    )
    return [
        _Seen(
            candidate=arm == CANDIDATE,
            judged=state in JUDGED,
            failed=state == State.FAILED,
            corrected=mended_,
            wrong_amount=amount,
            seconds=(decided - received).total_seconds() if decided else None,
            version=int(version or 0),
        )
        for arm, version, state, received, decided, mended_, amount in reversed(list(rows))
    ]


def _rate(name: str, seen: Sequence[_Seen], bad: Callable[[_Seen], bool]) -> Figure:
    watch = sequential.RateWatch()
    for each in seen:
        watch.see(candidate=each.candidate, bad=bad(each))
    ours, theirs = _counted(seen, bad, True), _counted(seen, bad, False)
    both = ours[1] and theirs[1]
    between = sequential.difference_interval(ours, theirs, ALPHA)
    worse = watch.highest >= log(1 / ALPHAS[name])
    says = "worse" if worse else "better" if both and between.high < 0 else "not yet"
    return Figure(
        name,
        "guardrail",
        theirs[0] / theirs[1] if theirs[1] else None,
        ours[0] / ours[1] if ours[1] else None,
        between.low if both else None,
        between.high if both else None,
        says,
        min(1.0, exp(-watch.highest)),
    )


def _counted(
    seen: Sequence[_Seen], bad: Callable[[_Seen], bool], candidate: bool
) -> tuple[int, int]:
    """How many of an arm are bad, and how many there are."""
    arm = [bool(bad(each)) for each in seen if each.candidate == candidate]
    return sum(arm), len(arm)


def _latency(seen: Sequence[_Seen]) -> Figure:
    """p95 from arrival to decided; a signal, since a busy hour may explain it."""
    ours = _p95([each.seconds for each in seen if each.candidate and each.seconds is not None])
    theirs = _p95(
        [each.seconds for each in seen if not each.candidate and each.seconds is not None]
    )
    worse = ours is not None and theirs is not None and ours > max(1.0, MOST_LATENCY_RATIO * theirs)
    return Figure("p95", "signal", theirs, ours, None, None, "worse" if worse else "within")


def _p95(seconds: list[float]) -> float | None:
    if len(seconds) < _ENOUGH_FOR_LATENCY:
        return None
    return sorted(seconds)[int(len(seconds) * 0.95)]


def _queue_age(now: datetime) -> Figure:
    oldest = ReviewItem.objects.filter(state=ReviewState.OPEN).aggregate(at=Min("opened_at"))["at"]
    age = (now - oldest).total_seconds() if oldest else 0.0
    worse = age > MOST_QUEUE_AGE.total_seconds()
    return Figure("queue_age", "signal", None, age, None, None, "worse" if worse else "within")


def _from_prometheus(flag: str, now: datetime) -> list[Figure]:
    """What it said last (`guardrails.ask`), against the threshold."""
    return [
        Figure(
            row.name,
            row.kind,
            row.threshold,
            row.value,
            None,
            None,
            guardrails.says(row, now=now),
            note=row.problem,
        )
        for row in MetricGuardrail.objects.filter(flag=flag).order_by("pk")
    ]


def _pairs(flag: str) -> tuple[dict[str, int], sequential.Paired]:
    """The blind verdicts in their order; all of this flag's, since they judge the readings."""
    rows = ShadowDifference.objects.filter(flag=flag).exclude(verdict="")
    said = list(rows.order_by("judged_at", "pk").values_list("verdict", flat=True)[:_MOST])
    counted = {verdict.value: said.count(verdict.value) for verdict in PairVerdict}
    decided = [word == PairVerdict.CANDIDATE for word in said if word != PairVerdict.NEITHER]
    return counted, sequential.paired(decided)


def _paired_figure(paired: sequential.Paired) -> Figure:
    total = paired.candidate + paired.control
    between = sequential.rate_interval(paired.candidate, total, ALPHA)
    says = paired.says(2 * ALPHAS["pairs"])  # worse is one of its two sides
    return Figure(
        "pairs",
        "guardrail",
        paired.control / total,
        paired.candidate / total,
        between.low,
        between.high,
        says,
        min(paired.p_better, paired.p_worse),
    )


def _share(flag: str, seen: Sequence[_Seen]) -> float | None:
    """Whether the arms got their shares, version after version; None where there was no share."""
    shares = {
        index + 1: float(event.data["after"]["percent"]) / 100
        for index, event in enumerate(
            AuditEvent.objects.filter(verb="flag.changed", data__flag=flag, organization=None)
            .order_by("sequence", "pk")
            .only("data")[:200]
        )
        if event.data["after"]["mode"] == "percent"
    }
    wealth, any_share = 0.0, False
    for version, share in shares.items():
        if not 0 < share < 1:
            continue
        watch = sequential.ShareWatch({"candidate": share, "control": 1 - share})
        for each in seen:
            if each.version == version:
                any_share = True
                watch.see("candidate" if each.candidate else "control")
        wealth = max(wealth, watch.highest)
    return min(1.0, max(1, len(shares)) * exp(-wealth)) if any_share else None
