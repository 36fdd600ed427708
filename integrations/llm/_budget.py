"""How often a model may be asked: the shared budget of all workers, or one process's own count."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from integrations.errors import OverBudget

DAY_SECONDS = 86_400.0


class CallBudget(Protocol):
    """What `resilience.Budget` (all workers, in Redis) and `DailyBudget` have in common."""

    def slot(self) -> AbstractContextManager[None]:
        """Hold room for one call, or raise OverBudget."""


class DailyBudget:
    """At most `per_day` calls of this process in any 24 hours; threads share it."""

    def __init__(self, *, per_day: int) -> None:
        self._per_day = per_day
        self._called: list[float] = []
        self._lock = threading.Lock()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold room for one call, or raise OverBudget."""
        now = time.monotonic()
        with self._lock:
            self._called = [at for at in self._called if at > now - DAY_SECONDS]
            if len(self._called) >= self._per_day:
                raise OverBudget(
                    "Today's questions to the language model are used up.",
                    scope="day",
                    retry_after=self._called[0] + DAY_SECONDS - now
                    if self._called
                    else DAY_SECONDS,
                )
            self._called.append(now)
        yield
