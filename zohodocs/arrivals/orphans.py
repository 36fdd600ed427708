"""Stored originals that no document names: of uploads that broke off, of arrangements refused.

`receive` takes over a file of the same bytes that lies there for less than half a day, this removes
what lies there for more than a whole one: the two never meet over one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from zohodocs.models import AuditEvent, Document
from zohodocs.telemetry import get_logger

from .file_age import written_at

logger = get_logger(__name__)
_OLD = timedelta(days=1)
# What came after the backup is known to nobody but its file.
_AFTER_A_RESTORE = timedelta(days=90)
# More than these are no leftovers: the database or the folder is another one's.
_FEW, _SHARE = 20, 0.05
_AT_ONCE = 500


class TooMany(Exception):
    """So many files without a document that none was touched; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many files were looked at, and which were removed."""

    looked_at: int
    removed: list[str]


def remove(*, now: datetime) -> Found:
    """Remove old originals without a document, at most a batch a night; the audit trail names them.

    None for three months after a restore, and none at all on a masked copy. Raises TooMany.
    """
    if _restored_lately(now):
        return Found(0, [])
    looked_at, orphans = 0, list[str]()
    for folder in _folders():
        names = sorted(default_storage.listdir(folder)[1])
        looked_at += len(names)
        orphans += [path for path in _without_document(folder, names) if _is_old(path, now)]
    if len(orphans) > max(_FEW, looked_at * _SHARE):
        raise TooMany(
            f"{len(orphans)} of {looked_at} originals have no document. Is this database the one"
            " that belongs to these files? Nothing was removed."
        )
    orphans = orphans[:_AT_ONCE]
    if orphans:
        # Before they go: killed in between, the trail names some twice, and none is gone unnamed.
        AuditEvent.record("file.orphans.removed", actor="scheduler", data={"files": orphans})
    removed = [path for path in orphans if _removed(path, now)]
    return Found(looked_at, removed)


def _removed(path: str, now: datetime) -> bool:
    """Whether it went; not where an upload of the same bytes took its place since it was found."""
    folder, name = path.rsplit("/", 1)
    if not _is_old(path, now) or path not in _without_document(folder, [name]):
        return False
    default_storage.delete(path)
    logger.info("file.orphan.removed", path=path)
    return True


def _restored_lately(now: datetime) -> bool:
    trail = AuditEvent.objects.filter(chain="system")
    # A database that PostgreSQL itself brought back was settled alone.
    restores = trail.filter(verb__in=["backup.restored", "backup.settled"])
    lately = restores.filter(at__gte=now - _AFTER_A_RESTORE)
    return lately.exists() or restores.filter(data__masked=True).exists()


def _folders() -> Iterator[str]:
    """As `models.document.original_path` lays them out: a company, then two letters of the hash."""
    for organization in _below("originals"):
        # Whatever else somebody put there is not ours to judge.
        if organization.rpartition("/")[2].isdecimal():
            yield from _below(organization)


def _below(folder: str) -> list[str]:
    try:
        return [f"{folder}/{name}" for name in sorted(default_storage.listdir(folder)[0])]
    except FileNotFoundError:
        return []


def _without_document(folder: str, names: list[str]) -> Iterator[str]:
    organization = folder.split("/")[1]
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        # A second file of the same bytes has letters behind the hash.
        documents = Document.objects.filter(
            organization_id=organization, sha256__in={name[:64] for name in some}
        )
        named = set(documents.values_list("original", flat=True))
        yield from (path for name in some if (path := f"{folder}/{name}") not in named)


def _is_old(path: str, now: datetime) -> bool:
    try:
        return written_at(default_storage, path) < now - _OLD
    except FileNotFoundError:
        return False  # another one was faster
