"""Labelled parties: the lines that belong to "Bill to", "Verkäufer", "Nabywca" …"""

from __future__ import annotations

from dataclasses import dataclass, field

from .blocks import PARTY_LABELS, LineFacts, emails, field_label, part_label, party_label, reaches
from .layout import Layout, Segment
from .lexicon import Hit
from .text import PIECE

_ROLES = ("buyer", "supplier", "other_party")
_MOST_LINES = 20
_FIRST_GAP, _NEXT_GAP, _WINDOW_GAP = 3.4, 2.1, 8.0


@dataclass(slots=True)
class Piece:
    """One line of a party: its text without its label, its place, and what the label called it."""

    segment: Segment
    start: int
    end: int
    kind: str = ""  # name, address, city, contact, skip, field or ""
    prefix: str = ""  # words of the line above that belong before it

    @property
    def text(self) -> str:
        """The words."""
        return self.segment.line.text[self.start : self.end].strip(" \t:,;•●·|-")


@dataclass(slots=True)
class Region:
    """The lines of one labelled party."""

    role: str
    weight: float
    label: Hit
    pieces: list[Piece] = field(default_factory=list)

    def holds(self, index: int, offset: int) -> bool:
        """Whether this place (line index, offset) belongs to the party."""
        return any(
            p.segment.line.index == index and p.segment.start <= offset < p.segment.end
            for p in self.pieces
        )


def find_regions(layout: Layout, facts: LineFacts) -> list[Region]:
    """Every labelled party of the document, in reading order."""
    regions: list[Region] = []
    for segment in layout.segments():
        line = segment.line
        if line.index in facts.tables:
            continue
        hit = party_label(facts.hits, segment)
        if hit is None or _column_of_numbers(facts, hit):
            continue
        if not hit.colon and any(r.holds(line.index, hit.start) for r in regions):
            continue
        for role in _ROLES:
            if role in hit.fields:
                region = Region(role, hit.fields[role], hit)
                _fill(layout, facts, region)
                if region.pieces or role == "other_party":
                    regions.append(region)
                break
    return regions


def region_under(layout: Layout, facts: LineFacts, role: str, hit: Hit) -> Region:
    """The lines under something that is no label itself, such as the sender's line."""
    region = Region(role, 1.0, hit)
    _below_first(layout, facts, region, window=True)
    return region


def _column_of_numbers(facts: LineFacts, hit: Hit) -> bool:
    """Whether the word rather labels a date beside it ("from 1 May")."""
    after = [d for d in facts.dates[hit.line.index] if 0 <= d.start - hit.end < 4]
    return bool(after)


def _fill(layout: Layout, facts: LineFacts, region: Region) -> None:
    hit = region.label
    segment = hit.segment
    line = hit.line
    rest_start = hit.end
    if PIECE.search(line.folded, rest_start, segment.end):
        region.pieces.append(Piece(segment, rest_start, segment.end))
        anchor_x0 = line.tokens[line.token_at(rest_start + 2)].x0
        _follow(layout, facts, region, segment, [segment.x0, anchor_x0], segment.x1)
        return
    if _below_first(layout, facts, region):
        return
    beside = line.segments[segment.index + 1 : segment.index + 2]
    for neighbour in beside:
        if party_label(facts.hits, neighbour) or field_label(facts.hits, neighbour):
            return
        if neighbour.x0 - segment.x1 > 0.3 * line.width:
            return
        region.pieces.append(Piece(neighbour, neighbour.start, neighbour.end))
        _follow(layout, facts, region, neighbour, [neighbour.x0], neighbour.x1)


def _below_first(layout: Layout, facts: LineFacts, region: Region, *, window: bool = False) -> bool:
    """Fill the region from the lines under its label; False if nothing stands there.

    In an address window (`window`) the address may begin further down, beside other things.
    """
    hit = region.label
    x0, x1 = hit.segment.x0, hit.segment.x1
    beside = hit.line.segments[hit.segment.index + 1 : hit.segment.index + 2]
    side_busy = not window and bool(beside) and not party_label(facts.hits, beside[0])
    farthest = _WINDOW_GAP if window else 1.6 if side_busy else _FIRST_GAP
    for line in layout.below(hit.line, reach=8 if window else 4):
        gap = line.y0 - hit.line.y1
        if gap > farthest * hit.line.height:
            return False
        candidates = [
            s
            for s in line.segments
            if abs(s.x0 - x0) < 26 or abs(s.x1 - x1) < 6 or (s.x0 < x1 and s.x1 > x0)
        ]
        for first in sorted(candidates, key=lambda s: abs(s.x0 - x0)):
            other = party_label(facts.hits, first)
            if other is not None and (other.colon or not hit.colon):
                return False
            if window and field_label(facts.hits, first):
                continue
            if side_busy and abs(first.x0 - x0) > 6 and abs(first.x1 - x1) > 4:
                continue
            if not _take(facts, region, first):
                continue
            _follow(layout, facts, region, first, [first.x0], first.x1)
            return bool(region.pieces)
    return False


def _follow(
    layout: Layout,
    facts: LineFacts,
    region: Region,
    above: Segment,
    lefts: list[float],
    right: float,
) -> None:
    """Take the aligned lines below, as long as they may belong to an address."""
    previous = above.line
    for piece in region.pieces:
        if piece.segment.line is above.line and piece.segment is not above:
            lefts.append(piece.segment.x0)
    misses = 0
    for line in layout.below(above.line, reach=26):
        if len(region.pieces) >= _MOST_LINES or line.index in facts.tables:
            return
        if line.y0 - previous.y1 > _NEXT_GAP * previous.height:
            return
        aligned = [
            s
            for s in line.segments
            if any(abs(s.x0 - left) < 5 for left in lefts) or abs(s.x1 - right) < 3
        ]
        if not aligned:
            misses += 1
            if misses > 3:
                return
            continue
        head = aligned[0]
        if party_label(facts.hits, head, PARTY_LABELS) and region.pieces:
            return
        previous = line
        before = len(region.pieces)
        if not _take(facts, region, head):
            return
        for piece in region.pieces[before:]:
            if piece.segment is not head:
                lefts.append(piece.segment.x0)


def _holds_value(facts: LineFacts, segment: Segment) -> bool:
    """Whether a date or money stands in the segment: an address has neither."""
    index = segment.line.index
    return any(segment.start <= d.start < segment.end for d in facts.dates[index]) or any(
        a.currency and segment.start <= a.start < segment.end for a in facts.amounts[index]
    )


def _take(facts: LineFacts, region: Region, segment: Segment) -> bool:
    """Add one line to the region; False when the line shows that the address is over."""
    hits = facts.hits
    line = segment.line
    label = field_label(hits, segment)
    if label is not None:
        if {
            "tax_id",
            "supplier_tax_id",
            "buyer_tax_id",
            "company_id",
            "customer_number",
            "iban",
            "bic",
            "other_number",
        } & label.fields.keys():
            region.pieces.append(Piece(segment, segment.start, segment.end, "field"))
            bare = not any(char.isdigit() for char in line.text[label.end : segment.end])
            for other in line.segments[segment.index + 1 : segment.index + 2] if bare else ():
                region.pieces.append(Piece(other, other.start, other.end, "field"))
            return True
        return False
    part = part_label(hits, segment)
    if part is not None and "salutation" not in part.fields:
        kind = next(k for k in ("name", "address", "city", "contact", "skip") if k in part.fields)
        rest = PIECE.search(line.folded, part.end, segment.end)
        if rest:
            if part.colon or kind in ("skip", "contact"):
                region.pieces.append(Piece(segment, part.end, segment.end, kind))
            else:
                region.pieces.append(Piece(segment, segment.start, segment.end))
            return True
        following = line.segments[segment.index + 1 : segment.index + 2]
        for value in following:
            region.pieces.append(Piece(value, value.start, value.end, kind))
        return True
    if any(t.leads and t.alone and t.segment is segment for t in hits.titles[line.index]):
        return False
    if _holds_value(facts, segment):
        return False
    text = segment.text
    kind = "skip" if reaches(text) or emails(text) else ""
    region.pieces.append(Piece(segment, segment.start, segment.end, kind))
    return True
