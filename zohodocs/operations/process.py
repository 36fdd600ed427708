"""One child process of the supervisor: started in a group of its own, never outliving us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For a child to call on itself: the kernel sends it this signal when we are gone."""
    parent = os.getpid()

    def ask_the_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)
        # The parent may have died before the line above could notice.
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def _before(service: Service) -> Callable[[], None]:
    ask_the_kernel = end_with_parent(signal.SIGTERM)

    def prepare() -> None:
        ask_the_kernel()
        os.nice(service.nice)

    return prepare


@dataclass(frozen=True, slots=True)
class Service:
    """A process that must be there. `once` = it does one thing, then the next may start."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    once: bool = False
    # Those after it in the plan wait until this says yes.
    ready: Callable[[], bool] = lambda: True
    # What to tidy up after a death, before the next start.
    buried: Callable[[], None] = lambda: None
    # So much it yields to others who want the processor (0 to 19).
    nice: int = 0
    # Stopped only when all the others have ended, because they need it until then.
    last: bool = False


class Process:
    """A running service."""

    def __init__(self, service: Service) -> None:
        self.output, write_end = os.pipe()
        os.set_blocking(self.output, False)
        try:
            # preexec_fn is safe here: the supervisor has one thread.
            self._popen = subprocess.Popen(
                service.command,
                env={**os.environ, **service.environment},
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal then reaches the supervisor alone, which stops all in order.
                start_new_session=True,
                preexec_fn=_before(service),
            )
        finally:
            os.close(write_end)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def ended(self) -> int | None:
        """The exit status, once it has ended and nothing it started is left."""
        status = self._popen.poll()
        if status is not None:
            self.signal(signal.SIGKILL)
        return status

    def signal(self, number: signal.Signals, *, group: bool = True) -> None:
        """Send a signal to the process, by default with everything it started."""
        try:
            (os.killpg if group else os.kill)(self.pid, number)
        except ProcessLookupError:
            return
