"""kill -9 at every place where something was just committed or sent: one bill, one file."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import UserFactory
from tests.posting.conftest import Desk
from tests.sync.processes import environment
from zohodocs.models import Amendment, Document

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CRASH_POINTS = (
    "push.before_planned",
    "push.after_planned",
    "push.claimed",
    "push.before_sending",
    "push.after_sending",
    "push.after_answer",
    "push.after_confirmed",
    "push.before_file",
    "push.after_file",
    "push.before_finished",
    "push.after_finished",
)
AMEND_POINTS = (
    "amend.before_sending",
    "amend.after_sending",
    "amend.after_answer",
    "amend.before_done",
)


def test_the_list_names_every_crash_point_of_the_way(request: pytest.FixtureRequest) -> None:
    posting = Path(settings.BASE_DIR) / "zohodocs" / "posting"
    text = "".join(path.read_text() for path in posting.glob("*.py"))
    named = {part.split('"')[0] for part in text.split('crash_here("')[1:]}
    # Only reached when an answer is lost; `test_faults` goes through it alive.
    assert named - {"push.after_unknown"} == {*CRASH_POINTS, *AMEND_POINTS}


def test_a_worker_killed_anywhere_leaves_one_bill_with_one_file(desk: Desk, tmp_path: Path) -> None:
    documents = {point: desk.approved(number=f"CRASH-{point}") for point in CRASH_POINTS}
    there = environment(tmp_path)

    workers = [
        _start([document], there | {"CRASH_AT": point}) for point, document in documents.items()
    ]
    killed = [worker.wait(timeout=300) for worker in workers]
    assert killed == [-signal.SIGKILL] * len(CRASH_POINTS)
    sweep = _start(list(documents.values()), there, "--until-done")
    assert sweep.wait(timeout=300) == 0

    bills = desk.bills()
    assert sorted(bill["bill_number"] for bill in bills) == sorted(
        f"CRASH-{point}" for point in CRASH_POINTS
    )
    assert [len(bill["files"]) for bill in bills] == [1] * len(CRASH_POINTS)


def test_a_worker_killed_in_a_change_makes_it_once(desk: Desk, tmp_path: Path) -> None:
    ana, bob = UserFactory(), UserFactory()
    changes = {}
    for point in AMEND_POINTS:
        document = desk.approved(number=f"CRASH-{point}")
        assert desk.push(document).done == "confirmed"
        posting = desk.posting(document)
        changes[point] = Amendment.objects.create(
            organization=desk.organization, posting=posting, kind="void", state="approved",
            reason="Twice.", seen=posting.stands, proposed_by=ana, confirmed_by=bob,
        )  # fmt: skip
    there = environment(tmp_path)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.sync.amending", str(change.pk)],
            env=there | {"CRASH_AT": point},
            cwd=settings.BASE_DIR,
        )
        for point, change in changes.items()
    ]
    assert [worker.wait(timeout=90) for worker in workers] == [-signal.SIGKILL] * len(workers)
    sweep = [sys.executable, "-m", "tests.sync.amending", "--until-done"]
    sweep += [str(change.pk) for change in changes.values()]
    assert subprocess.run(sweep, env=there, cwd=settings.BASE_DIR, check=False).returncode == 0

    assert {bill["status"] for bill in desk.bills()} == {"void"}
    # Killed before the call it is sent later; killed after it, it is found done.
    assert desk.calls("POST /bills/{id}/status/void") == len(AMEND_POINTS)


def _start(
    documents: list[Document], there: dict[str, str], *options: str
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.sync.pushing", *(str(d.pk) for d in documents)]
    return subprocess.Popen([*command, *options], env=there, cwd=settings.BASE_DIR)
