"""Dates as printed, with their places; day and month put in order by the paper's own clues."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel import Locale

from .layout import Layout, Line
from .text import fold

_LANGUAGES = (
    "en",
    "de",
    "fr",
    "pl",
    "it",
    "es",
    "nl",
    "ru",
    "et",
    "sv",
    "da",
    "nb",
    "cs",
    "fi",
    "pt",
)
_EXTRA_MONTHS = {"sept": 9, "janv": 1, "fevr": 2, "juil": 7, "maerz": 3, "sierpien": 8, "okt": 10}
_MONTH = r"[^\W\d_]{3,12}"
_ISO = r"(?P<iy>\d{4})(?P<is>[-/.])\s?(?P<im>\d{1,2})(?P=is)\s?(?P<id>\d{1,2})"
_NUMERIC = r"(?P<na>\d{1,2})\s?(?P<ns>[./-])\s?(?P<nb>\d{1,2})\s?(?P=ns)\s?(?P<ny>\d{4}|\d{2})"
_DAY_FIRST = (
    rf"(?P<dd>\d{{1,2}})(?:st|nd|rd|th|er|o|\.)?[ .\-]{{0,2}}(?:de |of )?(?P<dm>{_MONTH})\.?,?"
    r"[ \-./]{0,2}(?:de |del )?(?P<dy>\d{4}|'?\d{2})"
)
_MONTH_FIRST = rf"(?P<mm>{_MONTH})\.? (?P<md>\d{{1,2}})(?:st|nd|rd|th)?,? {{0,2}}(?P<my>\d{{4}})"
_COMPACT = r"(?P<cy>20\d{2})(?P<cm>0[1-9]|1[0-2])(?P<cd>[0-3]\d)"
_DATE = re.compile(
    rf"(?<![\w.,/-])(?:{_ISO}|{_NUMERIC}|{_DAY_FIRST}|{_MONTH_FIRST}|{_COMPACT})"
    r"(?![\w]|[-/]\d|[.,]\d)"
)
# Words that print day and month the American way around when nothing else tells.
_MONTH_FIRST_LANGUAGES = ("en",)


@dataclass(slots=True)
class DateFound:
    """A date on the paper. `other` is the second reading where day and month may change places."""

    line: Line
    start: int
    end: int
    value: date
    other: date | None
    x0: float
    x1: float
    mark: str = ""  # separator of a numeric date
    compact: bool = False  # eight digits: a date only beside a date label


@dataclass(frozen=True, slots=True)
class Order:
    """How numeric dates are read here, and whether anything on the paper says so."""

    day_first: bool
    settled: bool


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    months = dict(_EXTRA_MONTHS)
    for language in _LANGUAGES:
        locale = Locale(language)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    months.setdefault(fold(name).strip(". "), number)
    return months


def find_dates(layout: Layout) -> list[list[DateFound]]:
    """The dates of every line; numeric ones read day first, with the other reading beside them."""
    return [_of_line(line) for line in layout.lines]


def _of_line(line: Line) -> list[DateFound]:
    found = []
    position = 0
    while match := _DATE.search(line.folded, position):
        read = None if "\t" in match.group() else _read(match)
        if read is None:
            position = match.start() + 1
            continue
        position = match.end()
        value, other = read
        x0, x1 = line.extent(match.start(), match.end())
        found.append(
            DateFound(
                line,
                match.start(),
                match.end(),
                value,
                other,
                x0,
                x1,
                mark=match["ns"] or "",
                compact=match["cy"] is not None,
            )
        )
    return found


def _read(match: re.Match[str]) -> tuple[date, date | None] | None:
    if match["iy"]:
        value = make_date(match["iy"], match["im"], match["id"])
        return (value, None) if value else None
    if match["na"]:
        day_first = make_date(match["ny"], match["nb"], match["na"])
        month_first = make_date(match["ny"], match["na"], match["nb"])
        if day_first and month_first and day_first != month_first:
            return day_first, month_first
        either = day_first or month_first
        return (either, None) if either else None
    if match["dd"] or match["mm"]:
        number = _months().get(match["dm"] or match["mm"])
        if number is None:
            return None
        value = make_date(match["dy"] or match["my"], str(number), match["dd"] or match["md"])
        return (value, None) if value else None
    value = make_date(match["cy"], match["cm"], match["cd"])
    return (value, None) if value else None


def make_date(year: str, month: str, day: str) -> date | None:
    """The date, two-digit years between 1970 and 2069; None if there is no such day."""
    number = int(year.lstrip("'"))
    if len(year.lstrip("'")) == 2:
        number += 2000 if number < 70 else 1900
    if not 1900 <= number <= 2100:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def settle_order(
    rows: Iterable[list[DateFound]], *, language: str, american: bool, european: bool
) -> Order:
    """Day first or month first: by dates that allow one reading, the mark, then country clues."""
    day_votes = month_votes = 0
    slashes = doubtful = 0
    for row in rows:
        for found in row:
            if not found.mark:
                continue
            if found.other is not None:
                doubtful += 1
                slashes += found.mark != "."
            else:
                first = int(re.split(r"\D+", found.line.folded[found.start : found.end])[0])
                if first > 12:
                    day_votes += 1
                elif first != found.value.day:
                    month_votes += 1
    if day_votes != month_votes:
        return Order(day_first=day_votes > month_votes, settled=True)
    if not doubtful or not slashes:
        return Order(day_first=True, settled=True)
    if language not in _MONTH_FIRST_LANGUAGES:
        return Order(day_first=True, settled=True)
    if american != european:
        return Order(day_first=european, settled=True)
    return Order(day_first=not american, settled=False)


def apply_order(rows: Iterable[list[DateFound]], order: Order) -> None:
    """Swap the readings where the month comes first; a settled order leaves no second reading."""
    for row in rows:
        for found in row:
            if found.other is None:
                continue
            if not order.day_first and found.mark != ".":
                found.value, found.other = found.other, found.value
            if order.settled or found.mark == ".":
                found.other = None
