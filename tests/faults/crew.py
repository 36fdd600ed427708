"""Four workers of the queue `sync` and two sweeps, as processes of their own, on this database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests import waiting
from zohodocs.models import Document

_MANAGE = str(Path(settings.BASE_DIR) / "manage.py")
WORKERS, SWEEPS = 4, 2


class Member:
    """One process; what it prints is kept."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            (sys.executable, _MANAGE, *command),
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def said(self) -> str:
        """All it printed so far."""
        return "".join(self._lines)

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None

    def send(self, number: int) -> None:
        """A signal."""
        os.kill(self.process.pid, number)

    def end(self) -> None:
        """Stop it, gently if it listens."""
        if self.lives:
            self.send(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait(timeout=20)
        self._listener.join(timeout=10)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self._lines.extend(lines)


class Crew:
    """Started once, and as long as the tests of a module run."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._members: list[Member] = []

    @property
    def home(self) -> Path:
        """The data directory of all of them."""
        return Path(self._environment["DATA_DIR"])

    def start(self) -> None:
        """Everybody."""
        for _ in range(WORKERS):
            self.hire()
        for _ in range(SWEEPS):
            self.sweep()

    def hire(self, **environment: str) -> Member:
        """One more worker."""
        return self._join(("rqworker", "sync", "--verbosity", "0"), environment)

    def sweep(self, *, loop: bool = True) -> Member:
        """One more sweep."""
        return self._join(("sweep", "--loop") if loop else ("sweep",), {})

    def run(self, *command: str, **environment: str) -> Member:
        """One command of ours, with the crew's settings."""
        return self._join(command, environment)

    def pause(self) -> None:
        """Stop everybody who works, as a pause of their machine would."""
        for member in self._members:
            if member.lives:
                member.send(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let them all go on."""
        for member in self._members:
            if member.lives:
                member.send(signal.SIGCONT)

    def _join(self, command: tuple[str, ...], environment: Mapping[str, str]) -> Member:
        member = Member(command, {**self._environment, **environment})
        self._members.append(member)
        return member

    def member(self, pid: int) -> Member:
        """The process with this id."""
        return next(each for each in self._members if each.process.pid == pid)

    @property
    def said(self) -> str:
        """All that anybody printed."""
        return "".join(member.said for member in self._members)

    def end(self) -> None:
        """Send everybody home."""
        for member in self._members:
            member.end()


def until(asked: Callable[[], object], *, what: str, seconds: float = 120) -> None:
    """Return when the answer is true; the test fails where it does not come in time."""
    states = Document.objects.values_list("state", "posting__state")
    waiting.until(asked, what=what, seconds=seconds, state=lambda: list(states.all()))


def needs_postgresql() -> None:
    """The tests' SQLite lives in the memory of one process; others cannot work on it."""
    if connection.vendor != "postgresql":
        pytest.skip("several processes need PostgreSQL")
