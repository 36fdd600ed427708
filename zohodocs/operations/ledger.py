"""The proof that nothing is lost: two equations, per organisation and channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet, Value

from zohodocs.domain.states import DocumentState
from zohodocs.models import Arrival, ArrivalResult, Document, Organization


@dataclass(slots=True)
class Line:
    """One organisation and channel.

    arrivals = documents + repeats + refusals; documents = the sum over states.
    """

    organization: str
    channel: str
    arrivals: int = 0
    repeats: int = 0
    refusals: int = 0
    documents: int = 0
    states: dict[str, int] = field(default_factory=dict)

    @property
    def difference(self) -> int:
        """How many files cannot be accounted for; 0 is right."""
        by_arrival = self.arrivals - self.documents - self.repeats - self.refusals
        by_state = self.documents - sum(self.states.values())
        return abs(by_arrival) + abs(by_state)

    def to_json(self) -> dict[str, Any]:
        """As printed by `ledger --json`."""
        return {
            "organization": self.organization,
            "channel": self.channel,
            "arrivals": self.arrivals,
            "documents": self.documents,
            "repeats": self.repeats,
            "refusals": self.refusals,
            "states": self.states,
            "difference": self.difference,
        }


def lines(organizations: Sequence[Organization] | None = None) -> list[Line]:
    """One line per organisation and channel, from one consistent look at the database.

    Of these organisations, or of all.
    """
    found: dict[tuple[int, str], Line] = {}
    known = {state.value for state in DocumentState}
    # One statement sees one moment; two would see files that arrive in between once.
    arrivals = _counted(Arrival, "result", organizations)
    counts = list(arrivals.union(_counted(Document, "state", organizations), all=True))
    codes = dict(Organization.objects.values_list("pk", "code"))
    for row in counts:
        key = (row["organization_id"], row["channel"])
        line = found.setdefault(key, Line(codes[key[0]], key[1]))
        value, number = row["value"], row["number"]
        if row["table"] == Arrival.__name__:
            line.arrivals += number
            line.repeats += number if value == ArrivalResult.REPEATED else 0
            line.refusals += number if value == ArrivalResult.REFUSED else 0
        else:
            line.documents += number
            if value in known:
                line.states[value] = number
    return sorted(found.values(), key=lambda each: (each.organization, each.channel))


def _counted(
    model: type[Arrival] | type[Document],
    column: str,
    organizations: Sequence[Organization] | None,
) -> QuerySet[Any, Any]:
    """How many rows there are by organisation, channel and this column."""
    every = model.objects
    chosen = every.all() if organizations is None else every.for_organizations(organizations)
    rows = chosen.order_by().values("organization_id", "channel")
    counted = rows.annotate(table=Value(model.__name__), value=F(column), number=Count("pk"))
    return counted.values("organization_id", "channel", "table", "value", "number")


def difference() -> int:
    """The sum over all lines; 0 means that every file is accounted for."""
    return sum(each.difference for each in lines())
