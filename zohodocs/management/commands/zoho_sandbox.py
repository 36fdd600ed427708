"""`manage.py zoho_sandbox`: a Zoho Books on loopback, for demo and tests."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from integrations.zoho_books.sandbox import cli


class Command(BaseCommand):
    """Serves until it is stopped; prints one line with its address and access."""

    help = "Run a Zoho Books on this machine that keeps what is booked and fails on demand."
    # It knows no settings of ours, so it starts even where they are still wrong.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django declares it without ClassVar

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of the sandbox itself."""
        cli.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and exit with its status."""
        sys.exit(cli.run(options))
