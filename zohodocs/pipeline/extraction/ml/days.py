"""Candidates of the dates."""

from __future__ import annotations

import re
from datetime import date

from zohodocs.ml.features import Candidate
from zohodocs.pipeline.extraction.rules.dates import DateFound

from .sight import Sight

FIELDS = ("issue_date", "due_date", "delivery_date")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")
_MOST = 40


def candidates(sight: Sight) -> list[Candidate]:
    """Every date of the paper with its evidence."""
    found = [day for row in sight.seen.dates for day in row][:_MOST]
    days = sorted({day.value for day in found})
    return [
        Candidate(
            day.value.isoformat(),
            _evidence(sight, day, order, found, days),
            day.line.page,
            day.line.box(day.start, day.end),
            day,
        )
        for order, day in enumerate(found)
    ]


def _evidence(
    sight: Sight, day: DateFound, order: int, found: list[DateFound], days: list[date]
) -> dict[str, float]:
    line = day.line
    value = day.value.isoformat()
    after = line.text[day.end : day.end + 12]
    before = line.folded[: day.start]
    return {
        **sight.of_line(line),
        **sight.labels(line, day.start, day.x0, day.x1),
        **{f"rules_{name}": sight.says(name, value) for name in FIELDS},
        "earliest": float(day.value == days[0]),
        "latest": float(day.value == days[-1]),
        "different": float(min(len(days), 10)),
        "after_earliest": float(min((day.value - days[0]).days, 400)),
        "before_latest": float(min((days[-1] - day.value).days, 400)),
        "same_day": float(min(sum(other.value == day.value for other in found), 6)),
        "order_of_dates": float(order),
        "clock": float(bool(_CLOCK.search(after) or _CLOCK.search(before))),
        "clock_beside": float(bool(_CLOCK.match(after.strip()))),
        "compact": float(day.compact),
        "doubtful": float(day.other is not None),
        "words_before": float(min(sum(c.isalpha() for c in before), 40)),
        "leads_line": float(day.start == 0),
        "long_ago": float(day.value.year < 1990),
    }
