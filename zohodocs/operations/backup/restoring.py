"""Bring a backup back: its schema, its rows, its files, then the migrations that came since."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model
from django.utils import timezone

from zohodocs.models import AuditEvent, Document, Organization, Posting
from zohodocs.telemetry import get_logger

from . import aftermath, manifest, streams, tables
from .creating import usual_place
from .errors import BackupError
from .manifest import Manifest
from .masking import Masker
from .places import Place, object_of
from .sealing import Sealer
from .verifying import verify

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back. `settled`: postings whose outcome is looked for in Zoho."""

    name: str
    rows: int
    files: int
    settled: int


def restore(
    name: str, *, replace: bool = False, masked: bool = False, actor: str = "operator"
) -> Restored:
    """Bring the database and files back as they were.

    The service must be stopped. `replace`: what is in the database now is lost; without it only an
    empty one is filled. `masked`: for staging, see `masking.py`. Raises BackupError, before
    anything was touched, where the backup is damaged or of a newer release, where the database is
    not empty or somebody else is connected to it.
    """
    place, sealer = usual_place(), Sealer(settings.BACKUP_KEYS)
    made = manifest.read(place, sealer, name)
    _check(made, files=not masked, replace=replace)
    _wipe()
    targets = _targets(made)
    for app, migration in targets:
        call_command("migrate", app, migration, verbosity=0)
    masker = Masker() if masked else None
    rows, settled = _fill(made, place, sealer, targets, masker, actor)
    call_command("migrate", verbosity=0)
    if settled is None:
        settled = _note(made, masked, actor)
    files = 0 if masked else _bring_files(made, place, sealer)
    logger.info("backup.restored", name=name, rows=rows, files=files, settled=settled)
    return Restored(name, rows, files, settled)


def _check(made: Manifest, *, files: bool, replace: bool) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    newer = sorted(
        f"{app}.{each}"
        for app, names in made.migrations.items()
        for each in names
        if (app, each) not in known
    )
    if newer:
        raise BackupError(
            f"{made.name} was made by a newer release (it has {', '.join(newer)}). Install that."
        )
    if not replace and _holds_something():
        raise BackupError(
            "The database is not empty. Name an empty one in DATABASE_URL, or say --replace, which"
            " loses what is there now."
        )
    if others := _others():
        raise BackupError(
            f"The service seems to run: the database has {others} other connections. Stop it, and"
            " close whatever else looks into the database."
        )
    faults = verify(made.name, files=files).faults
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BackupError(f"{made.name} is not whole: {faults[0]}{more}")


def _holds_something() -> bool:
    if Organization._meta.db_table not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM zohodocs_organization UNION ALL SELECT 1 FROM auth_user")
        return cursor.fetchone() is not None


def _others() -> int:
    """Who else is connected; SQLite knows nobody, but locks whoever writes out."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _wipe() -> None:
    """No table is left."""
    names = connection.introspection.table_names()
    quoted = [connection.ops.quote_name(name) for name in names]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if quoted:
                cursor.execute(f"DROP TABLE {', '.join(quoted)} CASCADE")
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        for name in quoted:
            cursor.execute(f"DROP TABLE {name}")
        cursor.execute("PRAGMA foreign_keys = ON")


def _targets(made: Manifest) -> list[tuple[str, str]]:
    """The last migration of each app that the backup knows, in the order of the graph."""
    loader = MigrationLoader(None)
    applied = {(app, each) for app, names in made.migrations.items() for each in names}
    return sorted(
        node
        for node in applied & set(loader.graph.nodes)
        if not any(
            child.key in applied and child.key[0] == node[0]
            for child in loader.graph.node_map[node].children
        )
    )


def _fill(
    made: Manifest,
    place: Place,
    sealer: Sealer,
    targets: Sequence[tuple[str, str]],
    masker: Masker | None,
    actor: str,
) -> tuple[int, int | None]:
    """How many rows, and postings settled; None where the schema is too old for that yet."""
    models = tables.models_at(targets)
    known = {model._meta.label_lower: model for model in models}
    if lost := sorted(set(made.tables) - set(known)):
        raise BackupError(f"This release has no table for {', '.join(lost)}.")
    rows, settled = 0, None
    with connection.constraint_checks_disabled(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
        tables.clear(models)
        for label, part in made.tables.items():
            model = known[label]
            found: Iterator[list[Any]] = streams.lines(place, sealer, part)
            names = next(found)
            if masker is not None:
                found = masker.rows(model, names, found)
            rows += tables.insert(model, names, found)
        tables.reset_sequences(models)
        # Where the database does not do it itself at the end.
        connection.check_constraints()
        if _like_todays(known):
            # Whatever fails from here on, nobody takes these rows for the present ones.
            settled = _note(made, masker is not None, actor)
    return rows, settled


def _like_todays(known: Mapping[str, type[Model]]) -> bool:
    """Whether what `_note` writes to has today's columns."""
    return all(
        (there := known.get(model._meta.label_lower)) is not None
        and tables.columns(there) == tables.columns(model)
        for model in (AuditEvent, Document, Posting)
    )


def _note(made: Manifest, masked: bool, actor: str) -> int:
    """Settle, and put on record what was restored; how many postings were settled."""
    settled = aftermath.settle(now=timezone.now())
    AuditEvent.record(
        "backup.restored",
        actor=actor,
        data={"name": made.name, "made_at": made.made_at, "masked": masked, "settled": settled},
    )
    return settled


def _bring_files(made: Manifest, place: Place, sealer: Sealer) -> int:
    number = 0
    for path, sha256, size in streams.lines(place, sealer, made.files):
        if not _stands(path, sha256, size):
            default_storage.delete(path)
            with tempfile.TemporaryFile() as file:
                for chunk in sealer.open(place.read(object_of(sha256))):
                    file.write(chunk)
                file.seek(0)
                if default_storage.save(path, File(file)) != path:
                    raise BackupError(f"{path} could not be written under its own name.")
        number += 1
    return number


def _stands(path: str, sha256: str, size: int) -> bool:
    """Whether the very file is there already."""
    if not default_storage.exists(path) or default_storage.size(path) != size:
        return False
    with default_storage.open(path, "rb") as file:
        hashed = streams.Hashed(file.chunks())
        for _chunk in hashed:
            pass
    return hashed.sha256 == sha256
