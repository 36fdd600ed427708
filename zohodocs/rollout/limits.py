"""What a way that is only tried may take: so many seconds, so much memory; then it is over.

Knows no Django, so that its last resort can be tried in a process of its own.
"""

from __future__ import annotations

import faulthandler
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

SECONDS = 120.0
# However the clock is turned: a sound candidate must not fail because a test is in a hurry.
LEAST_SECONDS = 2.0
MEMORY_BYTES = 512 * 1024 * 1024
# What does not even hear the signal is ended with its process so much later.
GRACE_SECONDS = 10.0


class Ended(BaseException):
    """Ended from outside. No Exception, so that nothing under way takes it for its own failure."""


class OverTime(Ended):
    """It took too long."""


@contextmanager
def limited(
    *, seconds: float, memory_bytes: int = MEMORY_BYTES, grace: float = GRACE_SECONDS
) -> Iterator[None]:
    """Raise OverTime after so many seconds, and MemoryError beyond so much memory more than now.

    For the main thread. Native code that comes back to nobody ends with its process, `grace`
    seconds later. A timer that runs already goes on afterwards.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = _data_bytes() + memory_bytes
    for limit in (soft, hard):
        most = most if limit == resource.RLIM_INFINITY else min(most, limit)
    began = time.monotonic()
    before = signal.signal(signal.SIGALRM, _ring)
    left, _interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + grace, exit=True, file=2)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    finally:
        # First: a ring between here and the end would leave the rest undone.
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - began)))


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise OverTime


def _data_bytes() -> int:
    """What the kernel counts against the limit now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("The kernel does not say how much memory this process has.")
