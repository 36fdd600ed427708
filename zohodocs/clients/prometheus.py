"""The Prometheus of this installation, if one is named."""

from __future__ import annotations

from math import isnan

from django.conf import settings

from integrations.errors import NotSent, Unavailable
from integrations.prometheus import values_of


def prometheus_values(expression: str, *, deadline_seconds: float) -> list[float]:
    """What the expression is now, one number at least. Raises IntegrationError."""
    if not settings.PROMETHEUS_URL:
        raise NotSent("No Prometheus is named (PROMETHEUS_URL).", retryable=False)
    if deadline_seconds <= 0:
        raise NotSent("There was no time left to ask Prometheus.")
    said = values_of(settings.PROMETHEUS_URL, expression, deadline_seconds=deadline_seconds)
    numbers = [value for value in said if not isnan(value)]
    if not numbers:
        raise Unavailable("The expression gives no data.")
    return numbers
