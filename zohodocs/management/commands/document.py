"""`document ID [--json]`: all that is known of a document."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from zohodocs.operations import account_of

from ._arguments import PlainCommand, document_of


class Command(PlainCommand):
    """Show one document."""

    help = "All that is known of a document: state, fields, findings, flags, posting, history."

    def add_arguments(self, parser: CommandParser) -> None:
        """The id, and `--json`."""
        parser.add_argument("id")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        known = account_of.everything(document_of(options["id"]))
        if options["json"]:
            self.json_line(known)
            return
        self.stdout.write(f"{known['file']} ({known['id']}): {known['state']}")
        for name, field in known["fields"].items():
            self.stdout.write(
                f"  {name:18} {field['value']}  ({field['confidence']:.2f}, {field['source']})"
            )
        for finding in known["findings"]:
            self.stdout.write(f"  {'!' if finding['blocks'] else '-'} {finding['message']}")
        if known["posting"]:
            self.stdout.write(f"  posting: {json.dumps(known['posting'], ensure_ascii=False)}")
        for event in known["history"]:
            self.stdout.write(f"  {event['at'][:19]}  {event['actor']:12} {event['verb']}")
