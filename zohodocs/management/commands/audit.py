"""`audit verify`: walks every hash chain and every day, names the first that does not fit."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from zohodocs.operations import audit_trail

from ._arguments import PlainCommand


class Command(PlainCommand):
    """Verify the audit trail."""

    help = "Verify every chain of the audit trail; exit 1 names the first bad row."

    def add_arguments(self, parser: CommandParser) -> None:
        """`verify`."""
        parser.add_argument("verb", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk the chains."""
        report = audit_trail.verify()
        if report.first_bad:
            raise CommandError(report.first_bad)
        self.stdout.write(
            f"{report.events} events in {report.chains} chains and {report.days} closed days, "
            "all as written."
        )
