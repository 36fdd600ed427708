"""The sweep's patience: a document is pushed again when its wait is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.posting.conftest import Desk
from tests.waiting import clock
from zohodocs.models import Document


def until_done(desk: Desk, document: Document, *, turns: int = 8) -> str:
    """Push as the sweep would: each time its wait is over."""
    ahead = timedelta()
    done = ""
    for _ in range(turns):
        outcome = desk.push(document, now=clock(ahead))
        done = outcome.done
        if done in ("confirmed", "rejected"):
            break
        if outcome.not_before is not None:
            ahead = max(ahead, outcome.not_before - timezone.now() + timedelta(seconds=0.01))
    return done
