"""The day on a receipt: labelled or not, often glued to the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from zohodocs.pipeline.extraction.rules.candidates import Candidate
from zohodocs.pipeline.extraction.rules.dates import DateFound, make_date
from zohodocs.pipeline.extraction.rules.layout import Layout, Line

_LABEL = re.compile(r"\b(?:date|datum|data|fecha|dt)\b|date")
_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]m?\b)?")
_OTHER_DAY = re.compile(r"expir|valid|return|until|before|birth|redeem|refund|warranty|offer|thru")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = "|".join(_MONTHS)
# What the general patterns leave alone because it is glued to a time or another number.
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?\2\s?(20\d{2}|\d{2}(?=$|[^\d]))")
_ISO = re.compile(r"(?<!\d)(20\d{2})[/.-](\d{1,2})[/.-](\d{1,2})")
_SOLID = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])([0-3]\d)(?=\D|$)")
_NAMED = re.compile(
    rf"(?<!\d)(\d{{1,2}})[ ./'-]*({_MONTH})[a-z]*[ .,/'-]*(20\d{{2}}|\d{{2}})(?!\d\d?[:/])"
)
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})[a-z]*[ .']*(\d{{1,2}})(?:st|nd|rd|th)?[ ,.']*(20\d{{2}}|\d{{2}}(?!:))"
)


def day_of(layout: Layout, rows: list[list[DateFound]], *, day_first: bool) -> list[Candidate]:
    """The day of the purchase, best first."""
    found: dict[str, Candidate] = {}
    for line in layout.lines:
        days = list(_days(line, rows[line.index], day_first=day_first))
        for start, end, day in days:
            score = _score(line, start)
            known = found.get(day.isoformat())
            if known is None or known.score < score:
                score += 0.05 * (known is not None)
                found[day.isoformat()] = Candidate(day.isoformat(), score, line, start, end)
    return sorted(found.values(), key=lambda c: -c.score)


def _score(line: Line, start: int) -> float:
    score = 0.72
    if _LABEL.search(line.folded[: start + 1]):
        score += 0.14
    if _TIME.search(line.folded[start + 6 :]) or _TIME.search(line.folded[:start]):
        score += 0.08
    if _OTHER_DAY.search(line.folded):
        score -= 0.35
    return score


def _days(
    line: Line, known: list[DateFound], *, day_first: bool
) -> Iterator[tuple[int, int, date]]:
    text = line.folded
    taken: list[tuple[int, int]] = []
    for found in known:
        if found.compact:
            continue
        if found.mark:
            continue  # The receipt's country decides on the order, not the rules for letters.
        taken.append((found.start, found.end))
        yield found.start, found.end, found.value
    for pattern, order in (
        (_ISO, (1, 2, 3)),
        (_SOLID, (1, 2, 3)),
        (_NAMED, (3, 2, 1)),
        (_MONTH_FIRST, (3, 1, 2)),
        (_NUMERIC, (4, 3, 1) if day_first else (4, 1, 3)),
    ):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < until and begin < end for begin, until in taken):
                continue
            year, month, day = (match[group] for group in order)
            month = str(_MONTHS.get(month[:3], month))
            value = _made(year, month, day)
            if value is None and pattern is _NUMERIC:
                value = _made(year, day, month)
            if value is not None:
                taken.append((start, end))
                yield start, end, value


def _made(year: str, month: str, day: str) -> date | None:
    value = make_date(year, month, day)
    return value if value is not None and 1990 <= value.year <= 2060 else None
