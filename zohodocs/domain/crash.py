"""Places where a test may kill the process, to prove that nothing is lost or doubled there."""

from __future__ import annotations

import os
import signal
from types import TracebackType

VARIABLE = "CRASH_AT"


def crash_here(name: str) -> None:
    """Nothing, unless the environment's CRASH_AT names this place: then the process is killed.

    `CRASH_AT=push.after_file:3` lets it pass twice. SIGKILL, so that no handler, `finally` or
    transaction gets a last word.
    """
    asked = os.environ.get(VARIABLE)
    if asked is None:
        return
    place, _, turn = asked.partition(":")
    if place == name and _passed(name) >= int(turn or 1):
        _die()


class around:
    """Crash points on both sides of a commit or of a call that changes something outside.

    `around("push.file")` is `push.before_file` and, if the block ended well, `push.after_file`.
    Before `transaction.atomic()` in the same `with`, the second one lies after the commit.
    """

    __slots__ = ("_area", "_step")

    def __init__(self, name: str) -> None:
        self._area, _, self._step = name.partition(".")

    def __enter__(self) -> None:
        crash_here(f"{self._area}.before_{self._step}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            crash_here(f"{self._area}.after_{self._step}")


_times: dict[str, int] = {}


def _passed(name: str) -> int:
    """How often this process came by, this time included."""
    _times[name] = _times.get(name, 0) + 1
    return _times[name]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
