"""Line items: column roles from header words, cells by geometry, descriptions that wrap."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from zohodocs.domain.invoice import LineItem

from .amounts import Amount
from .layout import Layout, Line
from .lexicon import Hit, Hits, chained
from .text import PIECE

_ITEM_ROLES = ("description", "quantity", "unit_price", "line_total")
_ROLES = (
    "line_total",
    "unit_price",
    "quantity",
    "description",
    "tax_rate",
    "tax_amount",
    "gross_total",
    "unit",
    "code",
    "position",
    "date",
    "discount",
    "base",
)
# A number without "%" under "VAT" is the rate only if some country has such a rate.
_RATES = frozenset(
    [Decimal(rate) for rate in range(3, 28)]
    + [Decimal(rate) for rate in ("0", "2.1", "2.5", "2.6", "3.8", "4.8", "5.5", "7.7", "8.1")]
    + [Decimal(rate) for rate in ("8.5", "9.5", "13.5", "25.5")]
)
_ENDING = ("net_total", "tax_total", "gross_total", "amount_due")
# Share of a header line's words that must be names of columns.
_HEADER_SHARE = 0.5
# Lines without a single figure that a table may hold before it is over.
_PATIENCE = 14


@dataclass(slots=True)
class Column:
    """One column: its role and where its header stands."""

    role: str
    x0: float
    x1: float


@dataclass(slots=True)
class ItemTable:
    """A table of line items: its lines (indices) and what they say."""

    columns: list[Column]
    lines: set[int] = field(default_factory=set)
    items: list[LineItem] = field(default_factory=list)


def find_items(
    layout: Layout, hits: Hits, amounts: list[list[Amount]]
) -> tuple[list[LineItem], set[int]]:
    """The line items of all pages, and the indices of the lines that hold them."""
    items: list[LineItem] = []
    lines: set[int] = set()
    index = 0
    while index < len(layout.lines):
        columns = header_columns(layout, hits, layout.lines[index])
        if not columns:
            index += 1
            continue
        table = _read(layout, hits, amounts, index, columns)
        lines |= table.lines
        items.extend(table.items)
        index = max(table.lines, default=index) + 1
    return items, lines


def header_columns(layout: Layout, hits: Hits, line: Line) -> list[Column]:
    """The columns if the line is the header of an item table, else nothing.

    A header of several lines may have the line total's words just above or below the others.
    """
    found = hits.columns[line.index]
    if len(found) < 2 or len(line.segments) < 2:
        return []
    if sum(hit.words for hit in found) < _HEADER_SHARE * len(PIECE.findall(line.folded)):
        return []
    columns = _roles(found)
    named = {column.role for column in columns}
    if "line_total" not in named and len(named & set(_ITEM_ROLES)) == len(_ITEM_ROLES) - 1:
        columns += _total_beside(layout, hits, line, columns)
        named = {column.role for column in columns}
    items = named & set(_ITEM_ROLES)
    if "line_total" not in named or len(items) < (2 if "description" in named else 3):
        return []
    return columns


def _total_beside(layout: Layout, hits: Hits, line: Line, columns: list[Column]) -> list[Column]:
    """The line total's column from the lines next to the header."""
    for index in range(max(line.index - 2, 0), min(line.index + 3, len(layout.lines))):
        near = layout.lines[index]
        if near.page != line.page or abs(near.y0 - line.y0) > 3 * line.height:
            continue
        for hit in hits.columns[index]:
            x0, x1 = near.extent(hit.start, hit.end)
            apart = all(x0 > column.x1 or x1 < column.x0 for column in columns)
            if "line_total" in hit.fields and apart and x0 > columns[0].x1:
                return [Column("line_total", x0, x1)]
    return []


def is_tax_header(hits: Hits, line: Line) -> bool:
    """Whether the line heads a tax summary: a rate beside a base or a tax, no description."""
    roles: set[str] = set()
    for hit in hits.columns[line.index]:
        roles |= hit.fields.keys()
    covered = sum(hit.words for hit in hits.columns[line.index])
    return (
        len(hits.columns[line.index]) > 1
        and "tax_rate" in roles
        and bool(roles & {"base", "tax_amount"})
        and not roles & {"description", "quantity"}
        and covered >= 0.4 * len(PIECE.findall(line.folded))
    )


def _roles(found: list[Hit]) -> list[Column]:
    """One role a column; of two that could be the line total, the right one, gross apart."""
    columns: list[Column] = []
    used: set[str] = set()
    previous: Hit | None = None
    for hit in reversed(found):
        if previous is not None and chained(hit, previous):
            # "Ilość / Qty": one column, named twice.
            columns[-1].x0 = hit.line.extent(hit.start, hit.end)[0]
            previous = hit
            continue
        previous = hit
        options = [role for role in _ROLES if role in hit.fields]
        free = [role for role in options if role not in used]
        role = free[0] if free else "extra"
        used.add(role)
        x0, x1 = hit.line.extent(hit.start, hit.end)
        columns.append(Column(role, x0, x1))
    columns.reverse()
    if "line_total" not in used:
        for column in reversed(columns):
            if column.role == "gross_total":
                column.role = "line_total"
                break
    return columns


def _read(
    layout: Layout, hits: Hits, amounts: list[list[Amount]], header: int, columns: list[Column]
) -> ItemTable:
    table = ItemTable(columns, {header})
    top = layout.lines[header]
    waiting: list[str] = []
    idle = 0
    previous = top
    cells: dict[str, Amount] = {}
    texts: list[str] = []

    def close() -> None:
        if cells:
            table.items.append(_item(cells, texts))

    for line in layout.lines[header + 1 :]:
        if line.page == previous.page and line.y0 - previous.y1 > 9 * previous.height:
            break
        if line.page != top.page and header_columns(layout, hits, line):
            break
        if is_tax_header(hits, line):
            break
        if ends_table(hits, line, amounts[line.index]):
            break
        row = _cells(columns, amounts[line.index])
        text = _description(columns, line, row)
        if "line_total" in row and (len(row) > 1 or text or waiting):
            close()
            cells, texts = row, [*([text] if text else waiting)]
            waiting = []
            idle = 0
        elif text:
            idle += 1
            near = line.y0 - previous.y1 < 1.2 * line.height
            (texts if cells and near else waiting).append(text)
            del waiting[:-2]
        else:
            idle += 1
        if idle > _PATIENCE:
            break
        table.lines.add(line.index)
        previous = line
    close()
    if not table.items:
        table.lines = {header}
    return table


def ends_table(hits: Hits, line: Line, row: list[Amount]) -> bool:
    """Whether the line is a total: a total's label first in its segment, nearly alone."""
    for hit in hits.labels[line.index]:
        if not hit.leads or max(hit.fields.get(name, 0.0) for name in _ENDING) < 1:
            continue
        segment = hit.segment
        rest = PIECE.findall(line.folded[hit.end : segment.end])
        words = [word for word in rest if not any(char.isdigit() for char in word)]
        after = [amount for amount in row if amount.start >= hit.end]
        if hit.alone and len(after) == 1 and not any(a.start < hit.start for a in row if a.money):
            return True
        first = segment.index == 0 or not _text_before(line, segment.index)
        money = any(not amount.percent for amount in after)
        headed = hit.alone and "tax_total" not in hit.fields
        if len(words) <= 3 and first and (money or headed):
            return True
    return False


def _text_before(line: Line, index: int) -> bool:
    return any(PIECE.search(segment.folded) for segment in line.segments[:index])


def _cells(columns: list[Column], row: list[Amount]) -> dict[str, Amount]:
    """The numbers of a line by the role of the column each stands under."""
    cells: dict[str, Amount] = {}
    for amount in row:
        column = _column(columns, amount.x0, amount.x1)
        if column is None:
            continue
        role = column.role
        if amount.percent:
            role = "tax_rate" if role in ("tax_rate", "tax_amount", "unit_price") else "discount"
        if role in ("description", "code", "position", "date", "extra", "discount"):
            continue
        if role == "tax_rate" and not amount.percent and amount.value not in _RATES:
            continue
        if role == "unit" and "quantity" not in cells:
            role = "quantity"
        if role == "line_total" and not amount.money and amount.decimals == 0 and _wordy(amount):
            continue
        cells.setdefault(role, amount)
    return cells


def _wordy(amount: Amount) -> bool:
    """Whether the number is part of a phrase rather than a cell of its own."""
    segment = amount.line.segment_at(amount.start)
    return len(segment.text) > (amount.end - amount.start) + 8


def _column(columns: list[Column], x0: float, x1: float) -> Column | None:
    best, distance = None, 46.0
    for column in columns:
        gap = max(column.x0 - x1, x0 - column.x1, 0.0)
        centre = abs(column.x0 + column.x1 - x0 - x1) / 2000
        if gap + centre < distance:
            best, distance = column, gap + centre
    return best


def _description(columns: list[Column], line: Line, row: dict[str, Amount]) -> str:
    """The words under the description's header, up to the next column."""
    at = next((i for i, column in enumerate(columns) if column.role == "description"), None)
    left = columns[at].x0 - 12 if at else 0.0
    right = columns[at + 1].x0 if at is not None and at + 1 < len(columns) else line.width
    numbers = {(a.start, a.end) for a in row.values()}
    words = []
    for token, start in zip(line.tokens, line.starts, strict=True):
        middle = (token.x0 + token.x1) / 2
        inside = any(begin <= start < end for begin, end in numbers)
        if left <= token.x0 and middle < right and not inside:
            words.append(token.text)
    text = " ".join(words)
    return text if any(char.isalpha() for char in text) else ""


def _item(cells: dict[str, Amount], texts: list[str]) -> LineItem:
    def value(role: str) -> Decimal | None:
        amount = cells.get(role)
        return amount.value if amount else None

    return LineItem(
        description=" ".join(texts)[:500],
        quantity=value("quantity"),
        unit_price=value("unit_price"),
        line_total=value("line_total"),
        tax_rate=value("tax_rate"),
    )
