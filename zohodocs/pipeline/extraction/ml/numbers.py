"""Candidates of the document's number: every word with a digit that is not money or a date."""

from __future__ import annotations

import re

from zohodocs.ml.features import Candidate
from zohodocs.pipeline.extraction.rules.layout import Line

from .sight import Sight

FIELD = "invoice_number"
_LONGEST, _MOST = 30, 150
_MONEY = re.compile(r"^[^\d]{0,3}\d{1,3}(?:[.,' ]?\d{3})*[.,]\d{2}$")
_CLOCK = re.compile(r"^\d{1,2}:\d{2}")
_EDGES = ":;,.()[]#*=\"'"


def candidates(sight: Sight) -> list[Candidate]:
    """Every candidate with its evidence; what the rules found comes along, several words or one."""
    found: list[Candidate] = []
    dated = [[(d.start, d.end) for d in row if not d.compact] for row in sight.seen.dates]
    for line in sight.layout.lines:
        if line.page > 2 or line.index in sight.seen.tables:
            continue
        for index, token in enumerate(line.tokens):
            start = line.starts[index]
            for text, at in _parts(token.text):
                offset = start + at
                if any(first <= offset < last for first, last in dated[line.index]):
                    continue
                found.append(_candidate(sight, line, offset, offset + len(text), text))
                if len(found) >= _MOST:
                    return [*found, *_from_rules(sight)]
    return [*found, *_from_rules(sight)]


def _parts(word: str) -> list[tuple[str, int]]:
    """The word, and what follows a colon within it: scans lose the blank after a label."""
    parts: list[tuple[str, int]] = []
    pieces = [(word, 0)]
    if 0 <= (colon := word.find(":")) < len(word) - 1 and not _CLOCK.match(word):
        pieces.append((word[colon + 1 :], colon + 1))
    for text, at in pieces:
        bare = text.strip(_EDGES)
        if not 2 <= len(bare) <= _LONGEST or not any(c.isdigit() for c in bare):
            continue
        if _MONEY.match(bare) or _CLOCK.match(bare):
            continue
        parts.append((bare, at + text.find(bare)))
    return parts


def _from_rules(sight: Sight) -> list[Candidate]:
    said = sight.said.fields.get(FIELD)
    if said is None:
        return []
    more = []
    for reading in (said, *said.others):
        line = _line_of(sight, reading.value, reading.page)
        if line is not None:
            start = line.text.find(reading.value)
            more.append(_candidate(sight, line, start, start + len(reading.value), reading.value))
    return more


def _line_of(sight: Sight, text: str, page: int | None) -> Line | None:
    return next((ln for ln in sight.layout.lines if ln.page == page and text in ln.text), None)


def _candidate(sight: Sight, line: Line, start: int, end: int, text: str) -> Candidate:
    x0, x1 = line.extent(start, end)
    digits = sum(c.isdigit() for c in text)
    before = line.text[:start]
    evidence = {
        **sight.of_line(line),
        **sight.labels(line, start, x0, x1),
        "rules_invoice_number": sight.says(FIELD, text),
        "digits": float(digits),
        "letters": float(sum(c.isalpha() for c in text)),
        "length": float(len(text)),
        "lower": float(any(c.islower() for c in text)),
        "dash": float("-" in text),
        "slash": float("/" in text),
        "spaces": float(" " in text),
        "tax_id": float(sight.says("supplier_tax_id", re.sub(r"\W", "", text).upper()) > 0),
        "left_edge": x0 / line.width,
        "alone_on_line": float(len(line.tokens) == 1),
        "colon_before": float(before.rstrip().endswith(":")),
        "hash_before": float(before.rstrip().endswith("#")),
        "words_before": float(min(sum(c.isalpha() for c in before), 40)),
        "title_on_line": float(bool(sight.seen.hits.titles[line.index])),
        "dates_on_line": float(bool(sight.seen.dates[line.index])),
    }
    return Candidate(text, evidence, line.page, line.box(start, end), line)
