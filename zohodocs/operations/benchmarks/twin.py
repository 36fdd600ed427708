"""A second database beside the one that is measured, so that both are measured by turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def present() -> BaseDatabaseWrapper:
    """The connection in use."""
    return connections[DEFAULT_DB_ALIAS]


def copied(name: str) -> BaseDatabaseWrapper:
    """A copy of the database as it stands now, and a connection to it."""
    source = present()
    source.close()  # nobody may look at what is copied
    aside = _connection_to("template1")
    quoted = [aside.ops.quote_name(each) for each in (name, source.settings_dict["NAME"])]
    with aside.cursor() as cursor:
        cursor.execute("CREATE DATABASE {} TEMPLATE {}".format(*quoted))
    aside.close()
    return _connection_to(name)


def by_turns(
    sides: Sequence[BaseDatabaseWrapper], deeds: Mapping[str, tuple[Callable[[], None], int]]
) -> list[dict[str, float]]:
    """Milliseconds of each deed on each side, the median of so many, after one that warms up."""
    found: list[dict[str, float]] = [{} for _ in sides]
    for name, (act, times) in deeds.items():
        taken: list[list[float]] = [[] for _ in sides]
        for turn in range(times + 1):
            # Now this one first, now that one: what comes second finds a warmer processor.
            for place in range(len(sides)) if turn % 2 else reversed(range(len(sides))):
                with _in_use(sides[place]):
                    began = time.perf_counter()
                    act()
                    taken[place].append((time.perf_counter() - began) * 1000)
        for each, milliseconds in zip(found, taken, strict=True):
            each[name] = statistics.median(milliseconds[1:])
    return found


@contextmanager
def _in_use(side: BaseDatabaseWrapper) -> Iterator[None]:
    before = present()
    connections[DEFAULT_DB_ALIAS] = side
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before


def _connection_to(name: str) -> BaseDatabaseWrapper:
    made = connections.create_connection(DEFAULT_DB_ALIAS)
    made.settings_dict = made.settings_dict | {"NAME": name}
    return made
