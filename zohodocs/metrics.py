"""What the processes count for Prometheus.

Gauges of the present state come from the database: `operations/gauges.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from prometheus_client import Counter, Histogram

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
TOKEN_REFRESHES = Counter(
    "zohodocs_token_refreshes_total", "Asking Zoho for new access.", ["outcome"]
)
# There from the start, so that the first failure is an increase and not a beginning.
for _outcome in ("ok", "refused", "failed"):
    TOKEN_REFRESHES.labels(_outcome)
# Counted by whoever turns a flag back, a guardrail or a person.
ROLLBACKS = Counter("zohodocs_rollbacks_total", "Flags that were turned back.", ["flag"])
CONTACT_LOOKUPS = Counter(
    "zohodocs_contact_lookups_total", "Look-ups in the index of contacts.", ["outcome"]
)


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


def count_token_refresh(outcome: str) -> None:
    """Count one request for new access: `ok`, `refused` (a person must act) or `failed`."""
    TOKEN_REFRESHES.labels(outcome).inc()


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
