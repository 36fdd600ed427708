"""Refused files are kept for a while, in case somebody asks; then their bytes go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from zohodocs.models import Arrival
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
_BATCH = 100


def empty(*, now: datetime) -> int:
    """Delete refused bytes older than `QUARANTINE_DAYS`; how many. The arrival itself stays.

    The bytes go first: killed in between, the next pass finds the row again and the file gone.
    """
    too_old = now - timedelta(days=settings.QUARANTINE_DAYS)
    rows = Arrival.objects.filter(arrived_at__lt=too_old).exclude(quarantined="")
    gone = 0
    for row in rows.order_by("arrived_at")[:_BATCH]:
        try:
            row.quarantined.delete(save=False)
        except OSError:
            logger.exception("arrival.quarantine.stuck", arrival=str(row.code))
            continue
        gone += Arrival.objects.filter(pk=row.pk).update(quarantined="")
    return gone
