"""kill -9 at every place where something was just committed or sent: one bill, one file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.posting.conftest import Desk
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
    environment = _environment(tmp_path)

    workers = [
        _start([document], environment | {"CRASH_AT": point})
        for point, document in documents.items()
    ]
    killed = [worker.wait(timeout=60) for worker in workers]
    assert killed == [-signal.SIGKILL] * len(CRASH_POINTS)
    sweep = _start(list(documents.values()), environment, "--until-done")
    assert sweep.wait(timeout=60) == 0

    bills = desk.bills()
    assert sorted(bill["bill_number"] for bill in bills) == sorted(
        f"CRASH-{point}" for point in CRASH_POINTS
    )
    assert [len(bill["files"]) for bill in bills] == [1] * len(CRASH_POINTS)


def _start(
    documents: list[Document], environment: dict[str, str], *options: str
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.sync.pushing", *(str(d.pk) for d in documents)]
    return subprocess.Popen([*command, *options], env=environment, cwd=settings.BASE_DIR)


def _environment(tmp_path: Path) -> dict[str, str]:
    """The settings of this process, for another one."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "zohodocs.settings",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": _database_url(tmp_path),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": "only-for-tests",
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }


def _database_url(tmp_path: Path) -> str:
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        # The tests' database lives in memory: the workers share a copy of it.
        path = tmp_path / "workers.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
        return f"sqlite:///{path}"
    host, port = facts["HOST"], facts["PORT"]
    user = f"{facts['USER']}:{facts['PASSWORD']}" if facts["PASSWORD"] else facts["USER"]
    if str(host).startswith("/"):
        return f"postgres://{user}@:{port}/{facts['NAME']}?host={host}"
    return f"postgres://{user}@{host}:{port}/{facts['NAME']}"
