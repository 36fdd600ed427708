"""The document's currency: printed beside its amounts, or named; shared signs need a country."""

from __future__ import annotations

import re
from collections import Counter

from .amounts import SIGNS, Amount, currency_codes
from .candidates import Candidate
from .countries import CURRENCY_OF
from .layout import Layout
from .lexicon import Hits

_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_SIGN_ALONE = re.compile(r"[€£₽₴₺₹]|(?<![A-Za-z])[A-Z]{0,2}\$")
_DOLLARS = frozenset(["US", "CA", "AU", "NZ", "SG", "HK", "MX"])
_CROWNS = {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK"}
_CROWN_LANGUAGES = {"sv": "SEK", "da": "DKK"}


def find_currency(
    layout: Layout,
    hits: Hits,
    rows: list[list[Amount]],
    *,
    countries: list[str],
    language: str,
    totals: list[Amount],
) -> Candidate | None:
    """The currency with most evidence; None where the paper names none."""
    votes: Counter[str] = Counter()
    where: dict[str, tuple[int, int, int]] = {}

    def vote(code: str, weight: int, place: tuple[int, int, int]) -> None:
        votes[code] += weight
        where.setdefault(code, place)

    for amount in totals:
        if amount.currency:
            vote(amount.currency, 12, (amount.line.index, amount.start, amount.end))
    for row in rows:
        for amount in row:
            if amount.currency:
                vote(amount.currency, 2, (amount.line.index, amount.start, amount.end))
    for hit in hits.fielded("currency"):
        rest = hit.line.text[hit.end : hit.end + 40]
        for match in _CODE.finditer(rest):
            if match.group() in currency_codes():
                start = hit.end + match.start()
                vote(match.group(), 20, (hit.line.index, start, start + 3))
                break
    if not votes:
        for line in layout.lines:
            for match in _CODE.finditer(line.text):
                if match.group() in currency_codes() and match.group() in CURRENCY_OF.values():
                    vote(match.group(), 1, (line.index, match.start(), match.end()))
            for match in _SIGN_ALONE.finditer(line.text):
                sign = SIGNS.get(match.group().casefold())
                if sign:
                    vote(sign, 1, (line.index, match.start(), match.end()))
    if not votes:
        return None
    ranked = votes.most_common()
    raw, weight = ranked[0]
    code, sure = _settled(raw, countries, language, votes)
    share = weight / sum(votes.values())
    if not code:
        return None
    index, start, end = where[raw]
    score = (0.98 if sure else 0.75) * (0.75 + 0.25 * share)
    return Candidate(code, score, layout.lines[index], start, end)


def _settled(
    raw: str, countries: list[str], language: str, votes: Counter[str]
) -> tuple[str, bool]:
    """The ISO code of a sign, and whether it is beyond doubt."""
    if raw == "$":
        named = [code for code in votes if code.endswith("D") and len(code) == 3]
        if len(named) == 1:
            return named[0], True
        for country in countries:
            if country in _DOLLARS:
                return CURRENCY_OF[country], True
        return "USD", False
    if raw == "kr":
        named = [code for code in votes if code in _CROWNS.values()]
        if len(named) == 1:
            return named[0], True
        for country in countries:
            if country in _CROWNS:
                return _CROWNS[country], True
        return _CROWN_LANGUAGES.get(language, ""), False
    return raw, True
