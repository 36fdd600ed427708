"""Who on this machine may keep an engine in memory: a few at a time, and everybody in turn.

An engine takes hundreds of megabytes and all cores, so workers take turns by locks on files,
which the kernel releases when a worker dies.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_AGAIN_SECONDS = 0.05


class Turns:
    """The places of one machine, as files in `directory`."""

    def __init__(self, directory: Path, *, places: int) -> None:
        self._directory = directory
        self._places = places
        self._held: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this process has a place."""
        return self._held is not None

    def take(self, *, seconds: float) -> bool:
        """Waits for a place, at most so long; whether there is one now."""
        if self.is_held:
            return True
        self._directory.mkdir(parents=True, exist_ok=True)
        if self._taken():
            return True
        until = time.monotonic() + seconds
        with self._waiting():
            while time.monotonic() < until:
                time.sleep(_LOOK_AGAIN_SECONDS)  # the lock of another process wakes nobody
                if self._taken():
                    return True
        return False

    def give(self) -> None:
        """Gives the place back."""
        held, self._held = self._held, None
        if held is not None:
            os.close(held)

    def is_wanted(self) -> bool:
        """Whether another process waits for a place."""
        file = self._open("waiting")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def _taken(self) -> bool:
        for place in range(self._places):
            file = self._open(f"place-{place}")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            self._held = file
            return True
        return False

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        file = self._open("waiting")
        try:
            # Shared by all who wait; one who only looks holds it for a moment.
            fcntl.flock(file, fcntl.LOCK_SH)
            yield
        finally:
            os.close(file)

    def _open(self, name: str) -> int:
        path = self._directory / f"{name}.lock"
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
