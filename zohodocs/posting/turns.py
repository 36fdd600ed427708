"""Whose turn it is: a document is only taken up when its organisation may call Zoho.

A document that finds no room is claimed, planned and given back for nothing, a thousand of them a
thousand times a minute. So a few wait at the door, and go in the moment there is room; the others
turn back there, and leave the worker to other organisations.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime
from enum import Enum

from django.utils import timezone

from zohodocs import clients
from zohodocs.models import Connection
from zohodocs.timing import scaled

# A minute of Zoho's: by then there is room again. What takes longer is told to the document.
_LONGEST_SECONDS = 60.0
# So long the call itself may wait for room.
_SOON_SECONDS = 5.0

_waiting = 0
_lock = threading.Lock()


def longest_wait() -> float:
    """Seconds that are waited at the door."""
    return scaled(_LONGEST_SECONDS)


class Room(Enum):
    """When an organisation may call: soon, within a minute, or waiting is no use (see `comes`)."""

    SOON = "soon"
    LATER = "later"
    OVER = "over"


def room(connection: Connection, *, at: datetime) -> Room:
    """Whether to ring at that moment."""
    wait = clients.room_in(connection) - (at - timezone.now()).total_seconds()
    if wait <= scaled(_SOON_SECONDS):
        return Room.SOON
    return Room.LATER if wait <= longest_wait() else Room.OVER


def comes(organization_id: int, *, places: int, stop: threading.Event | None = None) -> bool:
    """Whether to take a document of this organisation up now, after waiting where there is a place.

    Also true where waiting is no use, because the day is over or Redis away: then posting itself
    finds out, and the document says why. All organisations share the places: two whose minute is
    used up would take every hand otherwise. False as soon as `stop` is set.
    """
    connection = (
        Connection.objects.filter(organization_id=organization_id)
        .select_related("organization")
        .first()
    )
    if connection is None or not connection.zoho_organization_id:
        return True
    wait = clients.room_in(connection)
    if wait <= scaled(_SOON_SECONDS) or wait > longest_wait():
        return True
    global _waiting
    with _lock:
        if _waiting >= places:
            return False
        _waiting += 1
    told = stop or threading.Event()
    try:
        ends_at = time.monotonic() + longest_wait()
        while 0 < wait <= longest_wait() and time.monotonic() < ends_at:
            if told.wait(wait):
                return False
            wait = clients.room_in(connection)
        return True
    finally:
        with _lock:
            _waiting -= 1
