"""A flag's way from shadow to everybody: what its next step waits for, and the verbs on it.

Decides and writes down; that a bad figure turns a flag back is `operations/rollouts.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.models import Flag, FlagMode, Ramp, RampState
from zohodocs.timing import scaled

from .changes import arms_in_force
from .evidence import Evidence
from .flags import record, set_flag

USUAL_STEPS = ("0", "1", "5", "10", "25", "50", "100")
OPEN = (RampState.RUNNING, RampState.PAUSED)


class RampRefused(Exception):
    """The verb had no effect; the message says why."""


@dataclass(frozen=True, slots=True)
class Next:
    """What stands between a ramp and its next step; free where `waits_for` is empty."""

    percent: Decimal | None  # None at the end
    waits_for: Sequence[str]
    needs_approval: bool = False
    held: timedelta = timedelta()
    judged: int = 0


def open_ramp(flag: str) -> Ramp | None:
    """The flag's ramp that is under way or paused."""
    return Ramp.objects.filter(flag=flag, state__in=OPEN).first()


def percent_of(ramp: Ramp, step: int | None = None) -> Decimal:
    """A step's percentage; 0 is shadow."""
    return Decimal(ramp.steps[ramp.step if step is None else step])


def start(
    *,
    flag: str,
    by: str,
    why: str,
    steps: Sequence[str] = USUAL_STEPS,
    hold_hours: Decimal = Decimal(24),
    min_sample: int = 200,
    approval_above: Decimal = Decimal(10),
    dry_run: bool = False,
) -> Ramp:
    """Begin with the first step; each step keeps the arms in force.

    Raises RampRefused, UnknownFlag, and ValueError from the flag.
    """
    shares = _read(steps)
    if shares[0] > approval_above:
        raise RampRefused(_("The first step is above what one person may set."))
    if hold_hours < 0 or min_sample < 0:
        raise RampRefused(_("Hold time and sample cannot be negative."))
    with transaction.atomic():
        _apply(flag, shares[0], by=by, why=why)
        # With the flag's row held: whoever begins anything with this flag goes by that door.
        if open_ramp(flag) is not None:
            raise RampRefused(_("This flag is on its way already. Abort that first."))
        ramp = Ramp.objects.create(
            flag=flag,
            steps=[str(share) for share in shares],
            hold_hours=hold_hours,
            min_sample=min_sample,
            approval_above=approval_above,
            dry_run=dry_run,
            started_by=by,
            why=why,
        )
        record("ramp.started", ramp.flag, by=by, steps=ramp.steps, why=why)
    return ramp


def next_of(ramp: Ramp, evidence: Evidence, *, now: datetime) -> Next:
    """The next step, and what it still waits for, in words."""
    held = now - ramp.step_at
    if ramp.step + 1 >= len(ramp.steps):
        return Next(None, [], held=held, judged=evidence.judged_candidate)
    percent = percent_of(ramp, ramp.step + 1)
    judged = evidence.judged_candidate if percent_of(ramp) else evidence.compared
    waits: list[str] = []
    if ramp.state == RampState.PAUSED:
        waits.append(_("it is paused"))
    hold = timedelta(seconds=scaled(float(ramp.hold_hours) * 3600))
    if held < hold:
        waits.append(
            _("held %(held)s h of %(hold)s h")
            % {"held": f"{held.total_seconds() / 3600:.1f}", "hold": f"{ramp.hold_hours:f}"}
        )
    if judged < ramp.min_sample:
        waits.append(_("%(n)s of %(of)s judged") % {"n": judged, "of": ramp.min_sample})
    bad = [*evidence.worse, *evidence.signals]
    if bad:
        waits.append(_("a guardrail says worse"))
    if evidence.inconclusive:
        names = ", ".join(figure.name for figure in evidence.inconclusive)
        waits.append(_("nobody could be asked about %(names)s") % {"names": names})
    needs = percent > ramp.approval_above and ramp.approved_step != ramp.step + 1
    if needs:
        waits.append(_("a second person approves"))
    return Next(percent, waits, needs, held, judged)


def advance(ramp: Ramp, evidence: Evidence, *, now: datetime) -> bool:
    """Take the next step if nothing stands in its way; one step, however late it is.

    A step that was never held proves nothing: late clocks skip none.
    """
    following = next_of(ramp, evidence, now=now)
    if following.percent is None:
        return _finish(ramp, now)
    if following.waits_for:
        return False
    why = _("The step before was held and nothing spoke against it.")
    with transaction.atomic():
        taken = Ramp.objects.filter(pk=ramp.pk, step=ramp.step, state=RampState.RUNNING).update(
            step=ramp.step + 1, step_at=now, why=why
        )
        if taken != 1:
            return False
        _apply(ramp.flag, following.percent, by="ramp", why=why)
        ramp.refresh_from_db()
        record("ramp.advanced", ramp.flag, by="ramp", to=str(following.percent))
    return True


def approve(ramp: Ramp, *, by: str, why: str) -> None:
    """The second person's word for the next step. Raises RampRefused for who began it."""
    _with_reason(why)
    if by == ramp.started_by:
        raise RampRefused(_("You started it. Another person approves the step."))
    changed = Ramp.objects.filter(pk=ramp.pk, step=ramp.step, state__in=OPEN).update(
        approved_step=ramp.step + 1, approved_by=by, why=why
    )
    if changed != 1:
        raise RampRefused(_("The ramp has moved on meanwhile. Look again."))
    record("ramp.approved", ramp.flag, by=by, why=why)


def pause(ramp: Ramp, *, by: str, why: str) -> None:
    """Stay at this step until somebody resumes it."""
    _move(ramp, RampState.RUNNING, RampState.PAUSED, by=by, why=why)


def resume(ramp: Ramp, *, by: str, why: str) -> None:
    """Go on; the step is held from now again."""
    _move(ramp, RampState.PAUSED, RampState.RUNNING, by=by, why=why, step_at=timezone.now())


def abort(ramp: Ramp, *, by: str, why: str) -> None:
    """Leave the flag where it is, without a plan."""
    _with_reason(why)
    if Ramp.objects.filter(pk=ramp.pk, state__in=OPEN).update(state=RampState.ABORTED, why=why):
        record("ramp.aborted", ramp.flag, by=by, why=why)


# What a person may do to a ramp that is under way.
DEEDS = {"pause": pause, "resume": resume, "abort": abort, "approve": approve}


def _move(
    ramp: Ramp, frm: RampState, to: RampState, *, by: str, why: str, **values: object
) -> None:
    _with_reason(why)
    if Ramp.objects.filter(pk=ramp.pk, state=frm).update(state=to, why=why, **values) != 1:
        raise RampRefused(_("The ramp has moved on meanwhile. Look again."))
    ramp.refresh_from_db()
    record(f"ramp.{to.value}", ramp.flag, by=by, why=why)


def _finish(ramp: Ramp, now: datetime) -> bool:
    done = Ramp.objects.filter(pk=ramp.pk, state=RampState.RUNNING).update(
        state=RampState.DONE, step_at=now
    )
    if done:
        record("ramp.done", ramp.flag, by="ramp")
    return bool(done)


def _apply(flag: str, share: Decimal, *, by: str, why: str) -> Flag:
    mode = FlagMode.PERCENT if share else FlagMode.SHADOW
    arms = arms_in_force(flag)
    return set_flag(name=flag, mode=mode, percent=share or None, arms=arms, why=why, by=by)


def _read(steps: Sequence[str]) -> list[Decimal]:
    try:
        shares = [Decimal(step).quantize(Decimal("0.01")) for step in steps]
    except ArithmeticError:
        raise RampRefused(_("Steps are percentages with at most two decimals.")) from None
    if not shares or any(not 0 <= share <= 100 for share in shares):
        raise RampRefused(_("Steps are percentages with at most two decimals."))
    if any(later <= earlier for earlier, later in pairwise(shares)):
        raise RampRefused(_("Each step is larger than the one before."))
    return shares


def _with_reason(why: str) -> None:
    if not why.strip():
        raise RampRefused(_("Say why."))
