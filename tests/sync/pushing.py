"""A worker process of its own: pushes the documents named on its command line.

`--until-done` goes on as the sweep would, ahead of every wait. Killed by CRASH_AT where it is set.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import django

django.setup()

from django.utils import timezone

from integrations.zoho_books import ZohoBooks
from zohodocs import telemetry
from zohodocs.clients import DatabaseTokens
from zohodocs.models import Connection, Document
from zohodocs.posting.push import push

_TURNS = 8


def main(arguments: list[str]) -> int:
    """Push each document; 0 if all came to an end."""
    telemetry.configure(level="WARNING")
    until_done = "--until-done" in arguments
    open_ends = 0
    for pk in (int(argument) for argument in arguments if argument.isdigit()):
        open_ends += not _pushed(pk, until_done=until_done)
    return 1 if open_ends else 0


def _pushed(pk: int, *, until_done: bool) -> bool:
    # A dead worker's lease is over by then.
    ahead = [timedelta(minutes=10) if until_done else timedelta()]

    def now() -> datetime:
        return timezone.now() + ahead[-1]

    for _ in range(_TURNS if until_done else 1):
        with unlimited(pk) as books:
            outcome = push(pk, owner="worker-2", books=books, now=now)
        # Not approved any more: whoever was killed had given it back to a person.
        if outcome.done in ("confirmed", "rejected", "not_approved"):
            return True
        if outcome.not_before is not None:
            wait = outcome.not_before - timezone.now() + timedelta(milliseconds=10)
            ahead.append(max(ahead[-1], wait))
    sys.stderr.write(f"Document {pk} is still {outcome}.\n")
    return False


def unlimited(pk: int) -> ZohoBooks:
    """A client without a budget: these workers send more in a second than a minute allows."""
    connection = Connection.objects.get(organization=Document.objects.get(pk=pk).organization_id)
    return ZohoBooks(
        books_url=connection.books_url,
        organization_id=connection.zoho_organization_id,
        tokens=DatabaseTokens(connection.pk),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
