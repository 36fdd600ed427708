"""`keys rotate`: stored secrets under the first of FIELD_ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from zohodocs.clients import rekeying

from ._arguments import PlainCommand


class Command(PlainCommand):
    """Rotate the keys that secrets are stored under."""

    help = (
        "Encrypt every stored secret anew with the first of FIELD_ENCRYPTION_KEYS. Put the new key"
        " first, restart, run this, then take the old key out; exit 1 names what cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """`rotate`."""
        parser.add_argument("verb", choices=["rotate"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and say how many."""
        rotated = rekeying.rotate(actor="command line")
        self.stdout.write(f"{rotated.secrets} secrets are encrypted with the first key now.")
        if rotated.unreadable:
            raise CommandError(
                f"No key fits {', '.join(rotated.unreadable)}. Put the missing key back, or connect"
                " again."
            )
