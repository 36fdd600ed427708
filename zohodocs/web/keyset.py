"""Paging by the last row seen: as fast on page one thousand as on page one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from zohodocs.models.scope import ScopedQuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order that never ties: a column (or annotation) that is never null, then the key."""

    column: str
    kind: type[datetime] | type[Decimal] | type[str]
    descending: bool = False
    # Of equal ones the older first, even where more comes before less.
    ties_ascend: bool = False

    def by(self, *, backwards: bool = False) -> tuple[str, str]:
        """The arguments for `order_by`."""
        sign = "-" if self.descending != backwards else ""
        tie = "-" if self._tie_descends != backwards else ""
        return f"{sign}{self.column}", f"{tie}pk"

    def beyond(self, value: Any, pk: int, *, backwards: bool = False, including: bool = False) -> Q:
        """Rows that come after this one, or before it; `including`: and itself."""
        compare = "lt" if self.descending != backwards else "gt"
        tie = "lt" if self._tie_descends != backwards else "gt"
        here = "e" if including else ""
        # The bound of the column alone lets an index begin at this row; an OR alone would not.
        bound = Q(**{f"{self.column}__{compare}e": value})
        return bound & (Q(**{f"{self.column}__{compare}": value}) | Q(**{f"pk__{tie}{here}": pk}))

    @property
    def _tie_descends(self) -> bool:
        return self.descending and not self.ties_ascend

    def cursor(self, row: Model) -> str:
        """Where `row` stands, as a text for the address."""
        value = getattr(row, self.column)
        return f"{value.isoformat() if isinstance(value, date) else value}~{row.pk}"

    def read(self, cursor: str) -> tuple[Any, int] | None:
        """The place behind a cursor; None for anything that is no cursor of this order."""
        text, _mark, pk = cursor.rpartition("~")
        try:
            return self._value(text), int(pk)
        except (ValueError, OverflowError, InvalidOperation):
            return None

    def _value(self, text: str) -> Any:
        """The column's value; raises for one that no row can have."""
        if self.kind is datetime:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError(text)
            return moment.astimezone(UTC)
        if self.kind is Decimal:
            amount = Decimal(text)
            if not amount.is_finite():
                raise ValueError(text)
            return amount
        if "\0" in text:  # PostgreSQL knows no such text
            raise ValueError(text)
        return text


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Some rows, and the cursor of what follows ("" at the end)."""

    rows: list[Row]
    following: str


def page_of(rows: QuerySet[Row], order: Order, *, after: str = "", size: int = 50) -> Slice[Row]:
    """The next `size` rows after the cursor, from the beginning without one."""
    place = order.read(after) if after else None
    if place is not None:
        rows = rows.filter(order.beyond(*place))
    by = order.by()
    if isinstance(rows, ScopedQuerySet):
        found = list(rows.head(*by, size=size + 1))
    else:
        found = list(rows.order_by(*by)[: size + 1])
    more = len(found) > size
    return Slice(found[:size], order.cursor(found[size - 1]) if more else "")
