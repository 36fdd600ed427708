"""Gauges of the present state: from the census, the unfinished rows, Redis and the clients."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zohodocs import clients
from zohodocs.jobs import doorbell
from zohodocs.models import Connection, ConnectionState, Document, Heartbeat, Organization

from . import census

# A scrape must not cost a database query each when several Prometheus servers look.
_CACHE_SECONDS = 5.0
_UNFINISHED = ("received", "processing", "approved", "posting", "in_review", "failed")


class StateCollector(Collector):
    """Gauges of the present state, read from the database at most every few seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read_at = float("-inf")
        self._families: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not query the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The gauges, at most `_CACHE_SECONDS` old."""
        with self._lock:
            if time.monotonic() - self._read_at >= _CACHE_SECONDS:
                self._families = list(_families(datetime.now(UTC)))
                self._read_at = time.monotonic()
            return list(self._families)


def _families(now: datetime) -> Iterable[Metric]:
    beats = {beat.name: beat for beat in Heartbeat.objects.all()}
    counted = census.latest(beats.get(Heartbeat.CENSUS), now=now)
    yield _gauge("zohodocs_documents", "Documents by state.", "state", counted["documents"])
    yield _gauge("zohodocs_postings", "Postings by state.", "state", counted["postings"])
    yield _number(
        "zohodocs_ledger_difference",
        "Files that the ledger cannot account for; 0 is right.",
        counted["ledger"],
    )
    yield from _business(counted["posted"], counted["looked_seconds"])
    if "spot_checks" in counted:  # not in the census of an older release
        yield from _spot_checks(counted["spot_checks"])
    yield _oldest(now)
    yield _connections()
    yield from _kept_in_redis()
    yield from _operations(beats, now)


def _business(
    posted: Mapping[str, Mapping[str, int]], looked_seconds: Mapping[str, float]
) -> Iterable[Metric]:
    family = GaugeMetricFamily(
        "zohodocs_posted_documents",
        "Documents that came into Zoho in the window: straight through, looked at, corrected.",
        labels=["window", "way"],
    )
    for window, ways in posted.items():
        for way, number in ways.items():
            family.add_metric([window, way], number)
    yield family
    by_hand = settings.MINUTES_BY_HAND
    saved = {
        window: (sum(ways.values()) * by_hand * 60 - looked_seconds.get(window, 0.0)) / 3600
        for window, ways in posted.items()
    }
    text = "MINUTES_BY_HAND for each posted document, less what people had documents open."
    yield _gauge("zohodocs_hours_saved", text, "window", saved)
    yield _number("zohodocs_minutes_by_hand", "The assumption: minutes to type a bill.", by_hand)


def _spot_checks(found: Mapping[str, float]) -> Iterable[Metric]:
    answers = {name: found[name] for name in ("right", "wrong", "waiting")}
    yield _gauge("zohodocs_spot_checks", "Spot checks by what they came to.", "answer", answers)
    yield _number(
        "zohodocs_unseen_wrong_share_at_most",
        "In no company more of what no person saw is wrong, sure at 95 %; 1 before any check.",
        found["most"],
    )


def _oldest(now: datetime) -> Metric:
    ages = dict.fromkeys(_UNFINISHED, 0.0)
    # One state at a time: PostgreSQL then reads the end of an index instead of every row.
    for state in _UNFINISHED:
        oldest = Document.objects.filter(state=state).aggregate(at=Min("moved_at"))["at"]
        if oldest is not None:
            ages[state] = max(0.0, (now - oldest).total_seconds())
    return _gauge(
        "zohodocs_oldest_document_seconds", "How long the oldest waits in a state.", "state", ages
    )


def _kept_in_redis() -> Iterable[Metric]:
    """What Redis knows: while it is away nothing, for nought would be a lie."""
    depths = doorbell.depths()
    yield _number("zohodocs_redis_up", "1 while Redis answers.", int(bool(depths)))
    if not depths:
        return
    yield _gauge(
        "zohodocs_queue_depth", "Jobs waiting.", "queue", {q: d for q, (d, _) in depths.items()}
    )
    yield _gauge(
        "zohodocs_queue_oldest_seconds",
        "Age of the oldest waiting job.",
        "queue",
        {q: age for q, (_, age) in depths.items()},
    )
    yield _gauge(
        "zohodocs_workers", "Living workers that serve a queue.", "queue", doorbell.workers()
    )
    yield _gauge("zohodocs_breaker_state", "0 closed, 1 half-open, 2 open.", "name", _breakers())
    yield _gauge(
        "zohodocs_zoho_budget_left", "Calls left to Zoho.", "window", clients.budgets_left()
    )


def _connections() -> Metric:
    counts: dict[Any, int] = dict.fromkeys(ConnectionState.values, 0)
    rows = Connection.objects.exclude(zoho_organization_id="").values_list("state")
    counts.update(dict(rows.annotate(n=Count("pk")).order_by()))
    return _gauge("zohodocs_connections", "Ways into Zoho Books by state.", "state", counts)


def _breakers() -> dict[str, float]:
    number = {"closed": 0.0, "half-open": 1.0, "open": 2.0}
    return {name: number.get(state, 2.0) for name, state in clients.breaker_states().items()}


def _operations(beats: Mapping[str, Heartbeat], now: datetime) -> Iterable[Metric]:
    """How long ago what must happen again and again did so; from the first day where it never did.

    0 while there is no company: nothing there is worth a backup.
    """
    began = Organization.objects.aggregate(at=Min("created_at"))["at"] or now
    ages = {}
    for name in (Heartbeat.BACKUP, Heartbeat.AUDIT, Heartbeat.CENSUS, Heartbeat.ORPHANS):
        beat = beats.get(name)
        since = (beat.well_at if beat else None) or began
        ages[name] = max(0.0, (now - since).total_seconds())
    yield _gauge(
        "zohodocs_operation_age_seconds",
        "Since the last good backup, audit verification, census and look for orphan files.",
        "operation",
        ages,
    )
    audit = beats.get(Heartbeat.AUDIT)
    # Only what a whole walk found: a walk that could not end says nothing about the trail.
    broken = audit is not None and bool(audit.facts.get("first_bad"))
    yield _number("zohodocs_audit_broken", "1 where the audit trail was altered.", int(broken))
    backup = beats.get(Heartbeat.BACKUP)
    size = backup.facts.get("bytes", 0) if backup else 0
    yield _number("zohodocs_backup_bytes", "What the last backup holds.", size)


def _number(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, text)
    family.add_metric([], value)
    return family


def _gauge(
    name: str, text: str, label: str, values: Mapping[str, float] | Mapping[str, int]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
