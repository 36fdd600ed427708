"""While a candidate runs beside the control, nothing is written: not here, not outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from zohodocs import clients

_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP", "ALTER", "CREATE")


class WriteRefused(Exception):
    """A candidate in shadow tried to write."""


@contextmanager
def no_writes() -> Iterator[None]:
    """Refuse every statement that writes, and every client of Zoho that could.

    Raises WriteRefused, clients.OnlyReading where it is tried.
    """
    with connection.execute_wrapper(_refuse), clients.only_reading():
        yield


def _refuse(
    execute: Callable[..., Any],
    sql: str,
    params: Sequence[Any] | Mapping[str, Any] | None,
    many: bool,
    context: Mapping[str, Any],
) -> Any:
    if sql.lstrip(" (\n").upper().startswith(_WRITES):
        raise WriteRefused("A way that is run in shadow may not write.")
    return execute(sql, params, many, context)
