"""The worker's side of recognition: pixels to the warm child, words back."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from zohodocs.domain.reading import Unreadable
from zohodocs.pipeline.reading.sandbox import Sandbox

from . import engines
from .turns import Turns

# Ten times what a page takes: a machine may be busy.
PAGE_SECONDS = 60.0
# How long a page may wait for its turn before a person is asked instead.
WAIT_SECONDS = 120.0
# Loading takes half a second, so a place is kept a few when others wait for it …
TURN_SECONDS = 5.0
# … and given up when nobody sends a picture: a worker without a scan in hand is small.
IDLE_SECONDS = 120.0
RESIDENT_BYTES_OF_A_LIFE = 1536 * 1024 * 1024
# Two engines side by side pay from so many cores on.
_CORES_FOR_TWO = 8
COMMAND = (sys.executable, "-s", "-m", "zohodocs.pipeline.reading.ocr.child")

log = logging.getLogger(__name__)


class Recogniser:
    """Recognition for one worker: its child starts at the first picture and ends when idle."""

    def __init__(
        self,
        directory: Path,
        *,
        engine: str = engines.SMALL,
        time_scale: float = 1.0,
        idle_seconds: float = IDLE_SECONDS,
        turn_seconds: float = TURN_SECONDS,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self.engine = engine
        self._sandbox = Sandbox(
            time_scale=time_scale, command=command, resident_bytes=RESIDENT_BYTES_OF_A_LIFE
        )
        self._turns = Turns(directory, places=places())
        self._wait_seconds = WAIT_SECONDS / time_scale
        self._idle_seconds = idle_seconds
        self._turn_seconds = turn_seconds
        self._lock = threading.Lock()
        self._since = self._idle_from = 0.0
        self._idle: threading.Timer | None = None

    @property
    def pid(self) -> int | None:
        """The child of the moment."""
        return self._sandbox.pid

    def recognise(self, pixels: bytes, *, width: int, height: int) -> dict[str, Any] | None:
        """What the child's reader says of a picture (`Read.to_json`).

        None where recognition failed or no turn came: then a person has to look.
        """
        with self._lock:
            self._stop_idling()
            try:
                return self._recognised(pixels, width, height)
            except (Unreadable, RuntimeError) as error:
                # The page can still be typed by a person, so no failure here refuses the file.
                code = error.code if isinstance(error, Unreadable) else "no_child"
                log.warning("recognition_failed", extra={"code": code})
                self._end()
                return None
            finally:
                self._after_work()

    def close(self) -> None:
        """Ends the child and gives the place back; the next picture starts another."""
        with self._lock:
            self._stop_idling()
            self._end()

    def _recognised(self, pixels: bytes, width: int, height: int) -> dict[str, Any] | None:
        if not self._turns.is_held:
            if not self._turns.take(seconds=self._wait_seconds):
                log.warning("recognition_busy")
                return None
            self._since = time.monotonic()
        answer, _ = self._sandbox.ask(
            "recognise",
            pixels,
            seconds=PAGE_SECONDS,
            cores=engines.threads(),
            width=width,
            height=height,
            engine=self.engine,
        )
        return answer

    def _after_work(self) -> None:
        if not self._turns.is_held:
            return
        if time.monotonic() - self._since >= self._turn_seconds and self._turns.is_wanted():
            self._end()
            return
        self._idle_from = time.monotonic()
        # Somebody may begin to wait while nothing comes in here, so look once a turn.
        self._idle_later()

    def _idle_later(self) -> None:
        self._idle = threading.Timer(min(self._turn_seconds, self._idle_seconds), self._look)
        self._idle.daemon = True
        self._idle.start()

    def _look(self) -> None:
        with self._lock:
            if self._idle is not threading.current_thread():
                return  # A picture came in meanwhile.
            idle = time.monotonic() - self._idle_from
            if idle >= self._idle_seconds or self._turns.is_wanted():
                self._end()
            else:
                self._idle_later()

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _end(self) -> None:
        self._sandbox.close()
        self._turns.give()


def places() -> int:
    """How many engines this machine bears at a time."""
    return 2 if (os.cpu_count() or 1) >= _CORES_FOR_TWO else 1
