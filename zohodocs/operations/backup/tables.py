"""Rows out of the database and into it, as the models of the applied migrations have them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import FileField, Model
from django.db.models.sql import InsertQuery

from .errors import BackupError

_BATCH = 500
# Log-ins end with a restore: whoever had left since must not be let in by an old session.
_NOT_KEPT = frozenset({"sessions.session"})


def models_at(targets: Sequence[tuple[str, str]] | None = None) -> list[type[Model]]:
    """The models of the applied migrations, or of those up to `targets`; in order of their names.

    They are those of the schema and not of the code: a release that is about to migrate backs up
    what is there, and a restore brings back what was there.
    """
    loader = MigrationLoader(connection)
    nodes = list(targets) if targets is not None else _leaves_of(loader)
    apps: Apps = loader.project_state(nodes).apps
    kept = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.label_lower not in _NOT_KEPT
    ]
    return sorted(kept, key=lambda model: model._meta.label_lower)


def _leaves_of(loader: MigrationLoader) -> list[tuple[str, str]]:
    """The applied migrations after which no applied one comes."""
    applied = set(loader.applied_migrations)
    unknown = sorted(f"{app}.{name}" for app, name in applied - set(loader.graph.nodes))
    ours = [name for name in unknown if not name.startswith("django_")]
    if ours:
        raise BackupError(
            f"The database has migrations that this release does not know ({', '.join(ours)}). "
            "Run the release that it belongs to."
        )
    known = applied & set(loader.graph.nodes)
    return sorted(
        node
        for node in known
        if not any(child.key in known for child in loader.graph.node_map[node].children)
    )


@contextmanager
def one_moment() -> Iterator[None]:
    """Whatever is read inside is of one moment, and nobody has to wait for the reader."""
    if connection.in_atomic_block:
        raise BackupError("A backup cannot be made inside a transaction.")
    if connection.vendor == "sqlite":
        # A reader of a WAL database sees one moment; IMMEDIATE would keep every writer out.
        connection.ensure_connection()  # which is what sets the mode: it would overwrite ours
        usual = connection.transaction_mode  # type: ignore[attr-defined]  # Django's own, since 5.1
        connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]  # as above
        try:
            with transaction.atomic():
                yield
        finally:
            connection.transaction_mode = usual  # type: ignore[attr-defined]  # as above
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def columns(model: type[Model]) -> list[str]:
    """The columns of its rows, in order."""
    return [field.attname for field in model._meta.concrete_fields]


def file_columns(model: type[Model]) -> list[int]:
    """Which of them name a file."""
    fields = model._meta.concrete_fields
    return [place for place, field in enumerate(fields) if isinstance(field, FileField)]


def rows(model: type[Model]) -> Iterator[tuple[Any, ...]]:
    """All its rows, oldest first, in the order of `columns`."""
    found = model._base_manager.order_by("pk").values_list(*columns(model))
    yield from found.iterator(chunk_size=2000)


def to_line(row: Iterable[Any]) -> str:
    """The row as one line of JSON; microseconds and decimals are kept to the last digit."""
    return json.dumps(list(row), default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> str:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    raise TypeError(f"A {type(value).__name__} cannot be backed up.")


def clear(models: Iterable[type[Model]]) -> None:
    """Take out what the migrations put in."""
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours, quoted


def insert(model: type[Model], names: Sequence[str], found: Iterable[Sequence[Any]]) -> int:
    """Write rows as they were, past every default and clock; how many."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    if set(names) != set(fields):
        raise BackupError(f"The columns of {model._meta.label} are not those of the backup.")
    ordered = [fields[name] for name in names]
    number, left = 0, iter(found)
    while batch := list(islice(left, _BATCH)):
        objects = []
        for row in batch:
            made = model()
            for field, value in zip(ordered, row, strict=True):
                setattr(made, field.attname, field.to_python(value))
            objects.append(made)
        # In portions, as SQLite takes only so many values at once.
        most = connection.ops.bulk_batch_size(ordered, objects)
        for start in range(0, len(objects), most):
            query = InsertQuery(model)
            query.insert_values(ordered, objects[start : start + most], raw=True)
            query.get_compiler(connection=connection).execute_sql()
        number += len(objects)
    return number


def reset_sequences(models: Iterable[type[Model]]) -> None:
    """New rows get numbers after those that were brought back."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
