"""One budget of calls per organisation, shared by all workers, kept in Redis.

A log of calls, not a counter: never more than the limit in any trailing minute, whichever window
the service uses. Without Redis nobody knows what the others sent, so nothing is sent.
"""

from __future__ import annotations

import contextlib
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from redis import Redis

from integrations.errors import OverBudget, Scope

from . import _budget_scripts as scripts
from ._redis import Script, Unreachable, text

_WINDOW_SECONDS = 60.0
_DAY_SECONDS = 86_400.0
_BLOCK_SECONDS = 3600.0
_FIRST_PAUSE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 300.0
_STRIKE_MEMORY_SECONDS = 3600.0
_CROWDED_SECONDS = 60.0
_UNREACHABLE_SECONDS = 5.0
_PERSON_SECONDS = 300.0
_DAILY_RESERVE_PERCENT = 5

_WORDS = {
    "minute": "This minute's calls to Zoho are used up.",
    "concurrency": "Enough calls to Zoho are under way.",
    "day": "Today's calls to Zoho are used up.",
    "block": "Zoho asked us to wait.",
    "unreachable": "The shared call budget cannot be read, so nothing is sent.",
}


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """What may still be sent, and for how long nothing may."""

    minute: int
    day: int
    in_flight: int
    paused_seconds: float


class Budget:
    """The calls of one organisation.

    `person_reserve` calls a minute, one in flight and five percent of the day are kept for slots
    taken `for_person`; of the minute only `idle_reserve` (None: all of it) while no person has
    called for five minutes. A slot is waited for up to `patience_seconds`. An empty log (first
    start, or Redis lost it) allows `cold_start_share` of the limit for the first minute. Every time
    is divided by `time_scale`, except what Zoho itself asks for in Retry-After.
    """

    def __init__(
        self,
        organization_id: str,
        *,
        redis: Redis,
        per_minute: int = 90,
        in_flight: int = 8,
        per_day: int = 5000,
        time_zone: str = "UTC",
        person_reserve: int = 10,
        idle_reserve: int | None = None,
        lease_seconds: float = 60,
        cold_start_share: float = 0.5,
        patience_seconds: float = 2,
        time_scale: float = 1,
    ) -> None:
        key = f"budget:{{{organization_id}}}"
        self._keys = [f"{key}:log", f"{key}:flight", f"{key}:facts"]
        self._per_minute = per_minute
        self._in_flight = in_flight
        self._per_day = per_day
        self._zone = ZoneInfo(time_zone)
        self._reserve = person_reserve
        self._idle_reserve = person_reserve if idle_reserve is None else idle_reserve
        self._cold_percent = round(cold_start_share * 100)
        self._scale = time_scale
        self._patience = patience_seconds / time_scale
        # Not scaled: the lease must outlive the longest call, which takes real seconds.
        self._lease = math.ceil(lease_seconds * 1000)
        self._acquire = Script(redis, scripts.ACQUIRE)
        self._release = Script(redis, scripts.RELEASE)
        self._pause = Script(redis, scripts.PAUSE)
        self._strike = Script(redis, scripts.STRIKE)
        self._park = Script(redis, scripts.PARK)
        self._crowded = Script(redis, scripts.CROWDED)
        self._left = Script(redis, scripts.LEFT)

    @contextlib.contextmanager
    def slot(self, *, for_person: bool = False) -> Iterator[None]:
        """Hold room for one call; `OverBudget` says why there is none and when there may be."""
        call = uuid4().hex
        patience_ends = time.monotonic() + self._patience
        while (refusal := self._try(call, for_person=for_person)) is not None:
            wait = refusal.retry_after or 0
            if refusal.scope == "unreachable" or time.monotonic() + wait > patience_ends:
                raise refusal
            time.sleep(wait)  # as long as the shared budget says; Redis wakes nobody
        try:
            yield
        finally:
            # Without Redis the lease ends by itself.
            with contextlib.suppress(Unreachable):
                self._release(self._keys, [call])

    def room_in(self, *, for_person: bool = False) -> float:
        """Seconds until a slot may be free, 0 = now; nothing is taken."""
        refusal = self._try("", for_person=for_person)
        return 0.0 if refusal is None else refusal.retry_after or 0.0

    def throttled(self, *, scope: Scope, retry_after: float | None) -> None:
        """Zoho said "too many": stop everybody for as long as that kind needs."""
        with contextlib.suppress(Unreachable):
            match scope:
                case "concurrency":
                    jitter = random.uniform(1, 5)  # noqa: S311 - spreads workers, guards nothing
                    pause = self._scaled(jitter) if retry_after is None else _ms(retry_after)
                    crowded = self._scaled(_CROWDED_SECONDS)
                    self._crowded(self._keys, [self._in_flight, pause, crowded])
                case _ if retry_after is not None:
                    self._pause(self._keys, [_ms(retry_after)])
                case "day":
                    self._park(self._keys, [self._scaled(_DAY_SECONDS), self._offset()])
                case "block":
                    self._pause(self._keys, [self._scaled(_BLOCK_SECONDS)])
                case "minute":
                    times = (_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _STRIKE_MEMORY_SECONDS)
                    self._strike(self._keys, [self._scaled(seconds) for seconds in times])

    def pause(self, seconds: float) -> None:
        """Let nobody call for so long (real seconds); a longer pause stays."""
        with contextlib.suppress(Unreachable):
            self._pause(self._keys, [_ms(seconds)])

    def left(self) -> BudgetLeft:
        """What is left, the reserves included; nothing if Redis is away."""
        try:
            minute, day, flight, paused = self._left(
                self._keys,
                [
                    self._per_minute,
                    self._scaled(_WINDOW_SECONDS),
                    self._in_flight,
                    self._per_day,
                    self._scaled(_DAY_SECONDS),
                    self._offset(),
                ],
            )
        except Unreachable:
            return BudgetLeft(minute=0, day=0, in_flight=0, paused_seconds=0.0)
        return BudgetLeft(int(minute), int(day), int(flight), int(paused) / 1000)

    def _try(self, call: str, *, for_person: bool) -> OverBudget | None:
        reserve = 0 if for_person else self._reserve
        daily_reserve = 0 if for_person else self._per_day * _DAILY_RESERVE_PERCENT // 100
        try:
            got, reason, wait = self._acquire(
                self._keys,
                [
                    self._per_minute,
                    self._scaled(_WINDOW_SECONDS),
                    self._in_flight,
                    self._lease,
                    self._per_day,
                    self._scaled(_DAY_SECONDS),
                    self._offset(),
                    reserve,
                    0 if for_person else 1,
                    daily_reserve,
                    self._cold_percent,
                    call,
                    int(for_person),
                    self._idle_reserve,
                    self._scaled(_PERSON_SECONDS),
                ],
            )
        except Unreachable:
            after = _UNREACHABLE_SECONDS / self._scale
            return OverBudget(_WORDS["unreachable"], scope="unreachable", retry_after=after)
        if int(got):
            return None
        scope = "block" if text(reason) == "paused" else text(reason)
        return OverBudget(_WORDS[scope], scope=scope, retry_after=int(wait) / 1000)

    def _scaled(self, seconds: float) -> int:
        return max(1, round(seconds * 1000 / self._scale))

    def _offset(self) -> int:
        offset = datetime.now(UTC).astimezone(self._zone).utcoffset() or timedelta()
        return round(offset.total_seconds() * 1000 / self._scale)


def _ms(seconds: float) -> int:
    return max(1, math.ceil(seconds * 1000))
