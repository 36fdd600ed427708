"""Is everything of a backup there, and as it was written?"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from . import manifest, streams
from .creating import usual_place
from .errors import BackupError
from .places import Place, object_of
from .sealing import Sealer


@dataclass(slots=True)
class Verified:
    """What was read through; `faults` are sentences, none = it can be restored."""

    name: str
    rows: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)


def verify(name: str, *, files: bool = True) -> Verified:
    """Read a backup through: every row and, unless told otherwise, every file.

    Raises BackupError where it is none.
    """
    place, sealer = usual_place(), Sealer(settings.BACKUP_KEYS)
    made = manifest.read(place, sealer, name)
    found = Verified(name)
    found.faults += [f"{path} was missing when it was made." for path in made.missing]
    for label, part in made.tables.items():
        try:
            number = sum(1 for _line in streams.lines(place, sealer, part))
            if number != part.lines:
                found.faults.append(f"{label}: {part.lines} lines were written, {number} stand.")
            found.rows += number - 1
        except BackupError as error:
            found.faults.append(str(error))
    try:
        for path, sha256, _size in streams.lines(place, sealer, made.files):
            found.files += 1
            if files:
                _check_file(place, sealer, path, sha256, found)
    except BackupError as error:
        found.faults.append(str(error))
    return found


def _check_file(place: Place, sealer: Sealer, path: str, sha256: str, found: Verified) -> None:
    hashed = streams.Hashed(sealer.open(place.read(object_of(sha256))))
    try:
        for _chunk in hashed:
            pass
    except BackupError as error:
        found.faults.append(f"{path}: {error}")
        return
    if hashed.sha256 != sha256:
        found.faults.append(f"{path} is not what was written.")
