"""A process whose children each do one step of work and are killed in it.

    python -m tests.sync.dying push|amend PLACE=ID …

Writes for every child the place and the signal that ended it (0: it lived).
"""

from __future__ import annotations

import os
import sys

import django

django.setup()

from django.db import connections
from django.utils import timezone

from tests.sync.pushing import unlimited
from zohodocs.domain.crash import VARIABLE
from zohodocs.models import Amendment
from zohodocs.posting.amending import amend
from zohodocs.posting.push import push


def main(work: str, doomed: list[str]) -> int:
    """0; what became of each child is written."""
    for each in doomed:
        place, _, key = each.rpartition("=")
        child = os.fork()
        if child == 0:
            os.environ[VARIABLE] = place
            _PARTS[work](int(key))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        sys.stdout.write(f"{place} {ended}\n")
    return 0


def _push(document: int) -> None:
    with unlimited(document) as books:
        push(document, owner=f"dying:{os.getpid()}", books=books)


def _amend(key: int) -> None:
    with unlimited(Amendment.objects.get(pk=key).posting.document_id) as books:
        amend(key, owner=f"dying:{os.getpid()}", books=books, now=timezone.now)


_PARTS = {"push": _push, "amend": _amend}


if __name__ == "__main__":
    connections.close_all()  # a child that inherits a connection would spoil the others'
    sys.exit(main(sys.argv[1], sys.argv[2:]))
