"""What Prometheus sees.

Gauges come from the database, counters and histograms from the processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from threading import Lock
from typing import Protocol

from django.conf import settings
from django.db.models import Count, Min
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zohodocs.domain.states import DocumentState, PostingState
from zohodocs.models import Connection, ConnectionState, Document, Posting

ARRIVALS = Counter("zohodocs_arrivals_total", "Files handed in.", ["channel", "result"])
STAGE_SECONDS = Histogram(
    "zohodocs_stage_seconds",
    "Time a stage of the flow took.",
    ["stage"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
REVIEWS = Counter("zohodocs_reviews_total", "Decisions of people.", ["reason", "outcome"])
FIELDS_CORRECTED = Counter(
    "zohodocs_fields_corrected_total", "Values changed by people.", ["field"]
)
ZOHO_CALLS = Counter("zohodocs_zoho_calls_total", "Requests to Zoho.", ["endpoint", "outcome"])
LLM_SECONDS = Histogram(
    "zohodocs_llm_seconds",
    "Questions to the language model, by how they ended.",
    ["outcome"],
    buckets=(0.1, 0.3, 1, 3, 10, 30, 60),
)
LLM_TOKENS = Counter("zohodocs_llm_tokens_total", "Tokens sent and received.", ["kind"])
LLM_COST = Counter("zohodocs_llm_cost_total", "What the tokens cost, by the prices set.")
FLAG_ANSWERS = Counter("zohodocs_flag_answers_total", "Answers of flags.", ["flag", "arm"])

SHADOW_DIFFERENCES = Counter(
    "zohodocs_shadow_differences_total", "Where the new way answered otherwise.", ["flag", "field"]
)
CONTACT_LOOKUPS = Counter(
    "zohodocs_contact_lookups_total", "Look-ups in the index of contacts.", ["outcome"]
)

# A scrape must not cost a database query each when several Prometheus servers look.
_CACHE_SECONDS = 5.0


def observe_stage(stage: str, seconds: float) -> None:
    """Count one passage of a stage."""
    STAGE_SECONDS.labels(stage).observe(seconds)


class ZohoCall(Protocol):
    """What is counted of a call to Zoho."""

    @property
    def endpoint(self) -> str:
        """Verb and path without ids."""

    @property
    def outcome(self) -> str:
        """How it ended, from a short fixed list."""


def count_zoho_call(call: ZohoCall) -> None:
    """Count one request to Zoho."""
    ZOHO_CALLS.labels(call.endpoint, call.outcome).inc()


class LlmCall(Protocol):
    """What is counted of a question to the language model."""

    @property
    def outcome(self) -> str:
        """How it ended, from a short fixed list."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def prompt_tokens(self) -> int:
        """Tokens sent."""

    @property
    def answer_tokens(self) -> int:
        """Tokens received."""

    @property
    def cost(self) -> Decimal:
        """What it cost."""


def count_llm_call(call: LlmCall) -> None:
    """Count one question to the language model."""
    LLM_SECONDS.labels(call.outcome).observe(call.seconds)
    LLM_TOKENS.labels("prompt").inc(call.prompt_tokens)
    LLM_TOKENS.labels("answer").inc(call.answer_tokens)
    LLM_COST.inc(float(call.cost))


class QueueDepths:
    """Depth, oldest age and workers of the RQ queues; set by the layer that knows RQ."""

    read: Callable[[], dict[str, tuple[int, float]]] = staticmethod(dict)
    workers: Callable[[], dict[str, int]] = staticmethod(dict)


class ZohoGauges:
    """Breaker states and budgets; set by the layer that knows the clients."""

    breakers: Callable[[], dict[str, str]] = staticmethod(dict)
    budgets: Callable[[], dict[str, float]] = staticmethod(dict)


class LedgerGauge:
    """Difference of the ledger's equations; set by the layer that knows the ledger."""

    read: Callable[[], int] = staticmethod(lambda: 0)


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
                self._families = list(_families())
                self._read_at = time.monotonic()
            return list(self._families)


def _families() -> Iterable[Metric]:
    yield _documents()
    yield _oldest()
    yield _postings()
    yield _connections()
    yield from _queues()
    yield _gauge("zohodocs_breaker_state", "0 closed, 1 half-open, 2 open.", "name", _breakers())
    yield _gauge("zohodocs_zoho_budget_left", "Calls left to Zoho.", "window", ZohoGauges.budgets())
    ledger = GaugeMetricFamily(
        "zohodocs_ledger_difference", "Files that the ledger cannot account for; 0 is right."
    )
    ledger.add_metric([], LedgerGauge.read())
    yield ledger


def _documents() -> Metric:
    counts = dict.fromkeys((state.value for state in DocumentState), 0)
    rows = Document.objects.values_list("state").annotate(n=Count("pk")).order_by()
    counts.update(dict(rows))
    return _gauge("zohodocs_documents", "Documents by state.", "state", counts)


def _oldest() -> Metric:
    unfinished = ("received", "processing", "approved", "posting", "in_review", "failed")
    now = datetime.now(UTC)
    rows = (
        Document.objects.filter(state__in=unfinished)
        .values_list("state")
        .annotate(oldest=Min("moved_at"))
        .order_by()
    )
    ages = dict.fromkeys(unfinished, 0.0)
    ages.update({state: max(0.0, (now - oldest).total_seconds()) for state, oldest in rows})
    return _gauge(
        "zohodocs_oldest_document_seconds", "How long the oldest waits in a state.", "state", ages
    )


def _postings() -> Metric:
    counts = dict.fromkeys((state.value for state in PostingState), 0)
    rows = Posting.objects.values_list("state").annotate(n=Count("pk")).order_by()
    counts.update(dict(rows))
    return _gauge("zohodocs_postings", "Postings by state.", "state", counts)


def _queues() -> Iterable[Metric]:
    depths = dict.fromkeys(settings.QUEUES, (0, 0.0)) | QueueDepths.read()
    yield _gauge(
        "zohodocs_queue_depth", "Jobs waiting.", "queue", {q: d for q, (d, _) in depths.items()}
    )
    yield _gauge(
        "zohodocs_queue_oldest_seconds",
        "Age of the oldest waiting job.",
        "queue",
        {q: age for q, (_, age) in depths.items()},
    )
    workers = dict.fromkeys(settings.QUEUES, 0) | QueueDepths.workers()
    yield _gauge("zohodocs_workers", "Workers that serve a queue.", "queue", workers)


def _connections() -> Metric:
    counts = dict.fromkeys(ConnectionState.values, 0)
    rows = Connection.objects.exclude(zoho_organization_id="").values_list("state")
    counts.update(dict(rows.annotate(n=Count("pk")).order_by()))
    return _gauge("zohodocs_connections", "Ways into Zoho Books by state.", "state", counts)


def _breakers() -> dict[str, float]:
    number = {"closed": 0.0, "half-open": 1.0, "open": 2.0}
    return {name: number.get(state, 2.0) for name, state in ZohoGauges.breakers().items()}


def _gauge(
    name: str, text: str, label: str, values: dict[str, float] | dict[str, int]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
