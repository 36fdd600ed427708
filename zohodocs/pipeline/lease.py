"""Keeping a document's lease while a long paper is read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection

from zohodocs.models import Document, State
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
# Two hundred scanned pages take minutes; what takes longer than this has lost its way.
RENEWALS = 30
_IDLE_SECONDS = 3600.0


@contextmanager
def kept(document: Document, *, token: int, lease: timedelta) -> Iterator[None]:
    """Renew the lease every third of its time while the block runs, at most `RENEWALS` times.

    A lease that somebody else took meanwhile is left alone; the late writer's token no longer fits.
    """
    held = _Held(document.pk, token, lease)
    _keeper.add(held)
    try:
        yield
    finally:
        _keeper.drop(held)


@dataclass(slots=True, eq=False)
class _Held:
    """A lease to be renewed at `due` on the clock that only goes forward."""

    document_id: int
    token: int
    lease: timedelta
    renewals: int = 0
    due: float = field(init=False)

    def __post_init__(self) -> None:
        self.wait()

    def wait(self) -> None:
        self.due = time.monotonic() + self.lease.total_seconds() / 3


class _Keeper:
    """One thread for all leases of a process: most papers are done long before it has to wake."""

    def __init__(self) -> None:
        self._leases: set[_Held] = set()
        self._news = threading.Condition()
        self._wakes_at = 0.0
        self._thread: threading.Thread | None = None

    def add(self, held: _Held) -> None:
        with self._news:
            self._leases.add(held)
            if self._thread is None or not self._thread.is_alive():
                self._wakes_at = held.due
                self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
                self._thread.start()
            elif held.due < self._wakes_at:
                self._news.notify()

    def drop(self, held: _Held) -> None:
        """From here on it is not renewed, and no renewal of it is under way."""
        with self._news:
            self._leases.discard(held)

    def _run(self) -> None:
        with self._news:
            while True:
                self._wakes_at = min(
                    (held.due for held in self._leases), default=time.monotonic() + _IDLE_SECONDS
                )
                self._news.wait(self._wakes_at - time.monotonic())
                for held in [each for each in self._leases if each.due <= time.monotonic()]:
                    if not _renewed(held):
                        self._leases.discard(held)


def _renewed(held: _Held) -> bool:
    """Whether it is to be renewed again."""
    held.renewals += 1
    held.wait()
    rows = Document.objects.filter(
        pk=held.document_id, state=State.PROCESSING, lease_token=held.token
    )
    try:
        renewed = rows.update(lease_until=datetime.now(UTC) + held.lease)
    except Exception:
        # Whatever it was: the other leases of this process are still to be renewed.
        logger.exception("document.lease.not_renewed", document_id=held.document_id)
        return False
    finally:
        connection.close()
    return bool(renewed) and held.renewals < RENEWALS


_keeper = _Keeper()
