"""kill -9 at every place where something was just committed or sent: one bill, one file."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.posting.conftest import Desk
from tests.sync.processes import environment
from zohodocs.models import Document

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


def test_the_list_names_every_crash_point_of_the_way(request: pytest.FixtureRequest) -> None:
    posting = Path(settings.BASE_DIR) / "zohodocs" / "posting"
    text = "".join(path.read_text() for path in posting.glob("*.py"))
    named = {part.split('"')[0] for part in text.split('crash_here("')[1:]}
    # Only reached when an answer is lost; `test_faults` goes through it alive.
    assert named - {"push.after_unknown"} == set(CRASH_POINTS)


def test_a_worker_killed_anywhere_leaves_one_bill_with_one_file(desk: Desk, tmp_path: Path) -> None:
    documents = {point: desk.approved(number=f"CRASH-{point}") for point in CRASH_POINTS}
    there = environment(tmp_path)

    workers = [
        _start([document], there | {"CRASH_AT": point}) for point, document in documents.items()
    ]
    killed = [worker.wait(timeout=60) for worker in workers]
    assert killed == [-signal.SIGKILL] * len(CRASH_POINTS)
    sweep = _start(list(documents.values()), there, "--until-done")
    assert sweep.wait(timeout=60) == 0

    bills = desk.bills()
    assert sorted(bill["bill_number"] for bill in bills) == sorted(
        f"CRASH-{point}" for point in CRASH_POINTS
    )
    assert [len(bill["files"]) for bill in bills] == [1] * len(CRASH_POINTS)


def _start(
    documents: list[Document], there: dict[str, str], *options: str
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.sync.pushing", *(str(d.pk) for d in documents)]
    return subprocess.Popen([*command, *options], env=there, cwd=settings.BASE_DIR)
