"""`ledger [--json]`: proves that every file is accounted for; exit 1 if not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from zohodocs.operations import ledger

from ._arguments import PlainCommand


class Command(PlainCommand):
    """Prove the two equations."""

    help = "Prove that arrivals = documents + repeats + refusals, and documents = sum over states."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json`."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the lines; exit 1 on a difference."""
        lines = ledger.lines()
        difference = sum(line.difference for line in lines)
        if options["json"]:
            self.json_line({"lines": [line.to_json() for line in lines], "difference": difference})
        else:
            for line in lines:
                states = ", ".join(f"{n} {state}" for state, n in sorted(line.states.items()))
                self.stdout.write(
                    f"{line.organization}/{line.channel}: {line.arrivals} arrivals = "
                    f"{line.documents} documents + {line.repeats} repeats + "
                    f"{line.refusals} refusals; documents: {states or 'none'}"
                )
            self.stdout.write("The books balance." if not difference else f"OFF BY {difference}.")
        if difference:
            sys.exit(1)
