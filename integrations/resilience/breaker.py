"""A circuit breaker that many processes share.

It is a `pybreaker.CircuitBreaker` to whoever reads its state or listens to it; the deciding is
ours, because pybreaker holds a lock during the call, lets every process send its own probe, takes
a business error for a success and stands or falls with Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from pybreaker import CircuitBreaker, CircuitBreakerListener, CircuitBreakerStorage
from redis import Redis

from integrations.errors import (
    Ambiguous,
    CircuitOpen,
    IntegrationError,
    NotSent,
    OutOfTime,
    OverBudget,
    TokenError,
    Unavailable,
)

from ._breaker_memory import LayeredMemory, LocalMemory, Memory, SharedMemory, Verdict

T = TypeVar("T")


class Breaker(CircuitBreaker):
    """Opens after `fail_max` failures in a row, rests, then lets one probe through at a time.

    `name` is the namespace in Redis; without Redis the threads of this process share it. Times are
    divided by `time_scale`. `close()` is an operator's reset.
    """

    def __init__(
        self,
        name: str,
        *,
        redis: Redis | None,
        fail_max: int = 5,
        rest_seconds: float = 60,
        probe_seconds: float = 30,
        time_scale: float = 1,
        listeners: Iterable[CircuitBreakerListener] = (),
    ) -> None:
        rest, probe = rest_seconds / time_scale, probe_seconds / time_scale
        shared = redis and SharedMemory(
            redis, name, fail_max=fail_max, rest_seconds=rest, probe_seconds=probe
        )
        local = LocalMemory(fail_max=fail_max, rest_seconds=rest, probe_seconds=probe)
        self._memory: Memory = LayeredMemory(shared or None, local)
        super().__init__(
            fail_max=fail_max,
            reset_timeout=rest,
            listeners=list(listeners),
            state_storage=_Storage(name, self._memory),
            name=name,
        )

    def call(self, func: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Call `func`, or raise `CircuitOpen` without calling. No lock is held meanwhile."""
        admission = self._memory.admit()
        self._notice(admission.state)
        if not admission.admitted:
            raise CircuitOpen(
                "The service failed several times; we give it a rest.",
                retry_after=admission.retry_after,
            )
        for listener in self._heard_by():
            listener.before_call(self, func, *args, **kwargs)
        try:
            result = func(*args, **kwargs)
        except BaseException as exc:
            verdict = judge(exc)
            self._notice(self._memory.report(admission.ticket, verdict))
            if verdict is Verdict.FAILURE:
                for listener in self._heard_by():
                    listener.failure(self, exc)
            raise
        self._notice(self._memory.report(admission.ticket, Verdict.SUCCESS))
        for listener in self._heard_by():
            listener.success(self)
        return result

    def _heard_by(self) -> tuple[CircuitBreakerListener, ...]:
        listeners: tuple[CircuitBreakerListener, ...] = self.listeners
        return listeners

    def _notice(self, state: str) -> None:
        """Tell the listeners once if the state, perhaps through another process, is a new one."""
        with self._lock:
            if state != self._state.name:
                self._state = self._create_new_state(state, prev_state=self._state, notify=True)


class _Storage(CircuitBreakerStorage):
    """pybreaker's view of the memory. Its counters are kept by the memory alone."""

    def __init__(self, name: str, memory: Memory) -> None:
        super().__init__(name)
        self._memory = memory

    @property
    def state(self) -> str:
        return self._memory.look()[0]

    @state.setter
    def state(self, state: str) -> None:
        self._memory.force(state)

    @property
    def counter(self) -> int:
        return self._memory.look()[1]

    @property
    def success_counter(self) -> int:
        return 0

    @property
    def opened_at(self) -> datetime | None:
        return None

    @opened_at.setter
    def opened_at(self, datetime: datetime) -> None:
        """The memory takes the moment from its own clock."""


def judge(exc: BaseException) -> Verdict:
    """What an error says about the service; a refusal, even "too many", is a sign of life."""
    match exc:
        case OverBudget() | CircuitOpen() | OutOfTime() | TokenError():
            return Verdict.NONE
        case Ambiguous() | Unavailable():
            return Verdict.FAILURE
        case NotSent():
            return Verdict.FAILURE if exc.retryable else Verdict.NONE
        case IntegrationError():
            return Verdict.ALIVE
        case _:
            return Verdict.NONE
