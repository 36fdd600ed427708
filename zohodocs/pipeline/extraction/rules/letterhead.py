"""Parties without a label: sender line, address window, letterhead, bank details, footer."""

from __future__ import annotations

import re
from statistics import median

from .blocks import (
    LEGAL_FORM,
    Block,
    LineFacts,
    emails,
    field_label,
    is_place,
    is_street,
    part_label,
    party_label,
    reaches,
    websites,
    wordy,
)
from .layout import Layout, Segment
from .lexicon import Hit
from .party import JUNK, Party, name_and_address, named, pieces_of, squeeze, whole
from .regions import Piece, region_under
from .text import PIECE

_SENDER_SPLIT = re.compile(r"\s*[•●·|∙■▪*–—]\s*|\s+-\s+|,\s+")
_BULLET = re.compile(r"[•●·|∙■▪]")
_FOOTER_SPLIT = re.compile(r"\s*[•●·|∙■▪,]\s*|\s+[-–—]\s+|\.\s")


def from_sender_line(
    layout: Layout, facts: LineFacts, supplier: Party, buyer: Party, blocks: list[Block]
) -> None:
    """The small line above the address window: name, street and town in one row."""
    heads = {id(segment.line): segment for block in blocks for segment in block.segments[::-1]}
    for line in layout.lines:
        if line.page != 1 or line.top > 0.4 or id(line) not in heads:
            continue
        segment = line.segments[0]
        bulleted = len(_BULLET.findall(line.text)) > 1
        text = line.text.replace("\t", " ") if bulleted else segment.text
        parts = [part for part in _SENDER_SPLIT.split(text) if part.strip()]
        if not (bulleted or is_place(text)) or len(parts) < 3 or not _is_sender(parts[0]):
            continue
        if party_label(facts.hits, segment) or field_label(facts.hits, segment):
            continue
        if any(d.start < segment.end for d in facts.dates[line.index]):
            continue
        name = Piece(segment, segment.start, segment.start + len(parts[0]))
        supplier.names.append(named(name, 0.78))
        if not supplier.address:
            supplier.address, supplier.address_score = _rest(segment, parts), 0.7
        if not buyer.names:
            hit = Hit(line, segment.start, segment.end, {"buyer": 1.0}, 1)
            window = region_under(layout, facts, "buyer", hit)
            found, address = name_and_address(window.pieces)
            if found is not None and address:
                buyer.regions.append(window)
                buyer.names.append(named(found, 0.8))
                buyer.address, buyer.address_score = address, 0.7
        return


def _rest(segment: Segment, parts: list[str]) -> list[Piece]:
    """Street and town of a sender's line."""
    pieces = []
    at = segment.start + len(parts[0])
    for part in parts[1:4]:
        at = segment.line.text.find(part, at)
        if at < 0 or at >= segment.end:
            break
        pieces.append(Piece(segment, at, at + len(part)))
        at += len(part)
        if is_place(part):
            break
    return pieces


def _is_sender(text: str) -> bool:
    """Whether the first part of a sender line can be a name."""
    return wordy(text) and not is_street(text) and not is_place(text) and len(text) <= 60


def buyer_window(facts: LineFacts, supplier: Party, buyer: Party, blocks: list[Block]) -> None:
    """Without a label: an address in the upper half that shows no way to reach anyone."""
    best: tuple[float, Block] | None = None
    known = {squeeze(c.value) for c in supplier.names}
    addresses = [
        b
        for b in blocks
        if b.first.line.top < 0.5 and _address_like(b) and not _titled(facts, b.first)
    ]
    for order, block in enumerate(addresses):
        if squeeze(block.first.text) in known:
            continue
        score = 0.3 + 0.1 * min(_address_like(block), 2)
        text = block.text
        tax = any(
            {"tax_id", "iban", "company_id"} & (h.fields.keys())
            for s in block.segments
            for h in facts.hits.labels[s.line.index]
            if s.start <= h.start < s.end
        )
        score -= 0.3 * tax + 0.15 * (bool(emails(text)) or bool(websites(text)))
        score += 0.12 * bool(order) if not supplier.names else 0.2
        salutation = part_label(facts.hits, block.first)
        score += 0.2 * (salutation is not None and "salutation" in salutation.fields)
        if len(addresses) == 1 and not supplier.names:
            score -= 0.15
        if best is None or score > best[0]:
            best = (score, block)
    if best is not None and best[0] >= 0.5:
        _take_buyer(facts, buyer, best[1], min(best[0] + 0.1, 0.75))


def _take_buyer(facts: LineFacts, buyer: Party, block: Block, score: float) -> None:
    name, address = name_and_address(pieces_of(facts, block))
    if name is None:
        return
    buyer.names.append(named(name, score))
    buyer.address, buyer.address_score = address, score - 0.1
    buyer.blocks.append(block)


def from_letterhead(
    layout: Layout, facts: LineFacts, supplier: Party, buyer: Party, blocks: list[Block]
) -> None:
    """Names in the head of the first page: large type, first place, ways to reach the firm."""
    usual = median([line.height for line in layout.lines]) if layout.lines else 1.0
    buyers = {squeeze(c.value) for c in buyer.names[:1]}
    rank = 0
    for block in blocks:
        if block in buyer.blocks or block.first.line.top > 0.42:
            continue
        first = next((s for s in block.segments[:2] if not _titled(facts, s)), None)
        if first is None or squeeze(first.text) in buyers:
            continue
        opens = block.first
        if any(
            (is_place(s.text) or is_street(s.text)) and not LEGAL_FORM.search(s.text)
            for s in (first, opens)
        ):
            continue
        text = block.text
        score = 0.34 - 0.07 * min(rank, 4)
        rank += 1
        tall = first.height / usual
        score += 0.16 * min(max(tall - 1.1, 0.0), 1.0)
        score += 0.12 * bool(LEGAL_FORM.search(first.text))
        score += 0.12 * (bool(emails(text)) or bool(websites(text)))
        score += 0.1 * any(reaches(s.text) for s in block.segments)
        score += 0.12 * bool(_address_like(block))
        score -= 0.15 * (len(block.segments) == 1 and tall < 1.15)
        score -= 0.12 * (first.line.top > 0.25)
        candidate = whole(first, score)
        supplier.names.append(candidate)
        if score >= 0.5 and not supplier.regions and not supplier.blocks:
            supplier.blocks.append(block)
            if not supplier.address:
                pieces = pieces_of(facts, block)
                at = block.segments.index(first)
                supplier.address = name_and_address(pieces[at:])[1]
                supplier.address_score = score


def from_bank_and_footer(layout: Layout, facts: LineFacts, supplier: Party) -> None:
    for hit in facts.hits.fielded("bank_holder"):
        if not hit.leads and not hit.colon:
            continue
        segment = hit.segment
        if PIECE.search(hit.line.folded, hit.end, segment.end):
            piece = Piece(segment, hit.end, segment.end)
        elif hit.line.segments[segment.index + 1 : segment.index + 2]:
            beside = hit.line.segments[segment.index + 1]
            piece = Piece(beside, beside.start, beside.end)
        else:
            continue
        text = piece.text
        if wordy(text) and not any(c.isdigit() for c in text) and 3 <= len(text) <= 60:
            supplier.names.append(named(piece, 0.42))
    last = max((line.page for line in layout.lines), default=1)
    for line in layout.lines:
        if line.page not in (1, last) or line.top < 0.8:
            continue
        for segment in line.segments:
            match = LEGAL_FORM.search(segment.text)
            if match is None:
                continue
            parts = _FOOTER_SPLIT.split(segment.text)
            head = parts[0]
            if (
                LEGAL_FORM.search(head)
                and len(head) <= 60
                and wordy(head)
                and not _titled(facts, segment)
            ):
                end = segment.start + len(head)
                supplier.names.append(named(Piece(segment, segment.start, end), 0.4))


def _titled(facts: LineFacts, segment: Segment) -> bool:
    """Whether the segment is a title, a label or a value of another field, not a name."""
    index = segment.line.index
    text = segment.text
    if "%" in text or any(hit.alone for hit in facts.hits.columns[index] if hit.segment is segment):
        return True
    if index in facts.tables or not wordy(text) or JUNK.search(text) or reaches(text):
        return True
    if any(d.start < segment.end and segment.start < d.end for d in facts.dates[index]):
        return True
    if any(h.leads and segment.start <= h.start < segment.end for h in facts.hits.titles[index]):
        return True
    if party_label(facts.hits, segment) or field_label(facts.hits, segment):
        return True
    if segment.index:
        before = segment.line.segments[segment.index - 1]
        named = field_label(facts.hits, before)
        near = (
            segment.x0 - before.x1 < (0.25 if named and named.colon else 0.06) * segment.line.width
        )
        if (
            named
            and near
            and not LEGAL_FORM.search(text)
            and (named.alone or before.text.rstrip().endswith(":"))
        ):
            return True
    label = next(
        (h for h in facts.hits.labels[index] if segment.start <= h.start < segment.end and h.leads),
        None,
    )
    if label is not None and (label.alone or label.colon):
        return True
    part = part_label(facts.hits, segment)
    if part and "salutation" not in part.fields and not LEGAL_FORM.search(text):
        return True
    if re.fullmatch(r"[^\n]{1,40}:", text.strip()):
        return True
    words = text.split()
    return len(words) > 9 or len(text) > 70 or (text.endswith(".") and len(words) > 5)


def _address_like(block: Block) -> int:
    return sum(is_place(s.text) or is_street(s.text) for s in block.segments[1:7])
