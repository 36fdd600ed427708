"""Calls a minute, calls a day, calls at once: what Zoho counts per organisation."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

from ._wire import Problem

_MINUTE = 60
_DAY = 86_400

MINUTE_WORDS = (
    "For security reasons your organization has been blocked as it have exceeded the maximum "
    "number of requests per minute that can originate from an organization."
)
CROWD_WORDS = (
    "You have reached the maximum number of in process requests allowed. "
    "Kindly try again after some time."
)
BLOCK_WORDS = (
    "For security reasons you have been blocked for some time as you have exceeded the maximum "
    "number of requests per minute."
)


def day_words(limit: int) -> str:
    """What Zoho says when the day's calls are used up."""
    return (
        f"The API call for this organization has exceeded the maximum call rate limit of {limit}."
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """What an organisation may do; a trip of the minute blocks it for `block_seconds`."""

    per_minute: int = 100
    per_day: int = 5000
    at_once: int = 10
    block_seconds: float = 60


class Limits:
    """Counts calls by organisation; times are divided by `time_scale`."""

    def __init__(self, rates: Rates, *, time_scale: float) -> None:
        self._rates = rates
        self._scale = time_scale
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Start counting anew."""
        with self._lock:
            self._log: dict[str, deque[float]] = defaultdict(deque)
            self._days: dict[str, tuple[int, int]] = {}
            self._flying: dict[str, int] = defaultdict(int)
            self._blocked_until: dict[str, float] = {}
            self.refused = 0
            self.most_in_a_minute = 0
            self.most_at_once = 0

    @contextlib.contextmanager
    def counted(self, organization_id: str) -> Iterator[None]:
        """Count one call while it runs, or refuse it."""
        with self._lock:
            try:
                self._count(organization_id, time.time())
            except Problem:
                self.refused += 1
                raise
            self._flying[organization_id] += 1
            self.most_at_once = max(self.most_at_once, self._flying[organization_id])
        try:
            yield
        finally:
            with self._lock:
                self._flying[organization_id] -= 1

    def _count(self, organization_id: str, now: float) -> None:
        left = self._blocked_until.get(organization_id, 0) - now
        if left > 0:
            raise Problem(429, 44, MINUTE_WORDS, {"Retry-After": str(max(1, round(left)))})
        if self._flying[organization_id] >= self._rates.at_once:
            raise Problem(429, 1070, CROWD_WORDS)
        day = int(now // (_DAY / self._scale))
        counted_day, calls = self._days.get(organization_id, (day, 0))
        calls = calls + 1 if counted_day == day else 1
        if calls > self._rates.per_day:
            raise Problem(429, 45, day_words(self._rates.per_day))
        log = self._log[organization_id]
        while log and log[0] <= now - _MINUTE / self._scale:
            log.popleft()
        if len(log) >= self._rates.per_minute:
            block = self._rates.block_seconds / self._scale
            self._blocked_until[organization_id] = now + block
            raise Problem(429, 44, MINUTE_WORDS, {"Retry-After": str(max(1, round(block)))})
        log.append(now)
        self._days[organization_id] = (day, calls)
        self.most_in_a_minute = max(self.most_in_a_minute, len(log))
