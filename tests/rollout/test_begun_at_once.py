"""A ramp and an experiment with one flag at the same moment: one begins, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction

from tests.waiting import until
from zohodocs.models import Experiment, Flag, FlagMode, Ramp
from zohodocs.rollout import experiments, ramps
from zohodocs.rollout.flags import set_flag

pytestmark = pytest.mark.django_db(transaction=True)
FLAG = "ml_predictions"
REFUSALS = (ramps.RampRefused, experiments.ExperimentRefused, ValueError)


def a_ramp() -> None:
    ramps.start(flag=FLAG, by="ann", why="Further.", steps=["0", "5"])


def an_experiment() -> None:
    experiments.start(
        flag=FLAG,
        by="bob",
        why="How far?",
        percent=Decimal(10),
        smallest_effect=Decimal(5),
        base_rate=0.15,
    )


def refusal_of(deed: Callable[[], None]) -> str:
    """What it is told, on a connection of its own; empty: it begins."""
    try:
        deed()
    except REFUSALS as refusal:
        return str(refusal)
    finally:
        connections.close_all()
    return ""


def somebody_waits() -> bool:
    """By the locks themselves: of the activity a transaction sees but its first look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


@pytest.mark.parametrize("known", [True, False], ids=["set before", "never set"])
@pytest.mark.parametrize(
    ("first", "second"),
    [(a_ramp, an_experiment), (an_experiment, a_ramp), (a_ramp, a_ramp)],
    ids=["ramp first", "experiment first", "two ramps"],
)
def test_who_comes_second_waits_for_the_first_and_is_refused(
    first: Callable[[], None], second: Callable[[], None], known: bool
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no two writers.")
    if known:
        set_flag(name=FLAG, mode=FlagMode.OFF, why="Not yet.", by="ann")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            told = pool.submit(refusal_of, second)
            until(somebody_waits, what="the second at the flag's row")
        answer = told.result()

    assert answer
    assert Ramp.objects.count() + Experiment.objects.count() == 1
    begun = (FlagMode.SHADOW, Decimal(100)) if first is a_ramp else (FlagMode.PERCENT, Decimal(10))
    assert Flag.objects.values_list("mode", "percent").get() == begun
