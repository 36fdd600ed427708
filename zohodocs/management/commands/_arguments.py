"""What several commands ask for on the command line."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zohodocs.models import Document, Organization
from zohodocs.models.document import by_code


class PlainCommand(BaseCommand):
    """A command that skips the system checks, for the sake of its start, and speaks JSON lines."""

    requires_system_checks = ()

    def json_line(self, data: Any) -> None:
        """One JSON value on one line."""
        self.stdout.write(json.dumps(data, ensure_ascii=False))


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
