"""Payment terms in the paper's own words."""

from __future__ import annotations

import re

from .candidates import Candidate
from .layout import Layout
from .lexicon import Hits

_LONGEST = 160
_SUBSTANCE = re.compile(
    r"\d|net|sofort|immediate|receipt|comptant|contado|vista|virement|transfer|przelew", re.I
)


def find_payment_terms(layout: Layout, hits: Hits) -> Candidate | None:
    """What stands beside or under "Payment terms"; None where nothing does."""
    for hit in hits.fielded("payment_terms"):
        if not hit.leads:
            continue
        segment = hit.segment
        options = [(hit.line, hit.end, segment.end)]
        options += [(hit.line, s.start, s.end) for s in hit.line.segments[segment.index + 1 :][:1]]
        for below in layout.below(hit.line, reach=1):
            options += [
                (below, s.start, s.end) for s in below.segments if abs(s.x0 - segment.x0) < 6
            ]
        for line, start, end in options:
            text = line.text[start:end].strip(" \t:.-")
            if 3 < len(text) <= _LONGEST and _SUBSTANCE.search(text):
                first = line.text.find(text, start)
                return Candidate(text, 0.8, line, first, first + len(text))
    return None
