"""Reading records and walking through pages of rows, whatever the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from integrations.errors import Ambiguous, Unavailable

from ._calls import Caller, Request
from ._records import Record, Totals

R = TypeVar("R", bound=Record)
T = TypeVar("T", bound=Totals)

PER_PAGE = 200
MOST_PAGES = 500


@dataclass(slots=True)
class Walk:
    """How far a walk from the newest change (to `since`; None: to the last row) has come.

    It ends behind a page that was in order and too old at its end. Begun anew from `page` and
    `in_order`, it goes on; rows that moved to an earlier page meanwhile are those that changed.
    """

    since: dt.datetime | None = None
    page: int = 1
    in_order: bool = True
    done: bool = False
    before: dt.datetime | None = None
    previous: Sequence[Record] = ()


class Walker:
    """How a reader gets at one record, one page, all rows, or those that changed."""

    _caller: Caller

    def _one(self, endpoint: str, path: str, key: str, kind: type[R]) -> R:
        return self._caller.call(
            Request(endpoint, "GET", path),
            lambda content: parse(kind, content.get(key), writes=False),
        )

    def _rows(
        self,
        path: str,
        key: str,
        kind: type[R],
        params: Mapping[str, str | int] | None = None,
        *,
        most_pages: int = MOST_PAGES,
    ) -> Iterator[R]:
        previous: list[R] | None = None
        for page in range(1, most_pages + 1):
            query = {**(params or {}), "page": page, "per_page": PER_PAGE}
            rows, more = self._caller.call(
                Request(f"GET {path}", "GET", path, query=query),
                lambda content: _page(content, key, kind),
            )
            if rows == previous:  # a server that does not page gives the same rows for ever
                return
            previous = rows
            yield from rows
            if not more:
                return
        raise Unavailable(f"Zoho has more {key} than we can walk through.", retryable=False)

    def _page(
        self,
        path: str,
        key: str,
        kind: type[R],
        params: Mapping[str, str | int],
        *,
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> tuple[list[R], bool]:
        query = {**params, "page": page, "per_page": per_page}
        return self._caller.call(
            Request(f"GET {path}", "GET", path, query=query),
            lambda content: _page(content, key, kind),
        )

    def _changed_page(self, walk: Walk, path: str, key: str, kind: type[T]) -> list[T]:
        """One page of what changed, and the walk a page further.

        Zoho may ignore the order that was asked for; then every page is walked through.
        """
        if walk.page > MOST_PAGES:
            raise Unavailable(f"Zoho has more {key} than we can walk through.", retryable=False)
        params = {"sort_column": "last_modified_time", "sort_order": "D"}
        rows, more = self._page(path, key, kind, params, page=walk.page, per_page=PER_PAGE)
        if rows == walk.previous:  # a server that does not page gives the same rows for ever
            walk.done = True
            return []
        fresh: list[T] = []
        for row in rows:
            changed = row.last_modified_time
            if changed is None or changed.tzinfo is None:
                walk.in_order = False
                fresh.append(row)
                continue
            walk.in_order = walk.in_order and (walk.before is None or changed <= walk.before)
            walk.before = changed
            if walk.since is None or changed >= walk.since:
                fresh.append(row)
        too_old = bool(rows) and walk.in_order and not self._newer(rows[-1], walk.since)
        walk.done = too_old or not more
        walk.page, walk.previous = walk.page + 1, list(rows)
        return fresh

    @staticmethod
    def _newer(row: Totals, since: dt.datetime | None) -> bool:
        changed = row.last_modified_time
        return since is None or changed is None or changed >= since


def _page(content: Mapping[str, Any], key: str, kind: type[R]) -> tuple[list[R], bool]:
    """The rows of one page, and whether there is another."""
    rows = content.get(key)
    if not isinstance(rows, list):
        raise Unavailable(f"Zoho's answer has no {key}.", retryable=False)
    context = content.get("page_context")
    said = context.get("has_more_page") if isinstance(context, Mapping) else None
    more = str(said).strip().casefold() in ("true", "1")
    if said is None:
        more = len(rows) >= PER_PAGE  # a full page without a word about the next
    return [parse(kind, row, writes=False) for row in rows], more


def parse(kind: type[R], content: Any, *, writes: bool) -> R:
    """Zoho's record as our type; one without its id proves nothing."""
    try:
        return kind.model_validate(content)
    except ValidationError as exc:
        fields = sorted({".".join(str(part) for part in error["loc"]) for error in exc.errors()})
        broken = Ambiguous if writes else Unavailable
        # The values stay out of the message: they are somebody's invoice.
        raise broken(
            f"Zoho's answer lacks or garbles: {', '.join(fields) or 'the record'}.",
            retryable=False,
        ) from None


def segment(record_id: str) -> str:
    """An id as one part of a path, whatever it holds."""
    return quote(record_id, safe="")
