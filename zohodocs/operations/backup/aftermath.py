"""After a restore Zoho may know more than we do: nothing is sent before it was looked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from zohodocs.domain.states import PostingState
from zohodocs.models import AuditEvent, Document, Posting, State
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)


def settle(*, now: datetime) -> int:
    """Make every unfinished posting look in Zoho before it sends; how many.

    What was posted between the backup and the restore bears our code there and is adopted, also for
    documents that are approved only now (`posting/attempt.py` looks first). A worker from before
    the restore finds its token gone. Safe to run twice.
    """
    unfinished = Posting.objects.exclude(state__in=[PostingState.CONFIRMED, PostingState.REJECTED])
    settled = unfinished.update(
        lease_token=F("lease_token") + 1,
        lease_owner="",
        lease_until=None,
        not_before=None,
        looks=0,
    )
    # A plan that was never sent counts as sent once: then it is looked for, and a bill that
    # somebody has worked on since is not written over.
    Posting.objects.filter(state=PostingState.PLANNED, attempts=0).update(attempts=1)
    Document.objects.filter(state=State.PROCESSING).update(
        lease_token=F("lease_token") + 1, lease_until=now - timedelta(seconds=1)
    )
    AuditEvent.record("backup.settled", actor="operator", data={"postings": settled})
    logger.info("backup.settled", postings=settled)
    return settled
