"""`backup create|list|verify|restore|settle`: database and files of one moment, and back."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from zohodocs.operations import backup, claims
from zohodocs.operations.backup.creating import usual_place

from ._arguments import PlainCommand


class Command(PlainCommand):
    """Make, check and bring back backups."""

    help = "Back up database and files (BACKUP_URL), check a backup, bring it back."

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make one now; prints its name")
        create.add_argument("--reason", default="by-hand", help="becomes part of its name")
        create.add_argument(
            "--before-migrations",
            action="store_true",
            help="only if migrations are due and there is anything to lose",
        )
        verbs.add_parser("list", help="the names of those there are, oldest first")
        verify = verbs.add_parser("verify", help="read one through; exit 1 if it is not whole")
        verify.add_argument("name", nargs="?", help="default: the newest")
        restore = verbs.add_parser("restore", help="bring one back; stop the service first")
        restore.add_argument("name", nargs="?", help="default: the newest")
        restore.add_argument(
            "--replace", action="store_true", help="what is in the database now is lost"
        )
        restore.add_argument(
            "--masked",
            action="store_true",
            help="for staging: names masked, no files, no way into Zoho",
        )
        verbs.add_parser("settle", help="have every unfinished posting looked for in Zoho first")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Do it, and say what came of it in one JSON line."""
        try:
            getattr(self, f"_{verb}")(options)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        if not settings.BACKUP_KEYS:
            self.stderr.write("BACKUP_KEYS is unset: the backup is not encrypted.")
        began = time.monotonic()
        if options["before_migrations"]:
            made = backup.create_before_migrations()
        else:
            made = backup.create(reason=options["reason"])
        if made is None:
            self.json_line(
                {"name": None, "why": "no migration is due, or there is nothing to lose yet"}
            )
            return
        rows = sum(part.lines - 1 for part in made.tables.values())
        seconds = round(time.monotonic() - began, 1)
        self.json_line(
            {
                "name": made.name,
                "rows": rows,
                "files": made.files.lines,
                "bytes": made.bytes,
                "seconds": seconds,
                "missing": made.missing,
            }
        )
        if made.missing:
            raise CommandError(f"{len(made.missing)} files could not be read; see above.")

    def _list(self, options: dict[str, Any]) -> None:
        for name in backup.names(usual_place()):
            self.text_line(name)

    def _verify(self, options: dict[str, Any]) -> None:
        found = backup.verify(_named(options))
        self.json_line(
            {
                "name": found.name,
                "rows": found.rows,
                "files": found.files,
                "faults": found.faults[:20],
            }
        )
        if found.faults:
            raise CommandError(f"{found.name} is not whole: {len(found.faults)} faults.")

    def _restore(self, options: dict[str, Any]) -> None:
        began = time.monotonic()
        try:
            # So that nothing starts here meanwhile, makes a backup of half of it, or posts.
            with claims.data_directory(settings.DATA_DIR):
                done = backup.restore(
                    _named(options), replace=options["replace"], masked=options["masked"]
                )
        except claims.AlreadyTaken as reason:
            raise CommandError(str(reason)) from reason
        self.json_line(
            {
                "name": done.name,
                "rows": done.rows,
                "files": done.files,
                "looked_for_in_zoho": done.settled,
                "seconds": round(time.monotonic() - began, 1),
            }
        )

    def _settle(self, options: dict[str, Any]) -> None:
        self.json_line({"looked_for_in_zoho": backup.settle(now=timezone.now())})


def _named(options: dict[str, Any]) -> str:
    """The name given, else the newest."""
    if options["name"]:
        return str(options["name"])
    found = backup.names(usual_place())
    if not found:
        raise backup.BackupError("There is no backup yet. Make one: manage.py backup create")
    return found[-1]
