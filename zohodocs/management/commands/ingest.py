"""`ingest PATH… --organization CODE [--wait [--until decided|posted]] [--json]`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from zohodocs.arrivals import receive
from zohodocs.jobs import doorbell
from zohodocs.models import Arrival, Document, State
from zohodocs.operations import account_of

from ._arguments import PlainCommand, organization_of

_UNDECIDED = (State.RECEIVED, State.PROCESSING)
_UNPOSTED = (*_UNDECIDED, State.APPROVED, State.POSTING)


class Command(PlainCommand):
    """Hand files in from the command line."""

    help = "Hand files in; a directory is walked. Prints what became of each."

    def add_arguments(self, parser: CommandParser) -> None:
        """Paths and how long to wait."""
        parser.add_argument("path", nargs="+", type=Path)
        parser.add_argument("--organization", required=True)
        parser.add_argument("--wait", action="store_true", help="until a worker has decided")
        parser.add_argument("--until", choices=["decided", "posted"], default="decided")
        parser.add_argument("--timeout", type=float, default=600, help="seconds to wait at most")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Receive every file, then wait if asked; exit 1 if one got no answer."""
        organization = organization_of(options["organization"])
        missing = [str(path) for path in options["path"] if not (path.is_file() or path.is_dir())]
        if missing:
            raise CommandError(f"There is no file {', '.join(missing)}.", returncode=2)
        failed = False
        arrivals: list[tuple[str, Arrival]] = []
        for path in _files(options["path"]):
            try:
                if path.stat().st_size > settings.MAX_FILE_BYTES:
                    arrival = receive.refuse_too_large(
                        organization=organization,
                        size=path.stat().st_size,
                        filename=path.name,
                        channel="command",
                    )
                else:
                    arrival = receive.receive(
                        organization=organization,
                        content=path.read_bytes(),
                        filename=path.name,
                        channel="command",
                    )
            except OSError as error:
                self.stderr.write(f"{path!s}: {error.strerror}.".encode(errors="replace").decode())
                failed = True
                continue
            if arrival.document is not None:
                doorbell.ring(arrival.document)
            arrivals.append((str(path), arrival))
            if not options["wait"]:
                self._print(arrival, str(path), as_json=options["json"])
        if options["wait"]:
            failed |= not self._wait(arrivals, options)
        if failed:
            sys.exit(1)

    def _wait(self, arrivals: list[tuple[str, Arrival]], options: dict[str, Any]) -> bool:
        open_states = _UNPOSTED if options["until"] == "posted" else _UNDECIDED
        ends_at = time.monotonic() + options["timeout"]
        waiting = [arrival.document_id for _, arrival in arrivals if arrival.document_id]
        while waiting and time.monotonic() < ends_at:
            rows = Document.objects.filter(pk__in=waiting, state__in=open_states)
            waiting = list(rows.values_list("pk", flat=True))
            if waiting:
                time.sleep(0.2)  # workers tell their progress in the rows alone
        for path, arrival in arrivals:
            arrival.refresh_from_db()
            self._print(arrival, path, as_json=options["json"])
        if waiting:
            self.stderr.write(
                f"{len(waiting)} still unfinished after {options['timeout']:g} s. "
                "Is a worker running? `make run` starts them; nothing is lost."
            )
        return not waiting

    def _print(self, arrival: Arrival, path: str, *, as_json: bool) -> None:
        line = account_of.outcome(arrival, file=path)
        if as_json:
            self.json_line(line)
            return
        why = "; ".join(reason["message"] for reason in line["reasons"])
        what = line["state"] if line["arrival"] == "accepted" else line["arrival"]
        self.text_line(f"{path}: {what}{f' ({why})' if why else ''}")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                each
                for each in path.rglob("*")
                if each.is_file() and not each.name.endswith(".truth.json")
            )
        else:
            yield path
