"""Make a backup: rows of one moment first, then the files those rows name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from zohodocs.models import Heartbeat
from zohodocs.telemetry import get_logger

from . import manifest, streams, tables
from .errors import BackupError
from .manifest import Manifest, Part
from .masking import is_masked_copy
from .places import Place, object_of, place_of
from .sealing import Sealer

logger = get_logger(__name__)
_CHUNK = 1024 * 1024
# Pictures are made again when looked at; refused files go after a while, also during a backup.
_SPARED = ("pages/", "quarantine/")


def create(*, reason: str, now: datetime | None = None) -> Manifest:
    """Make a backup in `BACKUP_URL`, remove those that are too old, and say what was made.

    Raises BackupError, on a masked copy always: the place has the backups of the real database.
    A file that a row names and nobody can read makes the backup incomplete: it
    is written all the same, named in `missing`, and not a good one (`verify` refuses it).
    """
    if is_masked_copy():
        raise BackupError("This database is a masked copy: no backup is made of it.")
    place, sealer = usual_place(), Sealer(settings.BACKUP_KEYS)
    moment = now or timezone.now()
    made = Manifest(
        name=f"{moment:%Y%m%dT%H%M%S}Z-{reason}",
        reason=reason,
        made_at=moment.isoformat(),
        database=connection.vendor,
        key=sealer.key_name,
    )
    if not manifest.is_name(made.name):
        raise BackupError(f"“{reason}” is no reason: letters, digits and hyphens only.")
    if place.has(made.object):
        raise BackupError(f"{made.name} exists already. Try again in a second.")
    paths = _write_rows(made, place, sealer)
    _write_files(made, place, sealer, paths)
    made.bytes += place.write(made.object, sealer.seal([made.to_json().encode()]))
    facts = {"name": made.name, "bytes": made.bytes, "missing": len(made.missing)}
    # Before the first migration there is no table for it, and before one that makes it neither.
    if Heartbeat._meta.db_table in connection.introspection.table_names():
        Heartbeat.beat(Heartbeat.BACKUP, now=timezone.now(), facts=facts, well=not made.missing)
    logger.info("backup.made", **facts)
    remove_old(now=moment)
    return made


def create_before_migrations() -> Manifest | None:
    """Make one if migrations are due and there is anything to lose; None where not."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return None
    if ("zohodocs", "0001_initial") not in executor.loader.applied_migrations:
        return None
    if is_masked_copy():
        logger.warning("backup.masked_copy.spared")
        return None
    return create(reason="before-migration")


def usual_place() -> Place:
    """`BACKUP_URL`, else a folder beside the data: better than none, gone with the disk."""
    return place_of(settings.BACKUP_URL or str(settings.DATA_DIR / "backups"))


def remove_old(*, now: datetime) -> list[str]:
    """Remove backups older than `BACKUP_KEEP_DAYS`, and files that only they had; which.

    The newest complete one stays, however old it is. One that no key opens is left alone, and then
    no file is removed: nobody knows which ones it needs. A masked copy removes nothing.
    """
    if is_masked_copy():
        return []
    place, sealer = usual_place(), Sealer(settings.BACKUP_KEYS)
    kept: list[Manifest] = []
    gone: list[Manifest] = []
    found: list[Manifest] = []
    closed: list[str] = []
    for name in manifest.names(place):
        try:
            found.append(manifest.read(place, sealer, name))
        except BackupError:
            closed.append(name)
    if closed:
        logger.warning("backup.old.unreadable", names=closed)
    newest_good = next((each.name for each in reversed(found) if not each.missing), None)
    oldest = now - timedelta(days=settings.BACKUP_KEEP_DAYS)
    for each in found:
        (kept if each.moment >= oldest or each.name == newest_good else gone).append(each)
    for each in gone:
        # The manifest first: half removed, it is no backup any more.
        place.remove(each.object)
        for name in place.names(f"{each.name}/"):
            place.remove(name)
    if gone and not closed:
        needed = {
            object_of(sha256)
            for each in kept
            for _path, sha256, _size in streams.lines(place, sealer, each.files)
        }
        for name in set(place.names("files/")) - needed:
            if manifest.is_ours(name):
                place.remove(name)
    _remove_unfinished(place, now)
    return [each.name for each in gone]


def _remove_unfinished(place: Place, now: datetime) -> None:
    """What a backup left that was cut off more than a day ago; its files serve the next one."""
    finished = set(manifest.names(place))
    for name in place.names("2"):
        backup = name.partition("/")[0]
        if not manifest.is_ours(name):
            continue
        if backup not in finished and backup[:16] < f"{now - timedelta(days=1):%Y%m%dT%H%M%SZ}":
            place.remove(name)


def _write_rows(made: Manifest, place: Place, sealer: Sealer) -> list[str]:
    """Every table; the files that the rows name."""
    paths: set[str] = set()
    with tables.one_moment():
        applied = MigrationRecorder(connection).applied_migrations()
        made.migrations = manifest.leaves(list(applied))
        for model in tables.models_at():
            label, spool = model._meta.label_lower, streams.Spool()
            spool.add(tables.to_line(tables.columns(model)))
            named = tables.file_columns(model)
            for row in tables.rows(model):
                spool.add(tables.to_line(row))
                paths.update(str(row[column]) for column in named if row[column])
            spool.close()
            made.tables[label] = Part(f"{made.name}/rows/{label}.gz", spool.count, spool.sha256)
            made.bytes += place.write(f"{made.name}/rows/{label}.gz", sealer.seal(spool.chunks()))
    return sorted(paths)


def _write_files(made: Manifest, place: Place, sealer: Sealer, paths: list[str]) -> None:
    """Each file once for all backups: it lies under its hash."""
    spool = streams.Spool()
    there = set(place.names("files/"))
    for path in paths:
        try:
            hashed = streams.Hashed(_chunks_of(path))
            for _chunk in hashed:
                pass
            target = object_of(hashed.sha256)
            if target not in there:
                again = streams.Hashed(_chunks_of(path))
                written = place.write(target, sealer.seal(again))
                if again.sha256 != hashed.sha256:
                    place.remove(target)
                    raise OSError("the file changed while it was read")
                made.bytes += written
                there.add(target)
        except OSError:
            if path.startswith(_SPARED):
                continue
            logger.exception("backup.file.missing", path=path)
            made.missing.append(path)
            continue
        spool.add(tables.to_line([path, hashed.sha256, hashed.size]))
    spool.close()
    made.files = Part(f"{made.name}/files.gz", spool.count, spool.sha256)
    made.bytes += place.write(made.files.object, sealer.seal(spool.chunks()))


def _chunks_of(path: str) -> Iterator[bytes]:
    with default_storage.open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
