"""How long things wait: every such time is divided by TIME_SCALE, so that fault tests are quick."""

from __future__ import annotations

from django.conf import settings


def scaled(seconds: float) -> float:
    """Seconds, the fewer the larger TIME_SCALE is."""
    return seconds / float(settings.TIME_SCALE)
