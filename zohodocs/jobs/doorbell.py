"""Ringing for a worker.

The row is the truth: a bell that nobody hears is rung again by the sweep.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache

import django_rq
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError
from rq.queue import Queue
from rq.worker import Worker as RqWorker

from zohodocs.domain.crash import around
from zohodocs.domain.states import DocumentState, next_job
from zohodocs.models import Document
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

logger = get_logger(__name__)
_QUIET_SECONDS = 20
# By then a worker took the bell down, or died with it in its hands.
_HANGS_SECONDS = 600

PROCESS = "zohodocs.jobs.pipeline.process"
POST = "zohodocs.jobs.sync.post"
LEARN = "zohodocs.jobs.learning.learn"
SHADOW = "zohodocs.jobs.shadow.shadow"
REFRESH = "zohodocs.jobs.sync.refresh_reference"
COPY = "zohodocs.jobs.sync.copy_history"
CONTACTS = "zohodocs.jobs.sync.keep_contacts"
AMEND = "zohodocs.jobs.books.amend"
FIND_DRIFT = "zohodocs.jobs.books.find_drift"
# Of these, one bell for the same thing is enough.
_ONCE = frozenset({REFRESH, COPY, AMEND, FIND_DRIFT})

# After a bell that was waited for in vain: two hundred files must not wait two hundred times.
_REST_SECONDS = 10.0
_rests_until = 0.0


def _queue(name: str) -> Queue:
    queue: Queue = django_rq.get_queue(name, connection=_redis(name))
    return queue


def _redis(queue: str) -> Redis:
    return _client(settings.RQ_QUEUES[queue]["URL"])


@lru_cache(maxsize=8)
def _client(url: str) -> Redis:
    """One client for all that this process rings: django-rq would connect anew for every bell."""
    return Redis.from_url(url)


def ring(document: Document, *, first: bool = False) -> bool:
    """Enqueue what follows for the document's state; False if nothing follows or Redis is away.

    Call it after the commit. Jobs carry ids only and may run twice. `first`: before all that wait.
    """
    job = next_job(DocumentState(document.state))
    if job == "process":
        return _enqueue(document.queue, PROCESS, document)
    if job == "post":
        return _enqueue_job("sync", POST, first=first, document_id=document.pk)
    return False


def waiting(queue: str) -> int:
    """How many jobs wait in a queue; 0 where Redis does not answer."""
    try:
        return int(_queue(queue).count)
    except (RedisError, OSError):
        return 0


def depths() -> dict[str, tuple[int, float]]:
    """Jobs waiting and the age of the oldest in seconds, by queue; empty where Redis is away."""
    found: dict[str, tuple[int, float]] = {}
    now = datetime.now(UTC)
    try:
        for name in settings.QUEUES:
            queue = _queue(name)
            oldest = next(iter(queue.get_jobs(0, 1)), None)
            enqueued = oldest.enqueued_at if oldest else None
            age = (now - enqueued).total_seconds() if enqueued else 0.0
            found[name] = (int(queue.count), max(0.0, age))
    except (RedisError, OSError):
        logger.warning("doorbell.depths.unknown")
    return found


def workers() -> dict[str, int]:
    """How many living workers serve each queue; empty where Redis is away.

    The names of those that were killed stay until another worker of their queue tidies up.
    """
    try:
        return {name: _living(_queue(name)) for name in settings.QUEUES}
    except (RedisError, OSError):
        logger.warning("doorbell.workers.unknown")
        return {}


def _living(queue: Queue) -> int:
    keys = RqWorker.all_keys(queue=queue)
    return int(queue.connection.exists(*keys)) if keys else 0


def ring_to_learn(document: Document) -> bool:
    """Have a person's corrections of this document learnt; call it after the commit."""
    return _enqueue(document.queue, LEARN, document)


def ring_for_shadow(document: Document) -> bool:
    """Have the new ways tried beside the old one for this document."""
    return _enqueue("shadow", SHADOW, document)


def ring_for_reference(organization_id: int) -> bool:
    """Ask for an organisation's accounts, taxes and vendors to be copied anew.

    Of this kind and the next ones each bell hangs there once; False if it does already.
    """
    return _hang(REFRESH, organization_id=organization_id)


def ring_for_history(organization_id: int) -> bool:
    """Ask for the copy of an organisation's earlier bills to be taken a few calls further."""
    return _hang(COPY, organization_id=organization_id)


def ring_for_contacts(organization_id: int) -> bool:
    """Ask for the index of an organisation's contacts to be built or renewed, ahead of the rest.

    Many may ask at once: while one bell hangs there, no second is hung.
    """
    try:
        queue = _queue("sync")
        bell = f"organization:{organization_id}:contacts:bell"
        if queue.connection.set(bell, 1, nx=True, px=round(scaled(_QUIET_SECONDS) * 1000)):
            with around("ring.contacts"):
                queue.enqueue(CONTACTS, organization_id=organization_id, at_front=True)
    except (RedisError, OSError):
        logger.warning("doorbell.ring.unheard", queue="sync", organization_id=organization_id)
        return False
    return True


def ring_to_amend(amendment_id: int) -> bool:
    """Have a confirmed change made in Zoho, before all that wait; call it after the commit."""
    return _hang(AMEND, first=True, amendment_id=amendment_id)


def ring_for_drift(organization_id: int) -> bool:
    """Have an organisation's entries in Zoho looked at for later edits."""
    return _hang(FIND_DRIFT, organization_id=organization_id)


def take_down(function: str | None, ids: Mapping[str, object]) -> None:
    """Say that this bell was heard; from now on the next one is about something new."""
    if function is None or function not in _ONCE:
        return
    try:
        _redis("sync").delete(_mark(function, ids))
    except (RedisError, OSError):
        logger.warning("doorbell.mark.kept", function=function)


def _mark(function: str, ids: Mapping[str, object]) -> str:
    return ":".join(["bell", function.rsplit(".", 1)[1], *map(str, ids.values())])


def _hang(function: str, *, first: bool = False, **ids: int) -> bool:
    """Enqueue it on `sync` unless it waits there already, however many others wait."""
    if time.monotonic() < _rests_until:
        return False
    mark = _mark(function, ids)
    try:
        redis = _redis("sync")
        if not redis.set(mark, 1, nx=True, px=round(scaled(_HANGS_SECONDS) * 1000)):
            return False
    except (RedisError, OSError):
        logger.warning("doorbell.ring.unheard", queue="sync", **ids)
        return False
    if _enqueue_job("sync", function, first=first, **ids):
        return True
    with suppress(RedisError, OSError):
        redis.delete(mark)
    return False


def _enqueue(queue: str, function: str, document: Document) -> bool:
    return _enqueue_job(queue, function, document_id=document.pk)


def _enqueue_job(queue: str, function: str, *, first: bool = False, **ids: int) -> bool:
    global _rests_until
    began = time.monotonic()
    if began < _rests_until:
        return False
    try:
        with around("ring.bell"):
            _queue(queue).enqueue(function, at_front=first, **ids)
    except (RedisError, OSError):
        logger.warning("doorbell.ring.unheard", queue=queue, **ids)
        if time.monotonic() - began >= settings.REDIS_TIMEOUT_SECONDS / 2:
            _rests_until = time.monotonic() + _REST_SECONDS
        return False
    return True
