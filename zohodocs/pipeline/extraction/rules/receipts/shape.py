"""Is this paper a till receipt? By its shape and by what tills print."""

from __future__ import annotations

import re
from statistics import median

from zohodocs.pipeline.extraction.rules.layout import Layout

# The body of a letter is some 40 heights of its type wide, a till's roll 10 to 24.
_NARROW = 30.0
_FEWEST_WORDS = 2
_MOST_PAGES = 3
_TILL = re.compile(
    r"\b(?:cash|rounding|receipt|visa|master ?card|amex|debit|thank ?you|thanks|come again|server|"
    r"guests?|pax|gst|table|tax invoice|kassenbon|bediener|kasse|ticket|caisse|especes|efectivo|"
    r"contanti|scontrino|paragon|gotowka|kassa|pin)\b"
)
# A till is all that uses these.
_TILL_ONLY = re.compile(r"\b(?:cashier|change|tender(?:ed)?|rendu|wisselgeld|reszta|kassenbon)\b")


def is_receipt(layout: Layout, *, must_speak: bool) -> bool:
    """Whether the paper is as narrow as a till's roll and speaks like a till.

    `must_speak`: its shape alone proves nothing, since it calls itself something else or was never
    on a roll of paper.
    """
    if layout.pages > _MOST_PAGES or not layout.lines or _breadth(layout) > _NARROW:
        return False
    if not must_speak:
        return True
    text = "\n".join(line.folded for line in layout.lines)
    return len(set(_TILL.findall(text))) >= _FEWEST_WORDS or bool(_TILL_ONLY.search(text))


def _breadth(layout: Layout) -> float:
    """Width of the printed column in heights of its type, a few outliers left out."""
    tokens = [token for line in layout.lines for token in line.tokens]
    lefts, rights = sorted(t.x0 for t in tokens), sorted(t.x1 for t in tokens)
    last = len(tokens) - 1
    width = rights[round(0.97 * last)] - lefts[round(0.03 * last)]
    return width / max(median(token.height for token in tokens), 0.1)
