"""Lists as Zoho gives them: known filters work, unknown ones are ignored without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ._store import Record
from ._wire import Call, Problem, Reply, success

_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """Which parameters a list knows. `text` ones also with `_startswith` and `_contains`."""

    key: str
    row: Callable[[Record], Record]
    exact: frozenset[str] = frozenset()
    text: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    searched: tuple[str, ...] = ()
    filters: Mapping[str, Callable[[Record], bool]] | None = None
    sortable: frozenset[str] = frozenset()

    def answer(self, call: Call, records: Iterable[Record]) -> Reply:
        """One page of the records that fit the query."""
        query = call.query
        found = [record for record in records if self._fits(record, query)]
        applied = query.get("filter_by", "")
        if applied and self.filters is not None:
            if applied not in self.filters:
                raise Problem(400, 2, "Invalid value passed for filter_by")
            found = [record for record in found if self.filters[applied](record)]
        column = query.get("sort_column", "")
        if column in self.sortable:
            found.sort(key=lambda record: str(record.get(column, "")).casefold())
        if query.get("sort_order") == "D":
            found.reverse()
        page = _whole(query.get("page"), 1)
        per_page = min(_whole(query.get("per_page"), _MOST_ROWS), _MOST_ROWS)
        start = (page - 1) * per_page
        context = {
            "page": page,
            "per_page": per_page,
            "has_more_page": start + per_page < len(found),
            "report_name": self.key,
            "applied_filter": applied or "Status.All",
            "sort_column": column or "created_time",
            "sort_order": query.get("sort_order", "A"),
        }
        rows = [self.row(record) for record in found[start : start + per_page]]
        return success({self.key: rows, "page_context": context})

    def _fits(self, record: Record, query: Mapping[str, str]) -> bool:
        return all(self._fits_one(record, name, value) for name, value in query.items())

    def _fits_one(self, record: Record, name: str, value: str) -> bool:
        if name in self.exact:
            return str(record.get(name, "")) == value
        if name == "search_text" and self.searched:
            return any(_plain(value) in _plain(record.get(key)) for key in self.searched)
        field, _, ending = name.rpartition("_")
        if name in self.text:
            return _plain(record.get(name)) == _plain(value)
        if field in self.text and ending == "startswith":
            return _plain(record.get(field)).startswith(_plain(value))
        if field in self.text and ending == "contains":
            return _plain(value) in _plain(record.get(field))
        if name in self.days:
            return str(record.get(name, "")) == value
        if field in self.days and ending in _DAY_TESTS:
            return _DAY_TESTS[ending](str(record.get(field, "")), value)
        return True


_DAY_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "start": lambda day, limit: day >= limit,
    "end": lambda day, limit: day <= limit,
    "before": lambda day, limit: day < limit,
    "after": lambda day, limit: day > limit,
}


def pick(record: Mapping[str, Any], names: Iterable[str]) -> Record:
    """Some fields of a record, those that it has."""
    return {name: record[name] for name in names if name in record}


def _plain(value: object) -> str:
    return str(value or "").strip().casefold()


def _whole(value: str | None, default: int) -> int:
    try:
        return max(1, int(value or default))
    except ValueError:
        return default
