"""The settings and the database of this test process, for processes of their own."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from django.conf import settings
from django.db import connection


def environment(data_dir: Path, **changes: str) -> dict[str, str]:
    """The environment another process needs to work on this test's rows."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "zohodocs.settings",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(data_dir),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": "only-for-tests",
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
        **changes,
    }


def database_url(data_dir: Path) -> str:
    """Where the tests' rows are."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        # The tests' database lives in memory: the workers share a copy of it.
        path = data_dir / "workers.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
        return f"sqlite:///{path}"
    host, port = facts["HOST"], facts["PORT"]
    user = f"{facts['USER']}:{facts['PASSWORD']}" if facts["PASSWORD"] else facts["USER"]
    if str(host).startswith("/"):
        return f"postgres://{user}@:{port}/{facts['NAME']}?host={host}"
    return f"postgres://{user}@{host}:{port}/{facts['NAME']}"
