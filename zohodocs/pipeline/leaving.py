"""A worker that was told to stop: what it cannot finish in time, it gives back itself."""

from __future__ import annotations

import time

from zohodocs.rollout.limits import Ended

# Well before the supervisor loses patience (`operations/supervisor.py`), and far longer than a
# paper takes that is not scanned.
SECONDS = 20.0

_at: float | None = None


class CalledAway(Ended):
    """This process is about to end."""


def leave(*, within: float) -> None:
    """From so many seconds on, long work of this process ends at its next step."""
    global _at
    _at = time.monotonic() + within


def stay() -> None:
    """Take `leave` back."""
    global _at
    _at = None


def look_at_the_clock() -> None:
    """Raises CalledAway where it is time to go."""
    if _at is not None and time.monotonic() >= _at:
        raise CalledAway
