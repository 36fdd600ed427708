"""An index of somebody else's records, shared by all processes, kept in Redis.

It may be lost, late or wrong at any time, and says so where it can: whoever asks must be able to do
without. It is built whole beside the one that answers, so that no half of it is ever seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from redis import Redis

from . import _cache_scripts as scripts
from ._redis import Script, Unreachable, text

_FRESH_SECONDS = 600.0
_RENEW_SECONDS = 150.0
_LIFE_SECONDS = 3 * 86_400.0
_REBUILD_SECONDS = 86_400.0
# A build that dies is another's after this; each page renews it.
_LEASE_SECONDS = 120.0


class Outcome(StrEnum):
    """What a look came to; only the first two are answers."""

    HIT = "hit"
    MISS = "miss"
    STALE = "stale"
    MISSING = "missing"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its id, the keys it is found by, and what is worth knowing of it."""

    id: str
    keys: tuple[str, ...]
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """Bodies of the records that bear one of the keys. `ageing`: it is time to renew the index."""

    outcome: Outcome
    bodies: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    ageing: bool = True

    @property
    def sure(self) -> bool:
        """Whether this is an answer at all."""
        return self.outcome in (Outcome.HIT, Outcome.MISS)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the index stands; `moment` is now, to be handed back with what was read since."""

    exists: bool
    due: bool
    outlived: bool
    mark: str
    moment: int


class Index:
    """The records of one `owner`, who stands first in every key.

    `source` says where they are from: an index of another source is none. `fresh_seconds` is how
    long it answers after it was last seen to be true, `renew_seconds` when it wants to be renewed;
    after `rebuild_seconds` a renewal is not enough. Times are divided by `time_scale`.
    """

    def __init__(
        self,
        owner: str,
        name: str,
        *,
        redis: Redis,
        source: str,
        fresh_seconds: float = _FRESH_SECONDS,
        renew_seconds: float = _RENEW_SECONDS,
        rebuild_seconds: float = _REBUILD_SECONDS,
        time_scale: float = 1,
    ) -> None:
        if not owner:
            raise ValueError("An index without an owner would be everybody's.")
        self._keys = [f"{{{owner}}}:{name}"]
        self._source = source
        self._fresh = round(fresh_seconds * 1000 / time_scale)
        self._renew = round(renew_seconds * 1000 / time_scale)
        self._rebuild = round(rebuild_seconds * 1000 / time_scale)
        # Not scaled: a walk through a large organisation takes real minutes.
        self._life, self._lease_ms = round(_LIFE_SECONDS * 1000), round(_LEASE_SECONDS * 1000)
        self._find = Script(redis, scripts.FIND)
        self._standing = Script(redis, scripts.STANDING)
        self._add = Script(redis, scripts.ADD)
        self._complete = Script(redis, scripts.COMPLETE)
        self._put = Script(redis, scripts.PUT)
        self._lease = Script(redis, scripts.LEASE)
        self._release = Script(redis, scripts.RELEASE)
        self._forget = Script(redis, scripts.FORGET)

    # --- Asking -----------------------------------------------------------------------------------

    def find(self, keys: Iterable[str]) -> Found:
        """Every record that bears one of the keys; never raises."""
        try:
            state, age, *rows = self._find(self._keys, [self._source, *sorted(set(keys))])
        except Unreachable:
            return Found(Outcome.UNREACHABLE, ageing=False)
        if text(state) == "missing":
            return Found(Outcome.MISSING)
        # A clock that was set back makes the age negative, and the index doubtful.
        if not 0 <= int(age) <= self._fresh:
            return Found(Outcome.STALE)
        bodies = tuple(json.loads(text(row))["body"] for row in rows)
        outcome = Outcome.HIT if bodies else Outcome.MISS
        return Found(outcome, bodies, ageing=int(age) > self._renew)

    def standing(self) -> Standing | None:
        """What is to be done about it; None where Redis is away."""
        try:
            state, age, built, mark, now = self._standing(self._keys, [self._source])
        except Unreachable:
            return None
        exists = text(state) != "missing"
        return Standing(
            exists=exists,
            due=not exists or not 0 <= int(age) <= self._renew,
            outlived=not 0 <= int(built) <= self._rebuild,
            mark=text(mark),
            moment=int(now),
        )

    # --- Keeping ----------------------------------------------------------------------------------

    def lease(self) -> str | None:
        """The right to build or renew, for one at a time; None: another has it, or no Redis."""
        token = uuid4().hex
        return token if self._done(self._lease, [token, self._lease_ms]) else None

    def release(self, lease: str) -> None:
        """Give the right back, with whatever was built and not completed left to expire."""
        self._done(self._release, [lease])

    def add(self, lease: str, records: Sequence[Record]) -> bool:
        """Put records into the index that is being built; False: the right was lost."""
        return self._done(self._add, [lease, self._lease_ms, *_rows(records)])

    def complete(self, lease: str, *, mark: str, moment: int) -> bool:
        """From here on what was added answers, as true at `moment`; False: the right was lost."""
        return self._done(self._complete, [lease, self._source, mark, moment, self._life])

    def renew(self, records: Sequence[Record], *, mark: str, moment: int) -> bool:
        """Take in every change up to `moment`; False: there is nothing to renew."""
        return self._done(self._put, [self._source, mark, moment, self._life, *_rows(records)])

    def put(self, records: Sequence[Record]) -> bool:
        """Take in single records, as they became known; this makes nothing else any fresher."""
        return self._done(self._put, [self._source, "", "", self._life, *_rows(records)])

    def drop(self, record_id: str) -> bool:
        """Forget one record."""
        return self._done(self._put, [self._source, "", "", self._life, record_id, ""])

    def forget(self) -> None:
        """Forget all."""
        self._done(self._forget, [])

    def _done(self, script: Script, args: Sequence[str | int]) -> bool:
        try:
            return bool(int(script(self._keys, args)[0]))
        except Unreachable:
            return False


def _rows(records: Iterable[Record]) -> Iterable[str]:
    for record in records:
        yield record.id
        yield json.dumps({"keys": list(record.keys), "body": dict(record.body)})
