"""What a backup says about itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from .errors import BackupError
from .places import Place
from .sealing import Sealer

__all__ = ["BackupError", "Manifest", "Part", "is_name", "is_ours", "names", "read"]

FORMAT = 1
_OURS = re.compile(
    r"\d{8}T\d{6}Z-[A-Za-z0-9-]+/(files\.gz|rows/[a-z0-9_]+\.[a-z0-9_]+\.gz)"
    r"|files/([0-9a-f]{2})/\2[0-9a-f]{62}"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One stream: how many lines it has, and the SHA-256 of its bytes before they were sealed."""

    object: str
    lines: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """Written last. `migrations`: the last applied of each app, which is what the rows fit."""

    name: str
    reason: str
    made_at: str
    database: str
    migrations: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, Part] = field(default_factory=dict)
    files: Part = field(default_factory=lambda: Part("", 0, ""))
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    key: str = ""
    format: int = FORMAT

    @property
    def object(self) -> str:
        """Where it lies."""
        return f"{self.name}/manifest.json"

    @property
    def moment(self) -> datetime:
        """When the database was looked at."""
        return datetime.fromisoformat(self.made_at)

    def to_json(self) -> str:
        """As it is written."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False)


def read(place: Place, sealer: Sealer, name: str) -> Manifest:
    """The manifest of a backup. Raises BackupError."""
    if not is_name(name):
        raise BackupError(f"“{name}” is no name of a backup; `backup list` shows those there are.")
    raw = b"".join(sealer.open(place.read(f"{name}/manifest.json")))
    try:
        data: dict[str, Any] = json.loads(raw)
    except ValueError:
        raise BackupError(f"The manifest of {name} cannot be read.") from None
    if data.get("format") != FORMAT:
        raise BackupError(f"{name} has format {data.get('format')}; this release knows {FORMAT}.")
    data["tables"] = {model: Part(**part) for model, part in data["tables"].items()}
    data["files"] = Part(**data["files"])
    return Manifest(**data)


def names(place: Place) -> list[str]:
    """Finished backups, oldest first."""
    objects = place.names("2")  # a name begins with its year
    return sorted(name.partition("/")[0] for name in objects if name.endswith("/manifest.json"))


def is_name(name: str) -> bool:
    """Whether it may be a backup's: nothing that leads out of the place."""
    return bool(name) and all(letter.isalnum() or letter == "-" for letter in name)


def is_ours(name: str) -> bool:
    """Whether a backup's stream or a file of backups is called so; all else is somebody else's."""
    return _OURS.fullmatch(name) is not None


def leaves(applied: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Applied migrations by app, in order of their names."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(applied):
        found.setdefault(app, []).append(name)
    return found
