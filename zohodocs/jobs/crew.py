"""Several postings at once in one worker: they mostly wait for Zoho, and threads wait cheaply.

RQ is told that a job is done when it is handed over. That is no promise about the document: its row
is the truth, and the sweep rings again for what a dying worker left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from django.db import close_old_connections, connections

from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
_HANDS_FOR_OTHERS = 2


class Crew:
    """So many hands; each has a database connection of its own."""

    def __init__(self, hands: int) -> None:
        self.hands = hands
        self.closing = threading.Event()
        self._free = threading.BoundedSemaphore(hands)
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"hand-{number}") for number in range(hands)
        ]
        for thread in self._threads:
            thread.start()

    def hand_over(self, work: Callable[[], None]) -> None:
        """Have somebody do it; waits while nobody has a free hand, so that queues stay queues."""
        self._free.acquire()
        self._work.put(work)

    def close(self) -> None:
        """Wait until all is done; whoever waits for room gives up."""
        self.closing.set()
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        try:
            while (work := self._work.get()) is not None:
                try:
                    self._do(work)
                finally:
                    self._free.release()
        finally:
            connections.close_all()

    @staticmethod
    def _do(work: Callable[[], None]) -> None:
        # A connection that cannot even be closed costs this work, not the hand.
        try:
            close_old_connections()
            try:
                work()
            finally:
                close_old_connections()
        except Exception:
            logger.exception("crew.work.failed")


_present: Crew | None = None
_copying = threading.Lock()


@contextmanager
def at_work(hands: int) -> Iterator[Crew | None]:
    """A crew for the jobs of this process while the block runs; none where one hand is enough."""
    global _present
    if hands < 2:
        yield None
        return
    _present = Crew(hands)
    try:
        yield _present
    finally:
        crew, _present = _present, None
        crew.close()


def do(work: Callable[[], None], *, beside_others: bool = True) -> None:
    """Do it, beside others where there is a crew; otherwise here and now."""
    if _present is not None and beside_others:
        _present.hand_over(work)
    else:
        work()


def copy(work: Callable[[], None]) -> None:
    """Have a copy made beside the postings; not at all while another one is under way here.

    So copying never has more than one hand; the sweep rings again for what was left.
    """

    def alone() -> None:
        if _copying.acquire(blocking=False):
            try:
                work()
            finally:
                _copying.release()

    do(alone)


def places_to_wait() -> int:
    """How many hands may wait for the next call of any organisation; the rest serve the others."""
    crew = _present
    return max(1, crew.hands - _HANDS_FOR_OTHERS) if crew is not None else 0


def closing() -> threading.Event | None:
    """Set as soon as the crew is to go home; None where there is none."""
    crew = _present
    return crew.closing if crew is not None else None


def go_home() -> None:
    """Let nobody wait any longer: this process was told to stop."""
    if _present is not None:
        _present.closing.set()
