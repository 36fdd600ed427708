"""Asking Prometheus about a flag's guardrails, and what follows from its answers.

No answer is no word: neither harmless nor a reason to turn back.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from integrations.errors import IntegrationError
from zohodocs import clients
from zohodocs.models import MetricGuardrail, WorseWhen
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

logger = get_logger(__name__)
# All guardrails of a flag together; the next flag must not wait for a Prometheus that hangs.
DEADLINE_SECONDS = 2.0
# Asked every 15 seconds; what is older says nothing about now.
_FRESH = timedelta(minutes=1)


def ask(flag: str, *, now: datetime) -> None:
    """Ask about each guardrail of the flag, and keep what was said or why nothing was."""
    ends_at = time.monotonic() + DEADLINE_SECONDS
    for row in MetricGuardrail.objects.filter(flag=flag).order_by("pk"):
        value, problem = None, ""
        left = ends_at - time.monotonic()
        try:
            said = clients.prometheus_values(row.expression, deadline_seconds=left)
            # Of several series the worst one counts.
            value = max(said) if row.worse_when == WorseWhen.ABOVE else min(said)
        except IntegrationError as error:
            problem = str(error)
            logger.warning("guardrail.ask.failed", flag=flag, error=type(error).__name__)
        MetricGuardrail.objects.filter(pk=row.pk).update(
            value=value, problem=problem[:300], asked_at=now
        )


def says(row: MetricGuardrail, *, now: datetime) -> str:
    """`worse`, `within`, or `inconclusive` where there is no fresh answer."""
    fresh = timedelta(seconds=max(scaled(_FRESH.total_seconds()), DEADLINE_SECONDS))
    if row.value is None or row.asked_at is None or row.asked_at < now - fresh:
        return "inconclusive"
    above = row.worse_when == WorseWhen.ABOVE
    worse = row.value > row.threshold if above else row.value < row.threshold
    return "worse" if worse else "within"
