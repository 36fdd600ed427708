"""Supplier and buyer: labelled regions first, then letterhead, address window, footer, bank."""

from __future__ import annotations

import re

from rapidfuzz.fuzz import ratio

from .blocks import LineFacts, blocks_of, emails, is_place, is_street, joined_heads, websites
from .layout import Layout
from .letterhead import buyer_window, from_bank_and_footer, from_letterhead, from_sender_line
from .party import Party, name_and_address, named, squeeze
from .regions import Region, find_regions

_FREE_MAIL = frozenset(
    ("gmail", "hotmail", "outlook", "yahoo", "web", "gmx", "icloud", "aol", "wp", "onet", "example")
)


def find_parties(layout: Layout, facts: LineFacts) -> tuple[Party, Party]:
    """Supplier and buyer."""
    supplier, buyer = Party(), Party()
    others: list[Region] = []
    for region in find_regions(layout, facts):
        party = {"supplier": supplier, "buyer": buyer}.get(region.role)
        if party is None:
            others.append(region)
            continue
        name, address = name_and_address(region.pieces)
        if name is None:
            continue
        late = region.label.line.page > 1 or region.label.line.top > 0.5
        if party.names and late:
            continue
        score = 0.9 if len(region.pieces) > 1 or region.label.colon else 0.7
        if any(is_place(p.text) or is_street(p.text) for p in region.pieces):
            score += 0.06
        if not party.regions:
            party.address, party.address_score = address, score
        party.regions.append(region)
        party.names.append(named(name, score - 0.1 * (len(party.regions) - 1)))
    blocks = joined_heads(blocks_of(layout, page=1))
    claimed = [*supplier.regions, *buyer.regions, *others]
    free = [
        b for b in blocks if not any(r.holds(b.first.line.index, b.first.start) for r in claimed)
    ]
    from_sender_line(layout, facts, supplier, buyer, free)
    from_bank_and_footer(layout, facts, supplier)
    if not buyer.names:
        buyer_window(facts, supplier, buyer, free)
    from_letterhead(layout, facts, supplier, buyer, free)
    _weigh_by_domain(layout, supplier, buyer)
    return supplier, buyer


def _weigh_by_domain(layout: Layout, supplier: Party, buyer: Party) -> None:
    """Names that the paper's own web or mail address spells, or that it repeats, count more."""
    domains: set[str] = set()
    for line in layout.lines:
        for domain in (*emails(line.text), *websites(line.text)):
            if not any(domain in text.casefold() for text in buyer.lines):
                domains |= {part for part in re.split(r"[.\-]", domain)[:-1] if len(part) > 3}
                domains.add(re.sub(r"\W", "", domain.rsplit(".", 1)[0]))
    domains -= _FREE_MAIL
    buyers = {squeeze(c.value) for c in buyer.names[:1]}
    for candidate in supplier.names:
        name = squeeze(candidate.value)
        if name in buyers:
            candidate.score -= 0.5
        if len(name) > 3 and any(
            (len(d) > 3 and (d in name or name in d)) or ratio(d, name) > 80 for d in domains
        ):
            candidate.score += 0.16
    for candidate in supplier.names:
        name = squeeze(candidate.value)
        twins = [
            c
            for c in supplier.names
            if c is not candidate and squeeze(c.value) == name and c.line is not candidate.line
        ]
        candidate.score += 0.1 * min(len(twins), 2)
        candidate.score = max(min(candidate.score, 1.0), 0.0)
