"""For those who watch: does it live, can it work?"""

from __future__ import annotations

import django_rq
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from zohodocs.telemetry import get_logger

logger = get_logger(__name__)


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """The database answers (else 503). Without Redis papers are taken, only worked on later."""
    parts = {"database": _database(), "redis": _redis()}
    status = "ok" if all(parts.values()) else "slow" if parts["database"] else "down"
    return JsonResponse(
        {"status": status, **{name: "ok" if fine else "away" for name, fine in parts.items()}},
        status=200 if parts["database"] else 503,
    )


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except Exception:
        # Whatever it is, the answer is the same: not ready.
        logger.exception("health.database.away")
        return False


def _redis() -> bool:
    try:
        return bool(django_rq.get_connection("pipeline").ping())
    except (RedisError, OSError):
        return False
