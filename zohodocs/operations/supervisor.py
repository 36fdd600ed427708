"""Keeps a plan of processes running in one terminal: starts in order, restarts, stops all.

What dies is started again, after a pause that doubles while it keeps dying. SIGTERM or Ctrl-C asks
every process to finish, kills what does not within its grace, and leaves no orphans; should the
supervisor itself be killed, the kernel tells the children to end.
"""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FrameType

from zohodocs.operations.process import Process, Service

# What a process has to end in; units and containers wait a little longer (docs/operators.md).
GRACE_SECONDS = 30.0
_TICK_SECONDS = 0.1
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# A service that lived this long has recovered: its next death starts with a short pause again.
_STEADY_SECONDS = 30.0


@dataclass
class _Slot:
    """A service's line in the plan, whichever process holds it now."""

    service: Service
    process: Process | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = _FIRST_PAUSE
    ready: bool = False
    killed: bool = False
    unfinished_line: bytes = b""


class Supervisor:
    """Runs the services of a plan until told to stop."""

    def __init__(
        self,
        services: Iterable[Service],
        *,
        grace_seconds: float = GRACE_SECONDS,
        on_ready: Callable[[], None] = lambda: None,
        write_output: Callable[[str], object] | None = None,
    ) -> None:
        """`write_output` takes what the processes write, if not to the terminal."""
        self._slots = [_Slot(service) for service in services]
        self._grace = grace_seconds
        self._on_ready = on_ready
        self._write_output: Callable[[str], object] = write_output or _write_line
        self._width = max(len(slot.service.name) for slot in self._slots)
        self._selector = selectors.DefaultSelector()
        self._stops_asked = 0
        self._failed = False

    def run(self) -> int:
        """Keep the plan running; 0 after a stop that was asked for, 1 if a step of it failed."""
        before = {
            number: signal.signal(number, self._stop_asked)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        announced = False
        try:
            while not self._stops_asked and not self._failed:
                self._advance()
                if not announced and all(slot.ready for slot in self._slots):
                    announced = True
                    self._on_ready()
                self._pass_on_output()
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        return 1 if self._failed else 0

    def _stop_asked(self, number: int, frame: FrameType | None) -> None:
        self._stops_asked += 1

    # --- Running ---------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Look after what has died, start what is due; who is not ready keeps the next waiting."""
        for slot in self._slots:
            if slot.process and (status := slot.process.ended()) is not None:
                self._bury(slot, slot.process)
                self._judge(slot, status)
            once_done = slot.service.once and slot.ready
            if not slot.process and not once_done and not self._failed:
                self._start_when_due(slot)
            if not slot.ready and slot.process and not slot.service.once:
                slot.ready = slot.service.ready()
            if not slot.ready:
                return

    def _start_when_due(self, slot: _Slot) -> None:
        now = time.monotonic()
        if now >= slot.start_at:
            slot.process = Process(slot.service)
            slot.started_at = now
            self._selector.register(slot.process.output, selectors.EVENT_READ, slot)

    def _judge(self, slot: _Slot, status: int) -> None:
        """What a death means: a step is done or has failed, a service comes back."""
        if slot.service.once:
            slot.ready = status == 0
            self._failed = status != 0
            if self._failed:
                self._say_for(slot, f"{_manner(status)}: stopping.")
            return
        if time.monotonic() - slot.started_at >= _STEADY_SECONDS:
            slot.pause = _FIRST_PAUSE
        self._say_for(slot, f"{_manner(status)}: starting it again in {slot.pause:g} s.")
        slot.start_at = time.monotonic() + slot.pause
        slot.pause = min(slot.pause * 2, _LONGEST_PAUSE)

    def _bury(self, slot: _Slot, process: Process) -> None:
        self._read(slot, process)
        if slot.unfinished_line:
            self._write_for(slot, slot.unfinished_line)
            slot.unfinished_line = b""
        self._stop_listening(process)
        os.close(process.output)
        slot.process = None
        slot.service.buried()

    # --- Stopping --------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        """Ask in two rounds, for the last ones serve the others until they end; then insist."""
        asked = self._stops_asked
        if asked:
            _write_line("Stopping; once more kills what still works.")
        for last in (False, True):
            group = [slot for slot in self._slots if slot.service.last is last]
            for slot in group:
                if slot.process:
                    # Only the leader: it knows how its own children end in order.
                    slot.process.signal(signal.SIGTERM, group=False)
            deadline = time.monotonic() + self._grace
            while any(slot.process for slot in group):
                self._pass_on_output()
                insist = self._stops_asked > asked or time.monotonic() > deadline
                for slot in group:
                    if slot.process:
                        self._end(slot, slot.process, insist=insist)
        self._selector.close()

    def _end(self, slot: _Slot, process: Process, *, insist: bool) -> None:
        if process.ended() is not None:
            self._bury(slot, process)
        elif insist and not slot.killed:
            slot.killed = True
            self._say_for(slot, "did not end in time: killed.")
            process.signal(signal.SIGKILL)

    # --- Output ----------------------------------------------------------------------------------

    def _pass_on_output(self) -> None:
        """Print what the processes have written; waits a moment while they are silent."""
        if not self._selector.get_map():
            time.sleep(_TICK_SECONDS)  # nobody is there to be heard; the next tick starts them
            return
        for key, _ in self._selector.select(_TICK_SECONDS):
            slot: _Slot = key.data
            if slot.process:
                self._read(slot, slot.process)

    def _read(self, slot: _Slot, process: Process) -> None:
        while True:
            try:
                chunk = os.read(process.output, 65_536)
            except BlockingIOError:
                return
            if not chunk:
                self._stop_listening(process)
                return
            *lines, slot.unfinished_line = (slot.unfinished_line + chunk).split(b"\n")
            for line in lines:
                self._write_for(slot, line)

    def _stop_listening(self, process: Process) -> None:
        if process.output in self._selector.get_map():
            self._selector.unregister(process.output)

    def _write_for(self, slot: _Slot, line: bytes) -> None:
        self._write_output(self._headed(slot, line.decode(errors="replace")))

    def _say_for(self, slot: _Slot, text: str) -> None:
        _write_line(self._headed(slot, text))

    def _headed(self, slot: _Slot, text: str) -> str:
        return f"{slot.service.name:<{self._width}} | {text}"


def _manner(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"ended with {status}"


def _write_line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
