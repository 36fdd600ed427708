"""A connection for breaker and budget: it fails fast and leaves trying again to its callers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

_SECONDS = 0.5


class Unreachable(Exception):
    """Redis did not answer, or said no."""


def connect(url: str) -> Redis:
    """A client for `Breaker` and `Budget`; connects when first used.

    The defaults of redis-py would hold one guarded call up for nine seconds when Redis is down.
    """
    return Redis.from_url(
        url,
        socket_timeout=_SECONDS,
        socket_connect_timeout=_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


class Script:
    """A Lua script: one atomic step, by the clock of Redis, which all workers share."""

    def __init__(self, redis: Redis, source: str) -> None:
        self._script = redis.register_script(source)

    def __call__(self, keys: Sequence[str], args: Sequence[str | int]) -> list[Any]:
        """Run it; `Unreachable` if that was not possible."""
        try:
            return cast("list[Any]", self._script(keys=list(keys), args=list(args)))
        except (RedisError, OSError) as exc:
            raise Unreachable from exc


def text(value: object) -> str:
    """A string from Redis, whichever way its connection decodes."""
    return value.decode() if isinstance(value, bytes) else str(value)
