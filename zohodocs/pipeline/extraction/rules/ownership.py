"""Whose tax number is it: by its label, the party it stands with, or its place on the page."""

from __future__ import annotations

from .identifiers import Account, TaxId
from .party import Party


def assign_tax_ids(
    found: list[TaxId], supplier: Party, buyer: Party, accounts: list[Account]
) -> dict[str, list[TaxId]]:
    """Tax numbers of supplier and buyer, the likeliest first."""
    owned: dict[str, list[TaxId]] = {"supplier": [], "buyer": []}
    homeless: list[TaxId] = []
    for tax_id in found:
        if any(_same_place(tax_id, account) for account in accounts):
            continue
        if tax_id.party:
            owned[tax_id.party].append(tax_id)
        elif buyer.holds(tax_id.line, tax_id.start):
            owned["buyer"].append(tax_id)
        else:
            if not supplier.holds(tax_id.line, tax_id.start):
                homeless.append(tax_id)
                continue
            owned["supplier"].append(tax_id)
    for tax_id in homeless:
        role = _nearest(tax_id, supplier, buyer)
        owned[role].append(tax_id)
    # A number repeated outside both parties says nothing new about the other one, unless it
    # stands before the buyer: one firm may bill itself.
    first = min((tax_id.line.index for tax_id in owned["buyer"]), default=0)
    taken = {tax_id.value for tax_id in owned["buyer"]}
    owned["supplier"] = [
        t
        for t in owned["supplier"]
        if t.value not in taken or t not in homeless or t.line.index < first
    ]
    return owned


def _same_place(tax_id: TaxId, account: Account) -> bool:
    return tax_id.line is account.line and tax_id.start < account.end and account.start < tax_id.end


def _nearest(tax_id: TaxId, supplier: Party, buyer: Party) -> str:
    """The buyer's if nearer to its lines and not in the footer, else the supplier's."""
    to_buyer = _distance(tax_id, buyer)
    to_supplier = _distance(tax_id, supplier)
    if to_buyer < to_supplier and (to_buyer < 40 or (to_buyer < 200 and tax_id.line.top < 0.5)):
        return "buyer"
    return "supplier"


def _distance(tax_id: TaxId, party: Party) -> float:
    """Points between the number and the nearest line of the party in the same column."""
    x0, _ = tax_id.line.extent(tax_id.start, tax_id.end)
    best = 1e9
    segments = [piece.segment for region in party.regions for piece in region.pieces]
    segments += [segment for block in party.blocks for segment in block.segments]
    if not segments:
        segments = [c.line.segment_at(c.start) for c in party.names[:2] if c.line is not None]
    for segment in segments:
        if segment.line.page != tax_id.line.page or abs(segment.x0 - x0) > 100:
            continue
        best = min(best, abs(segment.line.y0 - tax_id.line.y0))
    return best
