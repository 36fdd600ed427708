"""The worker's side of the child: start it, ask it under a deadline, end it, start the next."""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zohodocs
from zohodocs.domain.reading import Unreadable
from zohodocs.pipeline import leaving

from . import frames
from .refusals import refusal

# Our own start, whatever the file: on a machine with its hands full it may take a while.
START_SECONDS = 60.0
# Scaled deadlines end here: a good document must not fail because a test turns the clock.
LEAST_SECONDS = 1.0
# A fresh child now and then: slow leaks and fragments of native code end with the old one.
CALLS_OF_A_LIFE = 2000
RESIDENT_BYTES_OF_A_LIFE = 256 * 1024 * 1024
_MAX_ANSWER_BYTES = 256 * 1024 * 1024
_CHUNK = 1 << 20
_LOOK_UP_SECONDS = 0.5
_ROOT = Path(zohodocs.__file__).resolve().parents[1]

log = logging.getLogger(__name__)


class _Late(Exception):
    """The deadline passed."""


class _Ended(Exception):
    """The child is gone."""


@dataclass(slots=True)
class Counts:
    """What became of the children of this process."""

    started: int = 0
    crashed: int = 0
    timed_out: int = 0
    recycled: int = 0


@dataclass(frozen=True, slots=True)
class _Child:
    """A running child and our ends of its pipes."""

    process: subprocess.Popen[bytes]
    into: int
    out: int


class Sandbox:
    """One warm child, one call at a time; thread-safe, and a forked process gets its own.

    `time_scale` divides the deadlines, so that tests of slowness take seconds.
    """

    def __init__(
        self,
        *,
        time_scale: float = 1.0,
        command: tuple[str, ...] = (),
        resident_bytes: int = RESIDENT_BYTES_OF_A_LIFE,
    ) -> None:
        self.counts = Counts()
        self.network_cut = False
        self._time_scale = time_scale
        self._command = command or (sys.executable, "-s", "-m", "zohodocs.pipeline.reading.child")
        self._resident_bytes = resident_bytes
        self._lock = threading.Lock()
        self._running: _Child | None = None
        self._starter: ThreadPoolExecutor | None = None
        self._owner = os.getpid()
        self._calls = 0

    @property
    def pid(self) -> int | None:
        """The child of the moment."""
        return self._running.process.pid if self._running else None

    def ask(
        self, task: str, body: bytes, *, seconds: float, cores: int = 1, **arguments: Any
    ) -> tuple[dict[str, Any], bytes]:
        """The child's answer to one task, within `seconds` of this machine's time on `cores`.

        Raises Unreadable: what the child says, `took_too_long`, `too_large_unpacked` or
        `reader_crashed`. Raises CalledAway where this process must end before the answer comes.
        """
        header = {"task": task, "cpu_seconds": round(seconds * cores), **arguments}
        request = frames.pack(header, body)
        with self._lock:
            reply, content = self._answered(request, max(seconds / self._time_scale, LEAST_SECONDS))
        if "refused" in reply:
            raise Unreadable(reply["refused"], reply["message"])
        if reply.get("failed") == "MemoryError":
            raise refusal("too_large_unpacked")
        if "failed" in reply:
            log.warning("reader_failed", extra={"task": task, "error": reply["failed"]})
            raise refusal("reader_crashed")
        return reply["result"], content

    def close(self) -> None:
        """Ends the child; the next call starts another."""
        with self._lock:
            self._end()

    def _answered(self, request: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        for _ in range(2):
            child = self._child()
            try:
                reply, content = _exchange(child, request, time.monotonic() + seconds)
            except _Late:
                self._end()
                self.counts.timed_out += 1
                raise refusal("took_too_long") from None
            except _Ended:
                status = self._end()
                self.counts.crashed += 1
                if status == -signal.SIGXCPU:
                    raise refusal("took_too_long") from None
                if status != -signal.SIGKILL:
                    raise refusal("reader_crashed") from None
                # Somebody else ended it (the kernel, short of memory): not this file's doing, yet.
                continue
            except BaseException:
                # The caller was called away (its job's time is over, or its process stops): the
                # answer that still comes would be taken for that to the next question.
                self._end()
                raise
            self._calls += 1
            swollen = reply.get("resident_bytes", 0) > self._resident_bytes
            if self._calls >= CALLS_OF_A_LIFE or swollen:
                self._end()
                self.counts.recycled += 1
            return reply, content
        raise refusal("reader_crashed")

    def _child(self) -> _Child:
        if self._owner != os.getpid():
            # After a fork: the child belongs to the process that started it.
            self._running = self._starter = None
            self._owner = os.getpid()
        if self._running is not None and self._running.process.poll() is None:
            return self._running
        self._end()
        if self._starter is None:
            # The kernel ties the child's life to the thread that started it, so that one must stay.
            self._starter = ThreadPoolExecutor(1, thread_name_prefix="reading-child")
        self._running = self._starter.submit(self._start).result()
        self._calls = 0
        self.counts.started += 1
        return self._running

    def _start(self) -> _Child:
        its_input, into = os.pipe()
        out, its_output = os.pipe()
        process = subprocess.Popen(
            [*self._command, str(os.getpid())],
            stdin=its_input,
            stdout=its_output,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            # Nothing of ours: no keys, no database address.
            env={"LANG": "C.UTF-8", "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        os.close(its_input)
        os.close(its_output)
        os.set_blocking(into, False)
        child = _Child(process, into, out)
        try:
            hello, _ = _exchange(child, b"", time.monotonic() + START_SECONDS)
        except (_Late, _Ended) as error:
            _stop(child)
            raise RuntimeError(
                "The reading child does not start. Its own words: "
                "python -m zohodocs.pipeline.reading.child $$"
            ) from error
        if not hello["network_cut"] and self.counts.started == 0:
            log.warning(
                "The kernel does not let the reading child give up the network. Files are read "
                "under all other limits; run the worker where user namespaces are allowed."
            )
        self.network_cut = hello["network_cut"]
        return child

    def _end(self) -> int | None:
        child, self._running = self._running, None
        return _stop(child) if child else None


def _stop(child: _Child) -> int | None:
    """Ends the child and reaps it; its status if it had ended by itself."""
    os.close(child.into)
    os.close(child.out)
    try:
        # One that is about to end by itself has closed its pipes a moment before it can say how.
        return child.process.wait(timeout=0.2)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()
        return None


def _exchange(child: _Child, request: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
    """Sends the request, receives one frame; neither can hold the worker past `deadline`."""
    into, out = child.into, child.out
    ready = select.poll()
    ready.register(out, select.POLLIN)
    if request:
        ready.register(into, select.POLLOUT)
    rest, received = memoryview(request), bytearray()
    needed = frames.PREFIX_BYTES
    header_ends = 0
    while len(received) < needed or not header_ends:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _Late
        if request:
            leaving.look_at_the_clock()
        for channel, _ in ready.poll(min(left, _LOOK_UP_SECONDS) * 1000):
            if channel == into:
                try:
                    rest = rest[os.write(into, rest[:_CHUNK]) :]
                except BrokenPipeError:
                    raise _Ended from None
                if not rest:
                    ready.unregister(into)
            else:
                chunk = os.read(out, _CHUNK)
                if not chunk:
                    raise _Ended
                received += chunk
        if not header_ends and len(received) >= frames.PREFIX_BYTES:
            header, body = frames.lengths(bytes(received[: frames.PREFIX_BYTES]))
            header_ends = frames.PREFIX_BYTES + header
            needed = header_ends + body
            if needed > _MAX_ANSWER_BYTES:
                raise _Ended
    return json.loads(received[frames.PREFIX_BYTES : header_ends]), bytes(received[header_ends:])
