"""Waiting in posting's tests: the sweep's patience, and a condition that must come true."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from tests.posting.conftest import Desk
from zohodocs.models import Document


def until_done(desk: Desk, document: Document, *, turns: int = 8) -> str:
    """Push as the sweep would: each time its wait is over."""
    ahead = [timedelta()]
    done = ""
    for _ in range(turns):
        outcome = desk.push(document, now=lambda: timezone.now() + ahead[-1])
        done = outcome.done
        if done in ("confirmed", "rejected"):
            break
        if outcome.not_before is not None:
            ahead.append(outcome.not_before - timezone.now() + timedelta(seconds=0.01))
    return done


def until(condition: Callable[[], bool]) -> None:
    """Wait up to five seconds for it."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.02)
