"""The editable lines of a document before they are saved: split, merged, summed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zohodocs.domain import line_grid
from zohodocs.domain.invoice import LineItem
from zohodocs.domain.money import to_decimal
from zohodocs.web.formats import money

from . import parsing

MOST_LINES = 500
_FIELDS = ("description", "quantity", "unit_price", "line_total", "tax_rate")
_KEY = re.compile(rf"^line-(\d{{1,4}})-({'|'.join(_FIELDS)})$")
_SPLIT = re.compile(r"^split-(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines as typed now. `says`: their sum beside the paper's net; `fits`: None = open."""

    lines: Sequence[LineItem]
    net: str
    currency: str
    says: str
    fits: bool | None
    problem: str = ""
    # Not saved yet: the grid stays unfolded.
    drafted: bool = False


def of(
    lines: Sequence[LineItem], *, net: str, currency: str, problem: str = "", drafted: bool = False
) -> Grid:
    """The grid of these lines. `net`: the net total that stands on the paper, "" if none does."""
    total, wanted = line_grid.total(lines), to_decimal(net)
    fits = None if total is None or wanted is None else total == wanted
    if not lines:
        says = ""
    elif total is None:
        says = _("An amount is missing: the lines cannot be summed.")
    elif wanted is None:
        says = _("Sum of the lines: %(sum)s.") % {"sum": money(total, currency)}
    elif fits:
        says = _("Sum of the lines: %(sum)s. That is the net total.") % {
            "sum": money(total, currency)
        }
    else:
        says = _("Sum of the lines: %(sum)s; net total: %(net)s. %(difference)s apart.") % {
            "sum": money(total, currency),
            "net": money(wanted, currency),
            "difference": money(abs(total - wanted), currency),
        }
    return Grid(lines, net, currency, says, fits, problem, drafted)


def typed(data: Mapping[str, Any], currency: str) -> dict[int, LineItem]:
    """The lines by their row; one that was emptied is gone. Raises parsing.NotReadable."""
    rows: dict[int, dict[str, str]] = {}
    for key, raw in data.items():
        if found := _KEY.match(key):
            rows.setdefault(int(found[1]), {})[found[2]] = str(raw).strip()
    lines = {}
    for at, row in sorted(rows.items())[:MOST_LINES]:
        if any(row.values()):
            numbers = {
                name: parsing.parse_amount(row[name], currency) if row.get(name) else None
                for name in _FIELDS[1:]
            }
            lines[at] = LineItem(description=row.get("description", "")[:500], **numbers)
    return lines


def drafted(before: Grid, data: Mapping[str, Any], deed: str, picked: Sequence[str]) -> Grid:
    """The grid after `split-N`, `merge` (of the picked rows) or `sum`; nothing is saved.

    `before` is the grid as it is saved; a row that cannot be read is said, and what was typed
    stays where it is only in the browser. Raises parsing.NotReadable.
    """
    rows = typed(data, before.currency)
    problem = ""
    if found := _SPLIT.match(deed):
        lines = _split(rows, int(found[1]), before.currency)
    elif deed == "merge":
        lines, problem = _merged(rows, {int(at) for at in picked if at.isdecimal()})
    else:
        lines = list(rows.values())
    return of(lines, net=before.net, currency=before.currency, problem=problem, drafted=True)


def _split(rows: Mapping[int, LineItem], at: int, currency: str) -> list[LineItem]:
    lines: list[LineItem] = []
    for number, line in rows.items():
        lines += line_grid.split(line, currency) if number == at else [line]
    return lines


def _merged(rows: Mapping[int, LineItem], picked: set[int]) -> tuple[list[LineItem], str]:
    """The first of the picked rows becomes all of them; or why not."""
    chosen = [number for number in rows if number in picked]
    if len(chosen) < 2:
        return list(rows.values()), _("Tick two lines or more to merge them.")
    try:
        merged = line_grid.merge([rows[number] for number in chosen])
    except line_grid.NotMergeable:
        return list(rows.values()), _("These lines have different tax rates. They stay apart.")
    kept = {n: line for n, line in rows.items() if n not in chosen} | {chosen[0]: merged}
    return [kept[number] for number in sorted(kept)], ""
