"""`scheduler [--once]`: census, audit verification and nightly backup, each when its turn comes."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError, close_old_connections

from zohodocs.operations import schedule
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

from ._arguments import PlainCommand

logger = get_logger(__name__)


class Command(PlainCommand):
    """Run what is due, for ever."""

    help = "Run what must happen again and again: census, audit verification, nightly backup."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--once`."""
        parser.add_argument("--once", action="store_true", help="what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """One pass, or passes until SIGTERM."""
        if options["once"]:
            self.json_line({"ran": schedule.run_due()})
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                schedule.run_due()
            except DatabaseError:
                logger.exception("schedule.pass.failed")
            stop.wait(scaled(5))
