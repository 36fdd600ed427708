"""Issue, due and delivery date: which of the dates found is which."""

from __future__ import annotations

from .candidates import Candidate, best_first, linked
from .dates import DateFound
from .layout import Layout
from .lexicon import Hit, Hits
from .numbers import entitled

_FIELDS = ("issue_date", "due_date", "delivery_date")
_ALL = (*_FIELDS, "other_date")
_RELATION = {"right": 1.0, "below": 0.88}
# An unlabelled date is the issue date only for want of better.
_UNLABELLED = 0.46


def _raised(hits: Hits, hit: Hit) -> float:
    """Weight of a weak date word: much after the title ("Rechnung … vom"), little mid-sentence."""
    if entitled(hits, hit):
        return 0.92
    low = 0.6 if hit.line.top > 0.6 else 1.0
    if hit.leads:
        return 0.62 * low
    town = hit.line.text[hit.segment.start : hit.start].rstrip().endswith(",")
    return (0.75 if town and len(hit.segment.text) < 40 else 0.3) * low


def _asks_for_a_date(hit: Hit) -> bool:
    return any(hit.fields.get(name, 0.0) >= 0.5 for name in _ALL)


def date_candidates(
    layout: Layout, hits: Hits, rows: list[list[DateFound]]
) -> dict[str, list[Candidate]]:
    """Candidates of the three dates, best first."""
    found: dict[str, list[Candidate]] = {name: [] for name in _FIELDS}
    taken: set[int] = set()
    for row in hits.labels:
        for hit in row:
            names = [name for name in _ALL if name in hit.fields]
            if not names:
                continue
            values, how = linked(layout, hits, hit, rows, _asks_for_a_date)
            if not values:
                continue
            strongest = max(hit.fields[name] for name in names)
            raised = _raised(hits, hit)
            index = 0
            value = values[index]
            gap = max(value.x0 - hit.line.extent(hit.start, hit.end)[1], 0.0) / hit.line.width
            if how == "right" and gap > 0.45:
                continue
            for name in names:
                weight = hit.fields[name]
                if name == "other_date" or weight < strongest:
                    continue
                if weight < 1 and name == "issue_date":
                    weight = raised
                score = weight * _RELATION[how] * (1 - 0.3 * gap) * (1 if hit.leads else 0.93)
                found[name].append(_candidate(value, score))
            taken.add(id(value))
    if max((c.score for c in found["issue_date"]), default=0.0) < _UNLABELLED:
        found["issue_date"] += _unlabelled(rows, taken)
    return {name: best_first(candidates) for name, candidates in found.items()}


def _candidate(value: DateFound, score: float) -> Candidate:
    return Candidate(
        value.value.isoformat(),
        min(score, 1.0) * 0.97,
        value.line,
        value.start,
        value.end,
        source=value,
    )


def _unlabelled(rows: list[list[DateFound]], taken: set[int]) -> list[Candidate]:
    """Free dates near the top of the first page: the paper's date often stands there alone."""
    free = [
        value
        for row in rows
        for value in row
        if id(value) not in taken
        and not value.compact
        and value.line.page == 1
        and value.line.top < 0.45
        and _stands_alone(value)
    ]
    return [_candidate(value, _UNLABELLED) for value in free[:2]]


def _stands_alone(value: DateFound) -> bool:
    segment = value.line.segment_at(value.start)
    return len(segment.text) - (value.end - value.start) <= 24
