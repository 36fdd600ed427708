"""Processes of the service for the length of a benchmark, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from zohodocs.jobs import doorbell
from zohodocs.models import Document, State

_MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
_PATIENCE_SECONDS = 900.0
_POLL_SECONDS = 0.05
UNDECIDED = (State.RECEIVED, State.PROCESSING)


@contextmanager
def running(
    *commands: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """These commands of `manage.py`, each in a process, ended with the block."""
    processes = [
        subprocess.Popen(
            [sys.executable, str(_MANAGE), *command],
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        yield
        if any(process.poll() is not None for process in processes):
            raise AssertionError("A process of the benchmark ended too early.")
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def worker(queue: str) -> tuple[str, ...]:
    """The command of a worker."""
    return ("rqworker", queue, "--verbosity", "0")


def done(documents: Sequence[Document], states: Collection[str]) -> int:
    """How many of the documents are in one of the states."""
    keys = [document.pk for document in documents]
    return sum(
        Document.objects.filter(pk__in=keys[start : start + 500], state__in=states).count()
        for start in range(0, len(keys), 500)
    )


def seconds_for(documents: Sequence[Document], *, leaving: Collection[State]) -> float:
    """Ring for all of them; seconds until none is in these states any more."""
    started = time.perf_counter()
    for document in documents:
        if not doorbell.ring(document):
            raise AssertionError("Nobody hears the benchmark's bells.")
    until(lambda: not done(documents, leaving))
    return time.perf_counter() - started


def until(condition: Callable[[], bool]) -> None:
    """Wait for it; TimeoutError when it does not come."""
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > ends_at:
            raise TimeoutError("The benchmark's documents were not finished in time.")
        time.sleep(_POLL_SECONDS)  # workers tell their progress in the rows alone
