"""`flag list | show NAME | set NAME --mode … --why TEXT`: the rollout."""

from __future__ import annotations

import getpass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandError, CommandParser

from zohodocs.models import Flag, FlagMode
from zohodocs.rollout import flags

from ._arguments import PlainCommand, organization_of


class Command(PlainCommand):
    """Look at and set feature flags."""

    help = "List, show and set feature flags; a change says why and is audited."

    def add_arguments(self, parser: CommandParser) -> None:
        """`list`, `show`, `set`."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every flag")
        show = verbs.add_parser("show", help="one flag")
        show.add_argument("name")
        change = verbs.add_parser("set", help="change a flag")
        change.add_argument("name")
        change.add_argument("--mode", required=True, choices=FlagMode.values)
        change.add_argument("--percent")
        change.add_argument("--organization")
        change.add_argument("--why", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do as asked."""
        if options["verb"] == "list":
            for name in flags.DEFINITIONS:
                self._show(name)
        elif options["verb"] == "show":
            if options["name"] not in flags.DEFINITIONS:
                raise CommandError(f"There is no flag “{options['name']}”.", returncode=2)
            self._show(options["name"])
        else:
            self._set(options)

    def _show(self, name: str) -> None:
        definition = flags.DEFINITIONS[name]
        rows = Flag.objects.filter(name=name).select_related("organization").order_by("pk")
        settings = [
            {
                "organization": row.organization.code if row.organization else None,
                "mode": row.mode,
                "percent": f"{row.percent:.2f}",
                "version": row.version,
                "changed_by": row.changed_by,
                "changed_at": row.changed_at.isoformat(),
                "why": row.why,
            }
            for row in rows
        ]
        everyone = next((row for row in settings if row["organization"] is None), None)
        self.json_line(
            {
                "name": name,
                "mode": everyone["mode"] if everyone else "off",
                "percent": everyone["percent"] if everyone else "0.00",
                "control": definition.control,
                "candidate": definition.candidate,
                "settings": settings,
            }
        )

    def _set(self, options: dict[str, Any]) -> None:
        raw = options["percent"]
        try:
            percent = Decimal(raw) if raw is not None else None
        except InvalidOperation:
            raise CommandError(f"“{raw}” is not a percentage.", returncode=2) from None
        organization = organization_of(options["organization"]) if options["organization"] else None
        try:
            flags.set_flag(
                name=options["name"],
                mode=FlagMode(options["mode"]),
                percent=percent,
                organization=organization,
                why=options["why"],
                by=getpass.getuser(),
            )
        except (flags.UnknownFlag, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        self._show(options["name"])
