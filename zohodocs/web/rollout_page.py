"""What `/rollout/` shows of one flag, as plain values for the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zohodocs.domain.invoice import FIELD_NAMES
from zohodocs.domain.money import to_decimal
from zohodocs.domain.sequential import Interval
from zohodocs.models import (
    AuditEvent,
    DifferenceRule,
    EvidenceSnapshot,
    Experiment,
    ExperimentState,
    Flag,
    FlagMode,
    Ramp,
    Rollback,
    ShadowDifference,
)
from zohodocs.operations import rollouts
from zohodocs.rollout import changes, evidence, experiments, mattering, ramps
from zohodocs.rollout.definitions import CANDIDATE, DEFINITIONS, FlagDefinition
from zohodocs.web.labels import field_label
from zohodocs.web.sentences import told

FIGURES = {
    "corrected": gettext_lazy("Documents people had to correct"),
    "failed": gettext_lazy("Documents that could not be processed"),
    "amount": gettext_lazy("Documents with a wrong amount"),
    "p95": gettext_lazy("From arrival to decided, 95 % within (s)"),
    "queue_age": gettext_lazy("Oldest in review (h)"),
    "pairs": gettext_lazy("Right where both ways differed"),
}
_SHARES = frozenset({"corrected", "failed", "amount", "pairs"})
_DIFFERENCES, _HISTORY, _POINTS = 40, 40, 60
_WIDTH, _HEIGHT = 400.0, 120.0


@dataclass(frozen=True, slots=True)
class Row:
    """A guardrail's line: texts, its word as shape and sentence, and why there is none.

    Of a figure from Prometheus the threshold stands where others show the old way.
    """

    label: str
    control: str
    candidate: str
    between: str
    says: str
    note: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The share of pairs the new way won, with its band; points for an SVG of 400 × 120."""

    line: str
    band: str
    first: int
    last: int
    share: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ramp: `done`, `here` or `ahead`."""

    label: str
    state: str


def cards() -> list[dict[str, Any]]:
    """Every flag with its mode, in the order of its definition."""
    rows = {row.name: row for row in Flag.objects.filter(organization=None)}
    exceptions = set(
        Flag.objects.exclude(organization=None).values_list("name", flat=True).distinct()
    )
    return [
        {
            "name": name,
            "mode": mode_label(rows.get(name)),
            "state": rows[name].mode if name in rows else FlagMode.OFF.value,
            "since": rows[name].changed_at if name in rows else None,
            "exceptions": name in exceptions,
        }
        for name in DEFINITIONS
    ]


def context(flag: str, *, field: str = "") -> dict[str, Any]:
    """The whole card of one flag."""
    now = timezone.now()
    row = Flag.objects.filter(name=flag, organization=None).first()
    ramp = ramps.open_ramp(flag)
    found = rollouts.evidence_of(flag, now=now)
    following = ramps.next_of(ramp, found, now=now) if ramp else None
    experiment = Experiment.objects.filter(flag=flag).order_by("-pk").first()
    runs = experiment is not None and experiment.state == ExperimentState.RUNNING
    standing = experiments.standing(experiment, now=now) if experiment and runs else None
    differences = ShadowDifference.objects.filter(flag=flag)
    fields = list(differences.order_by("field").values_list("field", flat=True).distinct()[:60])
    if field:
        differences = differences.filter(field=field)
    return {
        "flag": flag,
        "definition": DEFINITIONS[flag],
        "stale": _is_stale(DEFINITIONS[flag], row),
        "row": row,
        "mode": mode_label(row),
        "exceptions": Flag.objects.filter(name=flag)
        .exclude(organization=None)
        .select_related("organization"),
        "ramp": ramp,
        "last_ramp": ramp or Ramp.objects.filter(flag=flag).order_by("-pk").first(),
        "steps": _steps(row, ramp),
        "following": following,
        "proposals": [_proposal(each) for each in changes.waiting(flag)],
        "evidence": found,
        "figures": [_row(figure) for figure in found.figures],
        "mismatch": found.share_p is not None and found.share_p < 0.001,
        "chart": _chart(flag),
        "fields": [(name, field_label(name)) for name in fields],
        "field": field,
        "differences": list(
            differences.select_related("document", "judged_by").order_by("-pk")[:_DIFFERENCES]
        ),
        "history": _history(flag),
        "matters": [
            {"field": rule.field, "words": mattering.in_words(rule), "rule": rule}
            for rule in DifferenceRule.objects.filter(flag=flag).order_by("field")
        ],
        "all_fields": [(name, field_label(name)) for name in FIELD_NAMES],
        "rollbacks": list(Rollback.objects.filter(flag=flag).order_by("-pk")[:5]),
        "experiment": experiment,
        "standing": standing,
        "standing_arms": _arms(standing) if standing else [],
        "enough_vendors": experiments.ENOUGH_VENDORS,
        "too_few": standing is not None
        and any(arm.vendors < experiments.ENOUGH_VENDORS for arm in standing.arms),
        "unfair": standing is not None and standing.share_p < 0.001,
    }


def _proposal(waits: changes.Proposal) -> dict[str, Any]:
    """What waits for a second person, whole, beside what it would replace."""
    row = changes.in_force(waits.flag, waits.organization)
    present = _whole(waits.flag, row.mode, row.percent, row.arms) if row else _("off")
    wanted = _whole(waits.flag, waits.mode, waits.percent, waits.arms)
    return {"waits": waits, "wanted": wanted, "present": present}


def _whole(flag: str, mode: str, percent: Decimal, arms: Mapping[str, int]) -> str:
    """A setting with its arms, the candidate's own name where it could have been another."""
    shown = arms or ({CANDIDATE: 1} if DEFINITIONS[flag].variants else {})
    return _setting({"mode": mode, "percent": percent, "arms": shown})


def _arms(standing: experiments.Standing) -> list[dict[str, Any]]:
    """The lines of a table: every arm against the old way."""
    return [
        {
            "name": arm.name,
            "number": arm.number,
            "vendors": arm.vendors,
            "between": _points(arm.difference),
            "says": _word(arm.says),
        }
        for arm in standing.arms
    ]


def _points(between: Interval) -> str:
    if not isfinite(between.low):
        return "–"
    return f"{100 * between.low:+.1f} … {100 * between.high:+.1f}"


def mode_label(row: Flag | None) -> str:
    """A flag's mode in a word or two."""
    return _mode(row.mode, row.percent) if row is not None else _("off")


def _mode(mode: str, percent: Decimal) -> str:
    share = _short(f"{percent:f}")
    if mode == FlagMode.OFF:
        return _("off")
    if mode == FlagMode.PERCENT:
        return f"{share} %"
    if mode == FlagMode.SHADOW:
        return _("shadow") if percent == 100 else _("shadow, %(n)s %%") % {"n": share}
    return _("on")


def _steps(row: Flag | None, ramp: Ramp | None) -> list[Step]:
    percents = [_short(step) for step in (ramp.steps if ramp else ramps.USUAL_STEPS)]
    labels = [_("off"), *[_("shadow") if step == "0" else f"{step} %" for step in percents]]
    at = ramp.step + 1 if ramp else _place(row, percents)
    return [
        Step(label, "here" if index == at else "done" if index < at else "ahead")
        for index, label in enumerate(labels)
    ]


def _place(row: Flag | None, percents: Sequence[str]) -> int:
    if row is None or row.mode == FlagMode.OFF:
        return 0
    if row.mode == FlagMode.SHADOW:
        return 1
    reach = float(changes.reach(FlagMode(row.mode), row.percent))
    return max(index for index, step in enumerate(percents, start=1) if float(step) <= reach)


def _short(step: str) -> str:
    return step.rstrip("0").rstrip(".") if "." in step else step


def _row(figure: evidence.Figure) -> Row:
    return Row(
        str(FIGURES.get(figure.name, figure.name)),
        _value(figure.name, figure.control),
        _value(figure.name, figure.candidate),
        _between(figure),
        # Without a figure there is nothing that could be within its bounds.
        _word("not yet" if figure.candidate is None and figure.says == "within" else figure.says),
        told(figure.note),
    )


def _word(says: str) -> str:
    """As a shape and a word: nobody needs to tell colours apart."""
    words = {
        "worse": _("worse"),
        "better": _("better"),
        "not yet": _("not yet"),
        "within": _("within"),
        "inconclusive": _("inconclusive"),
    }
    shapes = {"worse": "▼", "better": "▲", "not yet": "◆", "within": "●", "inconclusive": "○"}
    return f"{shapes[says]} {words[says]}"


def _value(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in _SHARES:
        return f"{100 * value:.1f} %"
    if name not in FIGURES:
        return f"{value:.4g}"
    return f"{value / 3600:.1f}" if name == "queue_age" else f"{value:.1f}"


def _between(figure: evidence.Figure) -> str:
    if figure.low is None or figure.high is None:
        return "–"
    if figure.name == "pairs":
        return f"{100 * figure.low:.0f} … {100 * figure.high:.0f} %"
    return f"{100 * figure.low:+.1f} … {100 * figure.high:+.1f}"


def _chart(flag: str) -> Chart | None:
    """From the snapshots in which pairs had been judged; the newest sixty."""
    rows = EvidenceSnapshot.objects.filter(flag=flag).order_by("-at")[:_POINTS]
    points = []
    for row in reversed(list(rows)):
        pairs = next((f for f in row.data["figures"] if f["name"] == "pairs"), None)
        if pairs is not None and pairs["low"] is not None:
            said = row.data["pairs"]
            number = said["control"] + said["candidate"]
            points.append((number, pairs["candidate"], pairs["low"], pairs["high"]))
    if len(points) < 2:
        return None
    xs = [index * _WIDTH / (len(points) - 1) for index in range(len(points))]
    line = " ".join(
        f"{x:.1f},{_HEIGHT * (1 - share):.1f}"
        for x, (_n, share, _l, _h) in zip(xs, points, strict=True)
    )
    top = [
        f"{x:.1f},{_HEIGHT * (1 - high):.1f}" for x, (*_rest, high) in zip(xs, points, strict=True)
    ]
    bottom = [
        f"{x:.1f},{_HEIGHT * (1 - low):.1f}"
        for x, (_n, _s, low, _h) in zip(xs, points, strict=True)
    ]
    band = " ".join([*top, *reversed(bottom)])
    return Chart(line, band, points[0][0], points[-1][0], points[-1][1])


def _history(flag: str) -> list[dict[str, Any]]:
    """What was done to it, for everybody and for single companies; newest first.

    `revertable`: a setting that is no longer in force where it was made.
    """
    events = AuditEvent.objects.filter(data__flag=flag).select_related("organization")
    in_force: set[int | None] = set()
    lines = []
    # Documents have events that name a flag, too: those stand with the document.
    for event in events.filter(document=None).order_by("-sequence", "-pk")[:_HISTORY]:
        after, whose = _setting(event.data.get("after")), event.organization_id
        lines.append(
            {
                "event": event,
                "before": _setting(event.data.get("before")) or event.data.get("rule_before", ""),
                "after": after or event.data.get("rule_after", ""),
                "field": event.data.get("field", ""),
                "revertable": bool(after) and whose in in_force,
                "what": _DEEDS.get(event.verb, event.verb.partition(".")[2].replace("_", " ")),
                "why": event.data.get("why", ""),
            }
        )
        if after:
            in_force.add(whose)
    return lines


_DEEDS = {
    "flag.changed": gettext_lazy("changed"),
    "flag.proposed": gettext_lazy("proposed"),
    "flag.proposal_withdrawn": gettext_lazy("withdrew the proposal"),
    "flag.rolled_back": gettext_lazy("turned it back"),
    "flag.difference_known": gettext_lazy("called a difference known"),
    "flag.difference_rule": gettext_lazy("said which differences are a question"),
    "flag.guardrail_set": gettext_lazy("set a guardrail"),
    "flag.guardrail_removed": gettext_lazy("removed a guardrail"),
    "ramp.started": gettext_lazy("began a ramp"),
    "ramp.advanced": gettext_lazy("went on to the next step"),
    "ramp.approved": gettext_lazy("approved the next step"),
    "ramp.paused": gettext_lazy("paused the ramp"),
    "ramp.running": gettext_lazy("resumed the ramp"),
    "ramp.aborted": gettext_lazy("ended the ramp"),
    "ramp.done": gettext_lazy("finished the ramp"),
    "experiment.started": gettext_lazy("began an experiment"),
    "experiment.stopped": gettext_lazy("stopped the experiment"),
    "experiment.decided": gettext_lazy("decided the experiment"),
}


def _setting(data: Any) -> str:
    if not isinstance(data, dict):
        return ""
    mode = str(data.get("mode", ""))
    said = _mode(mode, to_decimal(data.get("percent")) or Decimal(0)) if mode else ""
    arms = " : ".join(f"{name} {weight}" for name, weight in sorted(data.get("arms", {}).items()))
    return f"{said} ({arms})" if arms else said


def _is_stale(definition: FlagDefinition, row: Flag | None) -> bool:
    """Past its day, and still neither gone nor on for everybody."""
    return timezone.localdate() > definition.decide_by and (row is None or row.mode != FlagMode.ON)
