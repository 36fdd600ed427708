"""F01 to F10: whoever works is killed or stopped in the middle; nothing is lost or doubled."""

from __future__ import annotations

import signal
import time
from datetime import timedelta

import django_rq
import pytest
from django.utils import timezone

from tests.faults.conftest import Company
from tests.faults.crew import until
from tests.posting.conftest import PDF
from zohodocs.jobs import doorbell
from zohodocs.models import Arrival, Document, Posting
from zohodocs.operations import sweeping

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.parametrize(
    "point",
    [
        "push.before_planned",  # F03: right after the job was taken from the queue
        "push.before_sending",  # F04
        "push.after_sending",  # F07
        "push.after_answer",  # F08
        "push.before_file",
        "push.after_file",  # F09
        "push.before_finished",
    ],
)
def test_a_worker_killed_at(company: Company, point: str) -> None:
    company.crew.pause()
    doomed = company.crew.hire(CRASH_AT=point)
    document = company.hand_in("RE-2024-600")

    def died() -> bool:
        # The first bells go to the workers that stand still, and are heard again by them later.
        doorbell.ring(document)
        return not doomed.lives

    until(died, what=f"the death at {point}")
    assert doomed.process.returncode == -signal.SIGKILL
    company.crew.go_on()

    assert company.settled() == {"posted": 1}

    company.prove()
    (bill,) = company.bills()
    assert len(bill["files"]) == 1


def test_a_worker_stopped_for_longer_than_its_lease(company: Company) -> None:
    # F06: a pause of the machine. The zombie wakes up and must neither send nor write.
    company.break_next("GET /bills", "hang_before", seconds=4)
    company.hand_in("RE-2024-601")
    until(lambda: Posting.objects.exclude(lease_owner="").exists(), what="a lease")
    owner = Posting.objects.get().lease_owner
    zombie = company.crew.member(int(owner.split(":")[1]))
    zombie.send(signal.SIGSTOP)
    Posting.objects.filter(lease_owner=owner).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )

    assert company.settled() == {"posted": 1}
    zombie.send(signal.SIGCONT)
    time.sleep(2)  # what the zombie still does would be wrong; nothing tells that it does nothing

    company.prove()
    (bill,) = company.bills()
    assert len(bill["files"]) == 1
    assert Posting.objects.get().attempts == 1


def test_a_sweep_killed_in_the_middle_and_two_at_once(company: Company) -> None:
    # F10: the crew always has two; a third one is killed while it rings.
    for number in range(12):
        company.hand_in(f"RE-2024-7{number:02d}")
    third = company.crew.sweep()
    until(lambda: len(company.zoho.snapshot()["bills"]) >= 2, what="two bills")
    third.send(signal.SIGKILL)

    assert company.settled() == {"posted": 12}

    company.prove()
    assert len(company.bills()) == 12
    assert all(posting.attempts == 1 for posting in Posting.objects.all())


@pytest.mark.parametrize("point", ["arrive.after_file", "arrive.after_commit"])
def test_whoever_takes_a_paper_in_is_killed(company: Company, point: str) -> None:
    # F01, F02: before the row the sender got no answer and sends again; after it the sweep rings.
    company.crew.pause()
    try:
        paper = company.crew.home / "paper.pdf"
        paper.write_bytes(PDF)
        command = ("ingest", str(paper), "--organization", company.organization.code, "--json")
        dying = company.crew.run(*command, CRASH_AT=point)
        until(lambda: not dying.lives, what="the death")
        assert dying.process.returncode == -signal.SIGKILL
        rows = Document.objects.count()
        assert rows == (0 if point == "arrive.after_file" else 1)

        again = company.crew.run(*command)
        until(lambda: not again.lives, what="the second sending")

        (document,) = Document.objects.all()
        assert document.state == "received"
        assert Arrival.objects.filter(result="accepted").count() == 1
        with document.original.open("rb") as kept:
            assert kept.read() == PDF
        # Whatever bell was hung, nobody heard it.
        django_rq.get_connection("pipeline").flushdb()
        assert sweeping.ring_waiting(now=timezone.now() + timedelta(minutes=1)) == 1
    finally:
        company.crew.go_on()
