"""`manage.py check --deploy`: what a site for a company goes without, and what that means."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning
from django.db import connection


def what_is_missing(**_options: Any) -> list[CheckMessage]:
    """A warning for what a company needs, a word on what is optional."""
    found: list[CheckMessage] = []
    if connection.vendor == "sqlite":
        found.append(
            Warning(
                "DATABASE_URL is unset: SQLite is good for a look, not for a company.",
                hint="Name a PostgreSQL; one that is there already keeps nothing of this one.",
                id="zohodocs.W001",
            )
        )
    if not settings.BACKUP_URL:
        found.append(
            Warning(
                "BACKUP_URL is unset: no backup is made at night.",
                hint="Name a folder or bucket on another machine.",
                id="zohodocs.W002",
            )
        )
    if not settings.BACKUP_KEYS:
        found.append(
            Warning(
                "BACKUP_KEYS is unset: whoever finds a backup can read it.",
                hint="Make a key as for FIELD_ENCRYPTION_KEYS, and keep it elsewhere as well.",
                id="zohodocs.W003",
            )
        )
    if not settings.EMAIL_URL:
        found.append(
            Info(
                "EMAIL_URL is unset: no mail leaves; what would be sent is written to the log.",
                hint="Mail is optional: without it nobody gets the morning mail, and an admin hands"
                " links for passwords over.",
                id="zohodocs.I001",
            )
        )
    if not settings.METRICS_TOKEN:
        found.append(
            Info(
                "METRICS_TOKEN is unset: /metrics answers on this machine alone.",
                hint="A Prometheus in another container or on another machine needs it.",
                id="zohodocs.I002",
            )
        )
    return found
