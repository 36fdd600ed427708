"""A worker process of its own: makes the changes named on its command line.

`--until-done` goes on as the sweep would, ahead of every wait. Killed by CRASH_AT where it is set.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django

django.setup()

from tests.sync.pushing import unlimited
from tests.waiting import clock
from zohodocs.models import Amendment
from zohodocs.posting.amending import amend


def main(arguments: list[str]) -> int:
    """0 if every change was made."""
    turns = range(1, 7) if "--until-done" in arguments else (0,)
    keys = [int(argument) for argument in arguments if argument.isdigit()]
    for key in keys:
        document = Amendment.objects.get(pk=key).posting.document_id
        for turn in turns:
            # A dead worker's lease is over by then, and every grace.
            later = clock(timedelta(minutes=10 * turn))
            with unlimited(document) as books:
                state = amend(key, owner="worker-2", books=books, now=later)
            if state == "done":
                break
    return 0 if Amendment.objects.filter(pk__in=keys, state="done").count() == len(keys) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
