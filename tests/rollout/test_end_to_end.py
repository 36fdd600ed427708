"""A new way from off to shadow to 10 % to a regression, and back by itself; real jobs throughout.

The candidate is the trained models with a mistake planted in what they read. Only that is not real.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_rq
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_rq.workers import get_worker
from pytest_django import Settings

from review import actions
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.page import plain_static
from zohodocs.arrivals.receive import receive
from zohodocs.domain.invoice import FieldReading
from zohodocs.jobs import doorbell
from zohodocs.models import (
    AuditEvent,
    Document,
    FieldValue,
    Flag,
    FlagMode,
    Heartbeat,
    ReviewItem,
    ReviewState,
    Rollback,
    ShadowRun,
    State,
)
from zohodocs.operations import gauges, ledger, repairing, schedule
from zohodocs.pipeline.extraction import ml
from zohodocs.rollout import limits
from zohodocs.rollout.definitions import CANDIDATE, CONTROL, STAGES
from zohodocs.rollout.flags import set_flag

__all__ = ["plain_static"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_static")]
FLAG = "ml_predictions"
TOTAL, WRONG_TOTAL = "1121.69", "9121.69"
# Far more than it takes (52 in the middle, 104 at the most of 200 simulated ones).
MOST_PAPERS = 250
# Of papers that are all wrong; seven are usual.
MOST_MENDED = 20
NOT_NIGHTLY = (Heartbeat.AUDIT, Heartbeat.CENSUS, Heartbeat.WORDS, Heartbeat.ORPHANS)


@pytest.fixture
def cast(settings: Settings) -> Cast:
    settings.TIME_SCALE = Decimal(5)
    return people.make()


@pytest.fixture
def mistakes(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the models read wrongly from now on; nothing at first."""
    planted: dict[str, str] = {}
    honest = ml.extract

    def mistaken(*arguments: Any, **options: Any) -> Any:
        found = honest(*arguments, **options)
        wrong = {name: FieldReading(value, 0.99, "ml") for name, value in planted.items()}
        return replace(found, fields={**found.fields, **wrong})

    monkeypatch.setattr(ml, "extract", mistaken)
    return planted


class Office:
    """Papers come in, the workers take them, Ana looks at each."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.number = 0

    def send(self, number: int = 1) -> list[Document]:
        """So many papers of Becker's, all different, received and rung for."""
        made = []
        for _ in range(number):
            self.number += 1
            content = people.paper(**{"RG-2024-0334": f"RG-2024-{self.number:04d}"})
            arrival = receive(
                organization=self.cast.nordlicht,
                content=content,
                filename=f"{self.number}.pdf",
                channel="web",
            )
            assert arrival.document is not None
            doorbell.ring(arrival.document)
            made.append(arrival.document)
        return made

    def work(self, *queues: str) -> None:
        """Let every worker, or those of these queues, do what hangs there."""
        for queue in queues or ("pipeline", "sequential", "shadow"):
            get_worker(queue).work(burst=True, logging_level="ERROR")

    def look(self, document: Document) -> bool:
        """Ana mends the total where it is wrong and closes the paper; whether she had to mend."""
        item = ReviewItem.objects.select_related("document__organization").get(
            document=document, state=ReviewState.OPEN
        )
        wrong = FieldValue.objects.get(document=document, name="gross_total").value != TOTAL
        if wrong:
            actions.correct(
                item=item,
                by=self.cast.ana,
                version=fresh(document).version,
                field="gross_total",
                reading=actions.Reading(TOTAL, None, None),
            )
        item.refresh_from_db()
        version = fresh(document).version
        actions.file(item=item, by=self.cast.ana, version=version, reason="Seen.")
        return wrong


def flag(*words: str) -> None:
    call_command("flag", *words, "--why", "To try it.")


def rollbacks(client: Client) -> float:
    body = client.get("/metrics").text
    line = f'zohodocs_rollbacks_total{{flag="{FLAG}"}} '
    return float(next(each for each in body.splitlines() if each.startswith(line)).split()[1])


def test_from_off_to_shadow_to_ten_percent_to_a_regression_and_back(
    cast: Cast,
    client: Client,
    settings: Settings,
    mistakes: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(gauges, "_CACHE_SECONDS", 0)
    office, before = Office(cast), rollbacks(client)

    # Off: nobody tries anything.
    [first] = office.send()
    office.work()
    assert fresh(first).arm(FLAG) == CONTROL
    assert not ShadowRun.objects.exists()
    office.look(first)

    # Shadow: what the models read otherwise stands at the desk, blind; the papers stay as they are.
    flag("set", FLAG, "--mode", "shadow")
    mistakes["invoice_number"] = "RG-9"
    [second] = office.send()
    office.work()
    item = ReviewItem.objects.get(document=second)
    pair = next(each for each in actions.pairs_of(item) if "RG-9" in (each.first, each.second))
    assert {pair.first, pair.second} == {"RG-9", f"RG-2024-{office.number:04d}"}
    page = client_of(cast.ana).get(reverse("review:item", args=[item.code])).content.decode()
    assert f"q-pair-{pair.key}" in page
    assert fresh(second).invoice_number == f"RG-2024-{office.number:04d}"
    office.look(second)

    # Ten percent, and all is well.
    mistakes.clear()
    flag("set", FLAG, "--mode", "percent", "--percent", "10")
    for document in office.send(10):
        office.work()
        assert not office.look(document)
    schedule.run_due()
    assert Flag.objects.get().mode == FlagMode.PERCENT

    # The regression. People mend what they see; the scheduler looks as often as it does.
    mistakes["gross_total"] = WRONG_TOTAL
    planted = mended_at = time.monotonic()
    mended = 0
    while Flag.objects.get().mode == FlagMode.PERCENT:
        assert office.number < MOST_PAPERS
        [document] = office.send()
        office.work()
        if office.look(document):
            mended, mended_at = mended + 1, time.monotonic()
        schedule.run_due()
    back_at = time.monotonic()

    scale = float(settings.TIME_SCALE)
    waited = (back_at - mended_at) * scale
    with capsys.disabled():
        sys.stdout.write(
            f"\nplanted, then back at 0 % and off after {back_at - planted:.1f} s and {mended} "
            f"corrections; after the last of them {waited:.1f} s (times TIME_SCALE {scale:g})\n"
        )
    # How long the papers themselves take is the machine's; how many go wrong is the flag's. The
    # minute that is promised is one of the clock, and the scheduler looks more than once in it.
    assert back_at - mended_at < 60
    beat = Heartbeat.objects.get(name=Heartbeat.ROLLOUT)
    [look] = [task for task in schedule.tasks() if task.name == Heartbeat.ROLLOUT]
    assert look.due(beat, beat.at + timedelta(seconds=30 / scale))
    assert mended <= MOST_MENDED
    row, made = Flag.objects.get(), Rollback.objects.get()
    assert (row.mode, row.percent, row.changed_by) == ("off", Decimal(0), "guardrail")
    assert any(each["says"] == "worse" for each in made.evidence["figures"])
    touched = {each.pk for each in Document.objects.all() if each.arm(FLAG) == CANDIDATE}
    assert set(made.items.values_list("document_id", flat=True)) == touched
    assert len(touched) >= mended
    assert rollbacks(client) == before + 1
    assert AuditEvent.objects.filter(verb="flag.rolled_back", actor="guardrail").count() == 1
    # The next paper goes the old way; what was touched is given to people where it is not closed.
    [last] = office.send()
    office.work()
    assert fresh(last).arm(FLAG) == CONTROL
    assert FieldValue.objects.get(document=last, name="gross_total").value == TOTAL
    assert repairing.repair(made, by="ana")["fine"] == len(touched)
    assert ledger.difference() == 0


def test_what_the_machine_approved_is_not_posted_before_both_ways_are_compared(
    cast: Cast, settings: Settings, mistakes: dict[str, str]
) -> None:
    set_flag(name="auto_approve", mode=FlagMode.ON, why="All the way.", by="omar")
    flag("set", FLAG, "--mode", "shadow")
    mistakes["gross_total"] = WRONG_TOTAL
    office = Office(cast)

    [document] = office.send()
    office.work("sequential")
    approved = fresh(document)
    assert (approved.state, approved.approved_by) == (State.APPROVED, "worker")
    assert approved.approved_at is not None
    assert approved.hold_until is not None
    waits = (approved.hold_until - approved.approved_at).total_seconds()
    assert waits == 2 * limits.SECONDS / float(settings.TIME_SCALE)
    office.work("shadow")

    assert fresh(document).state == State.IN_REVIEW
    item = ReviewItem.objects.get(document=document, state=ReviewState.OPEN)
    assert item.reason == "ways_differ"
    assert len(actions.pairs_of(item)) >= 1


@pytest.mark.parametrize("name", sorted(STAGES.values()))
def test_a_stage_is_turned_back_alone_while_papers_flow(
    cast: Cast, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, by_models = ml.extract, []

    def noted(*arguments: Any, **options: Any) -> Any:
        by_models.append(1)
        return honest(*arguments, **options)

    monkeypatch.setattr(ml, "extract", noted)
    for each in STAGES.values():
        set_flag(name=each, mode=FlagMode.ON, why="All the way.", by="omar")
    office = Office(cast)
    done = office.send()
    office.work()

    under_way = office.send(2)
    began = time.monotonic()
    flag("off", name)
    seconds = time.monotonic() - began
    after = office.send(2)
    office.work()

    assert seconds < 60
    assert not Document.objects.filter(state__in=[State.RECEIVED, State.PROCESSING]).exists()
    for document in map(fresh, done + under_way):
        assert {document.arm(each) for each in STAGES.values()} == {CANDIDATE}
    for document in map(fresh, after):
        old_way = {each for each in STAGES.values() if document.arm(each) == CONTROL}
        assert old_way == {name}
        assert (document.queue == "sequential") == (name == "parallel_processing")
    assert len(by_models) == (3 if name == FLAG else 5)
    touched = set(Rollback.objects.get().items.values_list("document_id", flat=True))
    assert touched == {each.pk for each in done + under_way}
    assert ledger.difference() == 0
    assert not any(django_rq.get_queue(queue).count for queue in ("pipeline", "sequential"))
