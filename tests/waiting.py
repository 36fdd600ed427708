"""Waiting for what another process, thread or browser does, and clocks that are ahead."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone


def until(
    asked: Callable[[], object],
    *,
    what: str = "it",
    seconds: float = 10,
    state: Callable[[], object] = str,
) -> None:
    """Return when the answer is true; the test fails, saying `state`, where it never comes."""
    ends_at = time.monotonic() + seconds
    while not asked():
        if time.monotonic() > ends_at:
            pytest.fail(f"{seconds:g} s without {what}: {state()}")
        time.sleep(0.05)  # nothing tells across processes that it came


def clock(ahead: timedelta) -> Callable[[], datetime]:
    """A clock that is so much ahead."""
    return lambda: timezone.now() + ahead
