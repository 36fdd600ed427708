"""Statements that a worker repeats for every paper: Django builds their SQL once, not each time.

Building a query takes Django longer than PostgreSQL needs to answer it. The models stay the one
place that says what tables and columns there are; only the values are new from paper to paper.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache, wraps
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable
from django.db.models.sql import UpdateQuery
from django.utils.functional import Promise

# Types of columns, other than those of JSON itself.
_FROM_TEXT = (Decimal, date, UUID, Promise)


class _Given(Expression):
    """Where a value will stand."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A place in the statement, and among its values this mark."""
        return "%s", [self]


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL, its values (marks among them), and what makes a row of the answer."""

    sql: str
    values: tuple[Any, ...]
    row: Callable[[Sequence[Any]], Any] = tuple

    def run(self, given: Mapping[str, Any]) -> Any:
        """A cursor that ran it; for the caller to close."""
        values = [
            given[value.name] if isinstance(value, _Given) else value for value in self.values
        ]
        cursor = connection.cursor()
        try:
            # As Django's own writes do: after an error nothing of the transaction is kept.
            with transaction.mark_for_rollback_on_error(using=DEFAULT_DB_ALIAS):
                cursor.execute(self.sql, values)
        except BaseException:
            cursor.close()
            raise
        return cursor


def prepared(build: Callable[..., models.QuerySet[Any, Any]]) -> Callable[..., list[Any]]:
    """A question whose SQL is built when it is first asked, by the function that says what it is.

    The function gets a mark for each named argument, a tuple of marks for a tuple, and None for
    None; it may look at nothing else of them. Answers are the rows: tuples of a `values_list`, or
    models. Arguments: str, int, bool, date, datetime, Decimal, tuples of them, or None.
    """
    known: dict[Hashable, _Statement] = {}

    @wraps(build)
    def ask(**given: Any) -> list[Any]:
        shape = (connection.vendor, *((name, _shape(value)) for name, value in given.items()))
        statement = known.get(shape)
        if statement is None:
            marks = {name: _marks(name, value) for name, value in given.items()}
            statement = known[shape] = _question(build(**marks))
        with statement.run(dict(chain.from_iterable(map(_bound, given.items())))) as cursor:
            return [statement.row(row) for row in cursor.fetchall()]

    return ask


def update(
    model: type[models.Model], *, where: Mapping[str, Any], values: Mapping[str, Any]
) -> int:
    """UPDATE the rows whose columns equal these; how many there were.

    `values` may hold expressions such as `F("version") + 1`.
    """
    worked_out = {
        name: value for name, value in values.items() if hasattr(value, "resolve_expression")
    }
    statement = _update(
        connection.vendor, model, tuple(where), tuple(values), tuple(worked_out.items())
    )
    fields = model._meta
    given = {
        f"where {name}": fields.get_field(name).get_db_prep_value(value, connection)  # type: ignore[union-attr]  # columns, not relations
        for name, value in where.items()
    } | {
        name: fields.get_field(name).get_db_prep_save(getattr(value, "pk", value), connection)  # type: ignore[union-attr]  # columns, not relations
        for name, value in values.items()
        if name not in worked_out
    }
    with statement.run(given) as cursor:
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class Rows:
    """New rows of one table, given by their columns (`document_id`).

    What a row does not name has the field's default. A row that is there already by its `unique`
    columns stays as it is, but for the columns to `overwrite`.
    """

    model: type[models.Model]
    rows: Sequence[Mapping[str, Any]]
    unique: tuple[str, ...] = ()
    overwrite: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """One INSERT: with all rows as one value of JSON where the database is PostgreSQL."""
        return _insert(connection.vendor, self.model, self.unique, self.overwrite)

    def full(self) -> list[dict[str, Any]]:
        """Each row with its defaults. Raises TypeError for a column that the table has not."""
        fixed, made = _defaults(self.model)
        full = [{**fixed, **{name: make() for name, make in made}, **row} for row in self.rows]
        columns = len(fixed) + len(made)
        for row in full:
            if len(row) != columns:
                unknown = row.keys() - {field.attname for field in _columns(self.model)}
                raise TypeError(f"{self.model.__name__} has no {', '.join(sorted(unknown))}.")
        return full


def insert(*wanted: Rows) -> int:
    """INSERT them, in one statement where that can be; how many of the last were written."""
    wanted = tuple(each for each in wanted if each.rows)
    if not wanted:
        return 0
    if connection.vendor == "postgresql":
        *others, last = (each.sql for each in wanted)
        along = ", ".join(f"more_{number} AS ({sql})" for number, sql in enumerate(others))
        sql = f"WITH {along} {last}" if others else last
        with _Statement(sql, tuple(map(_as_json, wanted))).run({}) as cursor:
            return int(cursor.rowcount)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for each in wanted:
            fields = _columns(each.model)
            values = [
                [field.get_db_prep_save(row[field.attname], connection) for field in fields]
                for row in each.full()
            ]
            cursor.executemany(each.sql, values)
        return int(cursor.rowcount)


def _as_json(wanted: Rows) -> str:
    """The rows for PostgreSQL, which reads what JSON has no type for from its text.

    In a column of JSON there is no such value: like anywhere else that is a TypeError.
    """
    rows = [
        {
            name: str(value) if isinstance(value, _FROM_TEXT) else value
            for name, value in row.items()
        }
        for row in wanted.full()
    ]
    return json.dumps(rows, allow_nan=False)


def _shape(value: Any) -> Hashable:
    return len(value) if isinstance(value, tuple) else value is None


def _marks(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_Given(f"{name} {number}") for number in range(len(value)))
    return None if value is None else _Given(name)


def _bound(given: tuple[str, Any]) -> Iterable[tuple[str, Any]]:
    name, value = given
    adapted = connection.ops.adapt_unknown_value
    if isinstance(value, tuple):
        return [(f"{name} {number}", adapted(each)) for number, each in enumerate(value)]
    return [(name, adapted(value))]


def _question(rows: models.QuerySet[Any, Any]) -> _Statement:
    compiler = rows.query.get_compiler(connection=connection)
    sql, values = compiler.as_sql()
    selected = [column[0] for column in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(selected)

    def plain(row: Sequence[Any]) -> tuple[Any, ...]:
        if not converters:
            return tuple(row)
        found = list(row)
        for position, (convert, expression) in converters.items():
            for converter in convert:
                found[position] = converter(found[position], expression, connection)
        return tuple(found)

    if not issubclass(rows._iterable_class, ModelIterable):
        return _Statement(sql, tuple(values), plain)
    model, names = rows.model, [column.target.attname for column in selected]
    return _Statement(
        sql, tuple(values), lambda row: model.from_db(DEFAULT_DB_ALIAS, names, plain(row))
    )


# Bounded: an expression among the values is part of the SQL.
@lru_cache(maxsize=256)
def _update(
    vendor: str,
    model: type[models.Model],
    where: tuple[str, ...],
    names: tuple[str, ...],
    worked_out: tuple[tuple[str, Any], ...],
) -> _Statement:
    rows = model._base_manager.filter(**{name: _Given(f"where {name}") for name in where})
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values({name: _Given(name) for name in names} | dict(worked_out))
    sql, values = query.get_compiler(connection=connection).as_sql()
    return _Statement(sql, tuple(values))


@cache
def _columns(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    fields = model._meta.concrete_fields
    return tuple(field for field in fields if not isinstance(field, models.AutoField))


@cache
def _defaults(
    model: type[models.Model],
) -> tuple[Mapping[str, Any], Sequence[tuple[str, Callable[[], Any]]]]:
    """The defaults that are the same for all rows, and those to be made for each."""
    fixed: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for field in _columns(model):
        if callable(field.default):
            made.append((field.attname, field.get_default))
        else:
            fixed[field.attname] = field.get_default()
    return fixed, made


@cache
def _insert(
    vendor: str, model: type[models.Model], unique: tuple[str, ...], overwrite: tuple[str, ...]
) -> str:
    quoted = connection.ops.quote_name
    table, columns = quoted(model._meta.db_table), _columns(model)
    names = ", ".join(quoted(str(field.column)) for field in columns)
    if vendor == "postgresql":
        # Named by their columns, PostgreSQL takes the rows apart by its own types.
        rows = f"SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"  # noqa: S608  # names of our own models
    else:
        rows = f"VALUES ({', '.join(['%s'] * len(columns))})"
    sql = f"INSERT INTO {table} ({names}) {rows}"
    if not unique:
        return sql
    renewed = ", ".join(f"{quoted(name)} = EXCLUDED.{quoted(name)}" for name in overwrite)
    what = f"UPDATE SET {renewed}" if renewed else "NOTHING"
    return f"{sql} ON CONFLICT ({', '.join(map(quoted, unique))}) DO {what}"


__all__ = ["Rows", "insert", "prepared", "update"]
