"""What the sandbox keeps: in memory to answer from, in SQLite to survive a restart.

There is no unique index anywhere: a bill that was posted twice must be seen twice.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

Record = dict[str, Any]

_FIRST_ID = 460000000000050001

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  organization_id TEXT, module TEXT, id TEXT, body TEXT, PRIMARY KEY (organization_id, module, id)
);
CREATE TABLE IF NOT EXISTS file (
  id TEXT PRIMARY KEY, organization_id TEXT, module TEXT, record_id TEXT, name TEXT, mime TEXT,
  content BLOB
);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT);
"""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at a record."""

    id: str
    name: str
    mime: str
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """Its SHA-256."""
        return sha256(self.content).hexdigest()


class Store:
    """Records by organisation and module, files and facts; `lock` makes steps atomic."""

    def __init__(self, directory: Path | None) -> None:
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
        place = ":memory:" if directory is None else str(directory / "zoho-books.sqlite3")
        self.lock = threading.RLock()
        self._db = sqlite3.connect(place, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        self._records: dict[tuple[str, str], dict[str, Record]] = {}
        rows = self._db.execute("SELECT organization_id, module, id, body FROM record ORDER BY id")
        for organization_id, module, record_id, body in rows:
            records = self._records.setdefault((organization_id, module), {})
            records[record_id] = json.loads(body, parse_float=Decimal)

    def close(self) -> None:
        """Write everything out."""
        with self.lock:
            self._db.close()

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self._db.executescript("DELETE FROM record; DELETE FROM file; DELETE FROM fact;")
            self._records.clear()

    def records(self, organization_id: str, module: str) -> Mapping[str, Record]:
        """The records of a module, oldest first."""
        return self._records.setdefault((organization_id, module), {})

    def save(self, organization_id: str, module: str, record_id: str, record: Record) -> None:
        """Keep a record, new or changed."""
        with self.lock:
            self._records.setdefault((organization_id, module), {})[record_id] = record
            self._db.execute(
                "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)",
                (organization_id, module, record_id, json.dumps(record, default=_number)),
            )

    def delete(self, organization_id: str, module: str, record_id: str) -> None:
        """Forget a record and its files."""
        with self.lock:
            self._records[organization_id, module].pop(record_id, None)
            key = (organization_id, module, record_id)
            self._db.execute(
                "DELETE FROM record WHERE organization_id = ? AND module = ? AND id = ?", key
            )
            self._db.execute(
                "DELETE FROM file WHERE organization_id = ? AND module = ? AND record_id = ?", key
            )

    def new_id(self) -> str:
        """A fresh id of 18 digits, as a string."""
        with self.lock:
            number = int(self.fact("last_id", str(_FIRST_ID))) + 2
            self.set_fact("last_id", str(number))
            return str(number)

    def fact(self, name: str, default: str = "") -> str:
        """A named value."""
        with self.lock:
            row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
            return default if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Keep a named value."""
        with self.lock:
            self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def change_fact(self, name: str, default: Any, change: Callable[[Any], Any]) -> Any:
        """Change a JSON fact in one step; the new value."""
        with self.lock:
            stored = self.fact(name)
            value = change(json.loads(stored) if stored else default)
            self.set_fact(name, json.dumps(value))
            return value

    def add_file(
        self,
        organization_id: str,
        module: str,
        record_id: str,
        *,
        name: str,
        mime: str,
        data: bytes,
    ) -> str:
        """Hang one more file on a record; its id."""
        with self.lock:
            file_id = self.new_id()
            self._db.execute(
                "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
                (file_id, organization_id, module, record_id, name, mime, data),
            )
            return file_id

    def drop_files(self, organization_id: str, module: str, record_id: str) -> None:
        """Take all files from a record."""
        with self.lock:
            self._db.execute(
                "DELETE FROM file WHERE organization_id = ? AND module = ? AND record_id = ?",
                (organization_id, module, record_id),
            )

    def files(self, organization_id: str, module: str, record_id: str) -> list[StoredFile]:
        """The files of a record, oldest first."""
        with self.lock:
            rows = self._db.execute(
                "SELECT id, name, mime, content FROM file"
                " WHERE organization_id = ? AND module = ? AND record_id = ? ORDER BY id",
                (organization_id, module, record_id),
            )
            return [StoredFile(*row) for row in rows]

    def file(self, file_id: str) -> StoredFile | None:
        """One file."""
        with self.lock:
            row = self._db.execute(
                "SELECT id, name, mime, content FROM file WHERE id = ?", (file_id,)
            ).fetchone()
            return None if row is None else StoredFile(*row)


def timestamp() -> str:
    """Now, as Zoho writes it: the offset without a colon."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime())


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
