"""The supplier's own number of the document, as printed."""

from __future__ import annotations

import re

from .candidates import Candidate, in_column
from .dates import DateFound
from .layout import Layout, Line
from .lexicon import Hit, Hits

# Relation of label and value: beside, in the next cell, underneath.
_BESIDE, _NEXT_CELL, _UNDER = 1.0, 0.96, 0.86
# "Nr." after the title is as good as "Rechnungs-Nr.".
_ENTITLED = 0.95
_OTHER_NUMBERS = ("order_number", "customer_number", "other_number", "company_id", "tax_id", "iban")
_STOP_WORD = re.compile(
    r"(?:^|(?<=\s))(?:vom|dated?|du|del|from|of|von|dnia|z|den|from|issued|page|seite|strona|"
    r"pag(?:ina)?|от|am|datum|data|fecha|le)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:[\s:.)(=°º№-]|(?:[Nn](?:o|r|[°º]|um|ro)?[.:])(?=\s*\S)|N[°º])*")
_SHAPE = re.compile(r"^#?[\[\]A-Za-zÀ-ž0-9/_.\-#&+:|()]*\d[\[\]A-Za-zÀ-ž0-9/_.\-#&+:|()]*$")
_MORE = re.compile(r"^(?:[/\-–|]|[/\-]?\d[\w/.\-]*|[A-Z]{1,4}[/\-]?\d*|[A-Z]{1,4})$")
_MONEY = re.compile(r"^[€$£]|[.,]\d{2}$|[€$£%]$")
_PHONE = re.compile(r"^(?:\+ ?\d|\(0?\d{2,4}\)|0\d{1,4}[ /-])[ \d/()-]{5,}$")


def number_candidates(layout: Layout, hits: Hits, dates: list[list[DateFound]]) -> list[Candidate]:
    """Values after or under a label of the document's number, with their scores."""
    found: list[Candidate] = []
    for row in hits.labels:
        for hit in row:
            weight = hit.fields.get("invoice_number", 0.0)
            if not weight:
                continue
            if any(hit.fields.get(name, 0.0) > weight for name in _OTHER_NUMBERS):
                continue
            if weight < 1 and not (hit.leads and _fit_for_weak(hit)):
                if not (hit.fields.keys() == {"invoice_number"} and entitled(hits, hit)):
                    continue
                weight = _ENTITLED
            candidate = _value_of(layout, hits, hit, weight, dates)
            if candidate is not None:
                found.append(candidate)
    return found


def entitled(hits: Hits, hit: Hit) -> bool:
    """Whether the document's title opens the segment the label stands in ("Rechnung … Nr. 5")."""
    return any(
        title.leads and title.segment is hit.segment and title.end <= hit.start
        for title in hits.titles[hit.line.index]
    )


def _fit_for_weak(hit: Hit) -> bool:
    """A weak label ("No", "Reference", the title) counts near the top, beside what it names."""
    return hit.line.top < 0.5 or hit.colon


def _value_of(
    layout: Layout, hits: Hits, hit: Hit, weight: float, dates: list[list[DateFound]]
) -> Candidate | None:
    segment = hit.segment
    limit = min(
        [
            o.start
            for o in hits.labels[hit.line.index]
            if hit.end <= o.start < segment.end and not _glued(o)
        ]
        + [d.start for d in dates[hit.line.index] if hit.end <= d.start and not d.compact]
        + [segment.end]
    )
    early = 0.05 * (1 - hit.line.index / max(len(layout.lines), 1))
    base = weight * (1.0 if hit.leads else 0.9)
    read = _read(hit.line, hit.end, limit, whole=_ends_with_date(hit, dates))
    if read:
        start, end = read
        return _candidate(hit.line, start, end, base * _BESIDE - 0.05 + early)
    if re.search(r"\w", hit.line.folded[hit.end : limit]) or limit < segment.end:
        return None
    neighbours = hit.line.segments[segment.index + 1 : segment.index + 2]
    if neighbours and not _is_label(hits, hit.line, neighbours[0].start):
        near = neighbours[0]
        ends = [
            d.start
            for d in dates[hit.line.index]
            if near.start <= d.start < near.end and not d.compact
        ]
        read = _read(hit.line, near.start, min([near.end, *ends]), whole=True)
        if read:
            return _candidate(hit.line, *read, base * _NEXT_CELL - 0.05 + early)
    x0, x1 = hit.line.extent(hit.start, hit.end)
    for line in layout.below(hit.line, reach=3):
        if line.y0 - hit.line.y1 > 3.0 * hit.line.height:
            break
        for under in line.segments:
            if not in_column(x0, x1, under.x0, under.x1):
                continue
            if _is_label(hits, line, under.start) or any(
                d.start == under.start and not d.compact for d in dates[line.index]
            ):
                return None
            read = _read(line, under.start, under.end, whole=True)
            if read:
                return _candidate(line, *read, base * _UNDER - 0.05 + early)
            return None
    return None


def _ends_with_date(hit: Hit, dates: list[list[DateFound]]) -> bool:
    """Whether a date closes the segment: all words before it are then the number."""
    return any(d.start > hit.end and d.end >= hit.segment.end - 1 for d in dates[hit.line.index])


def _glued(hit: Hit) -> bool:
    """Whether the phrase is part of a number ("A/77", "12/A") rather than a word."""
    text = hit.line.text
    return bool(
        re.match(r"[/_-]\w", text[hit.end : hit.end + 2])
        or re.search(r"\w[/_-]$", text[max(hit.start - 2, 0) : hit.start])
    )


def _is_label(hits: Hits, line: Line, offset: int) -> bool:
    """Whether another label begins here, which then asks for the value itself."""
    return any(
        offset <= hit.start <= offset + 1 and max(hit.fields.values()) >= 1 and not _glued(hit)
        for hit in hits.labels[line.index]
    )


def _candidate(line: Line, start: int, end: int, score: float) -> Candidate:
    return Candidate(line.text[start:end], min(score, 1.0), line, start, end, ("label",))


def _read(line: Line, start: int, end: int, *, whole: bool) -> tuple[int, int] | None:
    """Where the number stands between the offsets: words of one number, without what follows."""
    text = line.text[start:end]
    lead = _LEAD.match(text)
    offset = lead.end() if lead else 0
    body = text[offset:]
    if stop := _STOP_WORD.search(body):
        body = body[: stop.start()]
    body = body.rstrip(" \t:;,.(-")
    if not body or _PHONE.match(body):
        return None
    words = body.split(" ")
    if whole and len(words) <= 4 and re.search(r"\d", body) and not _MONEY.search(body):
        lower = sum(word.isalpha() and word.islower() and len(word) > 3 for word in words)
        if lower <= 1 and len(body) <= 40:
            return start + offset, start + offset + len(body)
    kept: list[str] = []
    for word in words:
        if (not kept and (_SHAPE.match(word) or re.match(r"^[A-Z]{1,5}[/\-]?$", word))) or (
            kept and _MORE.match(word)
        ):
            kept.append(word)
        else:
            break
    while kept and not re.search(r"[\w\]]", kept[-1]):
        kept.pop()
    value = " ".join(kept)
    if not re.search(r"\d", value) or _MONEY.search(value) or len(value) > 40:
        if whole and len(words) == 1 and re.fullmatch(r"[A-Z\d][A-Za-z\d_/-]{3,30}", body):
            return start + offset, start + offset + len(body)
        return None
    return start + offset, start + offset + len(value)
