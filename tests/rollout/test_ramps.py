"""From shadow to everybody, one step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from zohodocs.models import AuditEvent, Flag, Ramp, RampState
from zohodocs.rollout import ramps
from zohodocs.rollout.evidence import Evidence, Figure

pytestmark = pytest.mark.django_db
FLAG = "ml_predictions"
NOW = timezone.now()
WORSE = Figure("corrected", "guardrail", 0.1, 0.3, 0.1, 0.3, "worse")


def evidence(judged: int = 1000, figures: Sequence[Figure] = ()) -> Evidence:
    return Evidence(FLAG, NOW, NOW, judged, judged, figures, {}, "not yet", 1.0, judged, 0, 0)


def started(**options: object) -> Ramp:
    return ramps.start(flag=FLAG, by="ana", why="Try it.", **options)  # type: ignore[arg-type]  # passed on


def later(ramp: Ramp, hours: float = 25) -> bool:
    ramp.refresh_from_db()
    return ramps.advance(ramp, evidence(), now=ramp.step_at + timedelta(hours=hours))


def setting() -> tuple[str, float]:
    row = Flag.objects.get(name=FLAG)
    return row.mode, float(row.percent)


def test_it_begins_in_shadow_and_takes_each_step_in_its_turn() -> None:
    ramp = started()
    assert setting() == ("shadow", 100)

    seen = []
    for _ in range(3):
        assert later(ramp)
        seen.append(setting())

    assert seen == [("percent", 1), ("percent", 5), ("percent", 10)]
    assert AuditEvent.objects.filter(verb="ramp.advanced").count() == 3


def test_above_ten_percent_a_second_person_approves() -> None:
    ramp = started(steps=["10", "25"])
    assert not later(ramp)
    ramp.refresh_from_db()
    assert ramps.next_of(ramp, evidence(), now=ramp.step_at + timedelta(hours=25)).needs_approval

    with pytest.raises(ramps.RampRefused, match="Another person"):
        ramps.approve(ramp, by="ana", why="Fine.")
    ramps.approve(ramp, by="bob", why="Fine.")

    assert later(ramp)
    assert setting() == ("percent", 25)


def test_a_late_clock_takes_one_step_and_holds_it() -> None:
    ramp = started()
    moment = ramp.step_at + timedelta(days=400)

    assert ramps.advance(ramp, evidence(), now=moment)
    assert not ramps.advance(ramp, evidence(), now=moment)
    assert setting() == ("percent", 1)


@pytest.mark.parametrize(
    ("hours", "found"),
    [(23, evidence()), (25, evidence(judged=199)), (25, evidence(figures=[WORSE]))],
)
def test_a_step_waits_for_time_sample_and_good_figures(hours: int, found: Evidence) -> None:
    ramp = started()

    assert not ramps.advance(ramp, found, now=ramp.step_at + timedelta(hours=hours))
    assert ramps.next_of(ramp, found, now=ramp.step_at + timedelta(hours=hours)).waits_for


def test_two_clocks_take_a_step_once() -> None:
    ramp = started()
    twin = Ramp.objects.get(pk=ramp.pk)
    moment = ramp.step_at + timedelta(hours=25)

    assert [ramps.advance(each, evidence(), now=moment) for each in (ramp, twin)] == [True, False]


def test_paused_it_stays_and_resumed_it_holds_anew() -> None:
    ramp = started()
    ramps.pause(ramp, by="ana", why="Month end.")
    assert not later(ramp)

    ramps.resume(ramp, by="ana", why="Over.")

    assert ramp.step_at > NOW - timedelta(minutes=1)
    assert later(ramp)


def test_after_the_last_step_it_is_done() -> None:
    ramp = started(steps=["5"])

    assert later(ramp, hours=0)

    ramp.refresh_from_db()
    assert ramp.state == RampState.DONE


def test_aborted_it_leaves_the_flag_where_it_is() -> None:
    ramp = started(steps=["5", "10"])

    ramps.abort(ramp, by="ana", why="Another plan.")

    assert setting() == ("percent", 5)
    assert ramps.open_ramp(FLAG) is None


@pytest.mark.parametrize("steps", [["5", "5"], ["10", "5"], ["x"], ["101"], []])
def test_plans_that_make_no_sense_are_refused(steps: list[str]) -> None:
    with pytest.raises(ramps.RampRefused):
        started(steps=steps)
    assert not Flag.objects.exists()


def test_one_ramp_at_a_time_and_none_that_begins_above_the_limit() -> None:
    with pytest.raises(ramps.RampRefused, match="one person"):
        started(steps=["50", "100"])
    started()
    with pytest.raises(ramps.RampRefused, match="already"):
        started()
