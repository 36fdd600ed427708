"""Keeping a document's lease while a long paper is read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection

from zohodocs.models import Document, State
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
# Two hundred scanned pages take minutes; what takes longer than this has lost its way.
RENEWALS = 30


@contextmanager
def kept(document: Document, *, token: int, lease: timedelta) -> Iterator[None]:
    """Renew the lease every third of its time while the block runs, at most `RENEWALS` times.

    A lease that somebody else took meanwhile is left alone; the late writer's token no longer fits.
    """
    done = threading.Event()
    keeper = threading.Thread(
        target=_renew, args=(document.pk, token, lease, done), name="lease", daemon=True
    )
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _renew(document_id: int, token: int, lease: timedelta, done: threading.Event) -> None:
    third = lease.total_seconds() / 3
    if done.wait(third):
        return  # as nearly always; not even a connection was thought of
    held = Document.objects.filter(pk=document_id, state=State.PROCESSING, lease_token=token)
    try:
        for _ in range(RENEWALS):
            if not held.update(lease_until=datetime.now(UTC) + lease) or done.wait(third):
                return
    except DatabaseError:
        logger.warning("document.lease.not_renewed", document_id=document_id)
    finally:
        connection.close()
