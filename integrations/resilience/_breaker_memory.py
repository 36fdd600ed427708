"""Where a breaker remembers: in Redis, atomically, for all processes; else in this process."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import uuid4

from pybreaker import STATE_CLOSED, STATE_HALF_OPEN, STATE_OPEN
from redis import Redis

from ._redis import Script, Unreachable, text


class Verdict(StrEnum):
    """What a call says about the service."""

    SUCCESS = "success"  # it worked: earlier failures are forgotten
    ALIVE = "alive"  # it said no, which a dead service cannot: closes a probe, forgets nothing
    FAILURE = "failure"
    NONE = "none"  # the call never got there: the probe goes to another


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a call may go; `ticket` is handed back with its verdict."""

    admitted: bool
    state: str
    retry_after: float = 0.0
    ticket: str = ""


class Memory(Protocol):
    """What a breaker asks of its memory."""

    def admit(self) -> Admission:
        """Let a call through, or say how long not to try."""

    def report(self, ticket: str, verdict: Verdict) -> str:
        """Take note of a verdict; the state after it."""

    def force(self, state: str) -> None:
        """Set the state, as an operator may."""

    def look(self) -> tuple[str, int]:
        """State and failures in a row, without changing them."""


_ADMIT = """
local now = redis.call('TIME'); now = now[1] * 1000 + math.floor(now[2] / 1000)
local rest, probe_time, ticket = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local state = redis.call('HGET', KEYS[1], 'state') or 'closed'
if state == 'closed' then return {1, state, 0} end
local free_at
if state == 'open' then
  free_at = tonumber(redis.call('HGET', KEYS[1], 'opened_at') or 0) + rest
else
  free_at = tonumber(redis.call('HGET', KEYS[1], 'probe_until') or 0)
end
if now < free_at then return {0, state, free_at - now} end
redis.call('HSET', KEYS[1], 'state', 'half-open', 'probe', ticket, 'probe_until', now + probe_time)
return {1, 'half-open', 0}
"""

_REPORT = """
local now = redis.call('TIME'); now = now[1] * 1000 + math.floor(now[2] / 1000)
local ticket, verdict, fail_max = ARGV[1], ARGV[2], tonumber(ARGV[3])
local state = redis.call('HGET', KEYS[1], 'state') or 'closed'
if state == 'closed' then
  if verdict == 'success' then redis.call('HDEL', KEYS[1], 'failures') end
  if verdict == 'failure' and redis.call('HINCRBY', KEYS[1], 'failures', 1) >= fail_max then
    redis.call('HSET', KEYS[1], 'state', 'open', 'opened_at', now)
    return {'open'}
  end
  return {'closed'}
end
-- Late answers of calls from before say nothing new: only the probe decides.
if state ~= 'half-open' or redis.call('HGET', KEYS[1], 'probe') ~= ticket then return {state} end
if verdict == 'none' then
  redis.call('HSET', KEYS[1], 'probe_until', 0)
  return {state}
elseif verdict == 'failure' then
  redis.call('HSET', KEYS[1], 'state', 'open', 'opened_at', now)
  return {'open'}
end
redis.call('DEL', KEYS[1])
return {'closed'}
"""

_FORCE = """
local now = redis.call('TIME'); now = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('DEL', KEYS[1])
if ARGV[1] ~= 'closed' then
  redis.call('HSET', KEYS[1], 'state', ARGV[1], 'opened_at', now, 'probe_until', 0)
end
return {ARGV[1]}
"""

_LOOK = """
return {redis.call('HGET', KEYS[1], 'state') or 'closed',
        tonumber(redis.call('HGET', KEYS[1], 'failures') or 0)}
"""


class SharedMemory:
    """State in one Redis hash; every step is one script on the clock of Redis."""

    def __init__(
        self, redis: Redis, name: str, *, fail_max: int, rest_seconds: float, probe_seconds: float
    ) -> None:
        self._keys = [f"breaker:{{{name}}}"]
        self._fail_max = fail_max
        self._rest = max(1, round(rest_seconds * 1000))
        self._probe = max(1, round(probe_seconds * 1000))
        self._admit = Script(redis, _ADMIT)
        self._report = Script(redis, _REPORT)
        self._force = Script(redis, _FORCE)
        self._look = Script(redis, _LOOK)

    def admit(self) -> Admission:
        """As `Memory` says; `Unreachable` without Redis."""
        ticket = uuid4().hex
        admitted, state, wait = self._admit(self._keys, [self._rest, self._probe, ticket])
        return Admission(bool(admitted), text(state), int(wait) / 1000, ticket)

    def report(self, ticket: str, verdict: Verdict) -> str:
        """As `Memory` says; `Unreachable` without Redis."""
        return text(self._report(self._keys, [ticket, verdict.value, self._fail_max])[0])

    def force(self, state: str) -> None:
        """As `Memory` says; `Unreachable` without Redis."""
        self._force(self._keys, [state])

    def look(self) -> tuple[str, int]:
        """As `Memory` says; `Unreachable` without Redis."""
        state, failures = self._look(self._keys, [])
        return text(state), int(failures)


class LocalMemory:
    """The same for the threads of one process, by its own clock."""

    def __init__(
        self,
        *,
        fail_max: int,
        rest_seconds: float,
        probe_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fail_max = fail_max
        self._rest = rest_seconds
        self._probe_seconds = probe_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._state = STATE_CLOSED
        self._failures = 0
        self._free_at = 0.0

    def admit(self) -> Admission:
        """As `Memory` says."""
        with self._lock:
            if self._state == STATE_CLOSED:
                return Admission(True, self._state)
            wait = self._free_at - self._clock()
            if wait > 0:
                return Admission(False, self._state, wait)
            self._state = STATE_HALF_OPEN
            self._free_at = self._clock() + self._probe_seconds
            return Admission(True, self._state)

    def report(self, ticket: str, verdict: Verdict) -> str:
        """As `Memory` says; it knows no tickets, for it also hears of calls that Redis admitted."""
        with self._lock:
            if verdict is Verdict.SUCCESS or (
                verdict is Verdict.ALIVE and self._state != STATE_CLOSED
            ):
                self._state, self._failures = STATE_CLOSED, 0
            elif verdict is Verdict.NONE:
                if self._state == STATE_HALF_OPEN:
                    self._free_at = 0.0
            elif verdict is Verdict.FAILURE:
                self._failures += 1
                if self._state == STATE_HALF_OPEN or self._failures >= self._fail_max:
                    self._open()
            return self._state

    def force(self, state: str) -> None:
        """As `Memory` says."""
        with self._lock:
            self._state, self._failures, self._free_at = state, 0, 0.0
            if state == STATE_OPEN:
                self._open()

    def look(self) -> tuple[str, int]:
        """As `Memory` says."""
        with self._lock:
            return self._state, self._failures

    def _open(self) -> None:
        if self._state != STATE_OPEN:
            self._state = STATE_OPEN
            self._free_at = self._clock() + self._rest


class LayeredMemory:
    """Redis decides; while it is away this process decides by what it saw itself."""

    def __init__(self, shared: SharedMemory | None, local: LocalMemory) -> None:
        self._shared = shared
        self._local = local

    def admit(self) -> Admission:
        """As `Memory` says; never raises."""
        if self._shared is not None:
            with contextlib.suppress(Unreachable):
                return self._shared.admit()
        return self._local.admit()

    def report(self, ticket: str, verdict: Verdict) -> str:
        """As `Memory` says; the local layer hears all, so that it knows when it is needed."""
        state = self._local.report(ticket, verdict)
        if self._shared is not None:
            with contextlib.suppress(Unreachable):
                return self._shared.report(ticket, verdict)
        return state

    def force(self, state: str) -> None:
        """As `Memory` says; never raises."""
        self._local.force(state)
        if self._shared is not None:
            with contextlib.suppress(Unreachable):
                self._shared.force(state)

    def look(self) -> tuple[str, int]:
        """As `Memory` says; never raises."""
        if self._shared is not None:
            with contextlib.suppress(Unreachable):
                return self._shared.look()
        return self._local.look()
