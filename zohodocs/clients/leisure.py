"""Long walks at leisure: each page waits until the minute has calls to spare for those who post."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TypeVar

from integrations.errors import OverBudget
from zohodocs.models import Connection, Organization
from zohodocs.timing import scaled

from .building import budget_left, room_in

_ROWS_OF_A_PAGE = 200
_KEPT_OF_THE_MINUTE = 40
_LONGEST_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 2.0
T = TypeVar("T")
_closing = threading.Event()


def close() -> None:
    """This process was told to stop: nobody waits for calls any more."""
    _closing.set()


def wait_for_calls(organization: Organization) -> None:
    """Wait up to a minute until calls can be spared; then the call itself says how it stands.

    Raises OverBudget when the process stops meanwhile: the walk goes on in another one.
    """
    row = Connection.objects.filter(organization=organization).select_related("organization")
    connection = row.exclude(zoho_organization_id="").first()
    ends_at = time.monotonic() + scaled(_LONGEST_SECONDS)
    while connection is not None and not _to_spare(connection):
        left = ends_at - time.monotonic()
        # The day is over, or Redis away: no minute of waiting helps.
        if left <= 0 or room_in(connection) > left:
            return
        if _closing.wait(min(left, scaled(_LOOK_EVERY_SECONDS))):
            raise OverBudget("The worker stops; it goes on later.", scope="minute", retry_after=1)


def at_leisure(rows: Iterator[T], organization: Organization) -> Iterator[T]:
    """These rows; before each of their pages is asked for there are calls to spare."""
    wait_for_calls(organization)
    for place, row in enumerate(rows, 1):
        yield row
        if place % _ROWS_OF_A_PAGE == 0:
            wait_for_calls(organization)


def _to_spare(connection: Connection) -> bool:
    left = budget_left(connection)
    return left.paused_seconds == 0 and left.minute > _KEPT_OF_THE_MINUTE
