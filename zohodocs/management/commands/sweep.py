"""`sweep [--loop]`: sees again to what no worker came for."""

from __future__ import annotations

import signal
import threading
import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import DatabaseError, close_old_connections

from zohodocs.operations import sweeping
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

from ._arguments import PlainCommand

logger = get_logger(__name__)


class Command(PlainCommand):
    """Sweep once, or for ever."""

    help = "Give dead workers' documents back and ring for what waits; --loop goes on for ever."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--loop`."""
        parser.add_argument("--loop", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """One pass, or passes until SIGTERM."""
        if not options["loop"]:
            swept = sweeping.sweep()
            self.json_line(
                {"recovered": swept.recovered, "gave_up": swept.gave_up, "rung": swept.rung}
            )
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        next_pass = time.monotonic()
        # The end of a hold is looked for every second; a person watches for it.
        while not stop.wait(min(1.0, scaled(1))):
            close_old_connections()
            try:
                if time.monotonic() >= next_pass:
                    sweeping.sweep()
                    next_pass = time.monotonic() + settings.SWEEP_SECONDS
                else:
                    sweeping.ring_due(now=datetime.now(UTC))
            except DatabaseError:
                logger.exception("sweep.pass.failed")
