"""What several commands ask for on the command line."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from zohodocs.models import Document, Organization
from zohodocs.models.document import by_code


class PlainCommand(BaseCommand):
    """A command that skips the system checks, for the sake of its start, and speaks JSON lines."""

    requires_system_checks = ()

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run it; a database that is away or not migrated is one line and exit 1."""
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            said = " ".join(str(error).split())
            raise CommandError(
                f"The database cannot be used ({said}). Is it running, and migrated "
                "(`manage.py migrate`)?"
            ) from error

    def json_line(self, data: Any) -> None:
        """One JSON value on one line, whatever bytes a file's name was made of."""
        line = json.dumps(data, ensure_ascii=False)
        self.stdout.write(line if is_text(line) else json.dumps(data))

    def text_line(self, line: str) -> None:
        """One line for people; what is no text in it is shown as `?`."""
        self.stdout.write(line.encode(errors="replace").decode())


def is_text(line: str) -> bool:
    """Whether the line can be written as UTF-8; names of files need not be."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def organization_of(code: str) -> Organization:
    """Our company with this code. Raises CommandError (exit 2) with those there are."""
    found = Organization.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Organization.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(
            f"There is no organization “{code}”. Known: {known or 'none yet'}.", returncode=2
        )
    return found


def document_of(code: str) -> Document:
    """The document with this id. Raises CommandError (exit 2) where there is none."""
    found = by_code(code)
    if found is None:
        raise CommandError(f"There is no document {code}.", returncode=2)
    return found
