"""What the paper is: an invoice, a receipt, a credit note, a proforma, or something else."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from .candidates import Candidate
from .layout import Layout
from .lexicon import Hit, Hits

# A proforma names itself an invoice too, a credit note refers to one: the rarer word decides.
_RANK = {"proforma": 4, "credit_note": 3, "other": 2, "receipt": 1, "invoice": 0}
_SELF_BILLED = ("self billing", "self-billing", "selbst ausgestellte", "gutschriftsverfahren")


def find_document_type(layout: Layout, hits: Hits, *, negative: bool) -> Candidate:
    """The type by the strongest title; `other` with little confidence where nothing says it."""
    heights = [line.height for line in layout.lines] or [1.0]
    usual = median(heights)
    scores: dict[str, float] = defaultdict(float)
    place: dict[str, Hit] = {}
    for row in hits.titles:
        for hit in row:
            weight = _weight(hit, usual)
            for name in hit.fields:
                if weight > scores[name]:
                    scores[name] = weight
                    place[name] = hit
    if negative and scores.get("credit_note", 0) > 0.2:
        scores["credit_note"] += 0.3
    text = " ".join(line.folded for line in layout.lines[:60])
    if "credit_note" in scores and any(word in text for word in _SELF_BILLED) and not negative:
        scores["invoice"] = max(scores["invoice"], scores["credit_note"]) + 0.05
        place.setdefault("invoice", place["credit_note"])
    # A number labelled as an invoice's is a title in all but name.
    labelled = [
        hit
        for hit in hits.fielded("invoice_number")
        if hit.fields["invoice_number"] >= 1 and hit.line.top < 0.6
    ]
    if labelled and "invoice" not in scores:
        scores["invoice"] = 0.45
        place["invoice"] = labelled[0]
    ranked = sorted(scores.items(), key=lambda item: (-item[1], -_RANK[item[0]]))
    if not ranked or ranked[0][1] < 0.2:
        return Candidate("other", 0.3)
    name, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    hit = place[name]
    confidence = min(0.5 + 0.5 * score, 1.0) - (0.25 if score - second < 0.1 else 0.0)
    return Candidate(name, confidence, hit.line, hit.start, hit.end)


def _weight(hit: Hit, usual: float) -> float:
    """How much a word looks like the title: large, early, alone or first on its line."""
    if not hit.opens:
        short = len(hit.segment.text.split()) <= 6 and not hit.colon
        return (0.26 if short else 0.1) if hit.line.top < 0.5 else 0.0
    weight = 0.3
    if hit.alone:
        weight += 0.25
    elif _numbered(hit):
        weight += 0.2
    token = hit.line.tokens[hit.line.token_at(hit.start)]
    weight += min(max(token.height / usual - 1.0, 0.0), 1.0) * 0.3
    if hit.line.page == 1:
        weight += 0.25 * max(0.0, 0.6 - hit.line.top) / 0.6
    if hit.line.top > 0.6 or hit.line.page > 1:
        weight -= 0.3
    if hit.colon:
        weight -= 0.25
    return max(weight, 0.0)


def _numbered(hit: Hit) -> bool:
    """Whether the document's number follows the word on its line."""
    rest = hit.line.text[hit.end : hit.end + 40]
    return any(char.isdigit() for char in rest)
