"""Places where a test may kill the process, to prove that nothing is lost or doubled there."""

from __future__ import annotations

import os
import signal


def crash_here(name: str) -> None:
    """Nothing, unless the environment's CRASH_AT names this place: then the process is killed.

    SIGKILL, so that no handler, `finally` or transaction gets a last word.
    """
    if os.environ.get("CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
