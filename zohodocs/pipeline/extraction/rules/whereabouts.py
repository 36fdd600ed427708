"""A party's country, weighed from tax id, bank account, address, telephone; absent if unsure."""

from __future__ import annotations

import re
from collections import Counter

from .countries import CODES, EUROPEAN_UNION, country_named, phone_country, place_country
from .party import Party

_PREFIX_CODES = {"EL": "GR", "XI": "GB"}
_LEADING_CODE = re.compile(r"^(?:([A-Z]{2})[ -])(?=[A-Z]{0,2}\d{3,6}\b)|,\s*([A-Z]{2})$")
_POST_LETTERS = {"D": "DE", "A": "AT", "F": "FR", "B": "BE", "I": "IT", "L": "LU", "E": "ES"}
_POST_LETTER = re.compile(r"^([A-Z])-\d{4,5}\b")
_ENOUGH = 0.6
_POSTCODES = {
    "DE FR IT ES FI EE": r"(?:^|[\s,])\d{5}(?=[\s,]|$)",
    "PL": r"(?:^|[\s,])\d{2}-\d{3}\b",
    "NL": r"(?:^|[\s,])\d{4} ?[A-Z]{2}\b",
    "AT CH BE DK NO LU HU SI BG": r"(?:^|[\s,])\d{4}(?=[\s,]|$)",
    "SE CZ SK GR": r"(?:^|[\s,])\d{3} \d{2}(?=[\s,]|$)",
}


def country_of(
    party: Party,
    *,
    tax_id: str,
    tax_valid: bool,
    iban: str = "",
    american: bool = False,
    domestic: str = "",
) -> tuple[str, float]:
    """The country and how sure it is; ("", 0) where the evidence is thin or split.

    An address that names no country is one of the sender's own (`domestic`), if its postcode
    has that country's shape.
    """
    votes: Counter[str] = Counter()
    prefix = tax_prefix(tax_id)
    if prefix:
        votes[prefix] += 9 if tax_valid else 7
    if iban[:2] in CODES:
        votes[iban[:2]] += 5
    for text in party.lines:
        named = country_named(text.rsplit(",", 1)[-1]) or country_named(text)
        if named:
            votes[named] += 9
            continue
        if match := _LEADING_CODE.search(text):
            code = match[1] or match[2]
            if code in CODES:
                votes[code] += 9
        elif letter := _POST_LETTER.search(text):
            votes[_POST_LETTERS.get(letter[1], "")] += 8
        if placed := place_country(text):
            votes[placed] += 5
        if phoned := phone_country(text):
            votes[phoned] += 5
    if american and not votes:
        votes["US"] += 3
    votes.pop("", None)
    if not votes and domestic and _fits(party, domestic):
        return domestic, 0.75
    if not votes:
        return "", 0.0
    ranked = votes.most_common(2)
    code, weight = ranked[0]
    total = sum(votes.values())
    if weight < 7 or weight / total < _ENOUGH:
        return "", 0.0
    return code, min(0.6 + 0.02 * weight, 0.97) * (0.6 + 0.4 * weight / total)


def _fits(party: Party, country: str) -> bool:
    shape = next((p for codes, p in _POSTCODES.items() if country in codes.split()), None)
    return shape is not None and any(re.search(shape, piece.text) for piece in party.address)


def tax_prefix(tax_id: str) -> str:
    """The country a VAT number begins with, "" if it begins with none."""
    if tax_id.startswith("ATU"):
        return "AT"
    if tax_id.startswith("CHE"):
        return "CH"
    code = _PREFIX_CODES.get(tax_id[:2], tax_id[:2])
    known = code in EUROPEAN_UNION or code in ("GB", "NO", "CH", "SM")
    return code if known and re.match(r"[A-Z]{2}[A-Z0-9]*\d", tax_id) else ""
