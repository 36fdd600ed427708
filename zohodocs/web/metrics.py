"""`/metrics`: counters of all processes and gauges of the present state."""

from __future__ import annotations

import ipaddress
import os
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from zohodocs import metrics
from zohodocs.operations.gauges import StateCollector
from zohodocs.rollout.flags import DEFINITIONS

_STATE = StateCollector()
# There from the first scrape on, so that the first rollback is an increase and not a beginning.
for _name in DEFINITIONS:
    metrics.ROLLBACKS.labels(_name)


@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Everything measured; for loopback, or whoever bears METRICS_TOKEN. 404 for anyone else."""
    if not _allowed(request):
        return HttpResponse(status=404)
    # A registry of its own for each answer: no scrape can change what the next one sees.
    registry = CollectorRegistry()
    registry.register(_STATE)
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped upstream
        body = generate_latest(registry)
    else:
        body = generate_latest(registry) + generate_latest(REGISTRY)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _allowed(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    # A request that came through a proxy is not from this machine, whatever its last hop says.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
