"""Countries: who is in the European Union, and where a supplier sits when the paper is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale

from .identity import normal_iban, tax_id_country
from .invoice import Invoice
from .names import words

_EU_CODES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_EU_CODES.split())
# Currencies of one country only; the euro and the dollar say nothing.
_COUNTRY_OF_CURRENCY = {
    "PLN": "PL", "CZK": "CZ", "HUF": "HU", "RON": "RO", "BGN": "BG", "DKK": "DK", "SEK": "SE",
    "NOK": "NO", "CHF": "CH", "GBP": "GB", "ISK": "IS", "RUB": "RU", "UAH": "UA", "TRY": "TR",
    "JPY": "JP", "INR": "IN", "MYR": "MY",
}  # fmt: skip  # pairs to be skimmed
_COUNTRY_OF_LANGUAGE = {"pl": "PL", "et": "EE", "ru": "RU", "it": "IT"}
_LANGUAGES = ("en", "de", "fr", "pl", "it", "es", "nl", "ru", "et")
_POSTCODE_PREFIXES = {"D": "DE", "A": "AT", "F": "FR", "I": "IT", "B": "BE", "L": "LU"}
# What each witness counts; the runner-up must be beaten by more than one language.
_WEIGHTS = {"printed": 5, "tax_id": 4, "iban": 2, "address": 3, "language": 1, "currency": 1}
_MARGIN = 2


@dataclass(frozen=True, slots=True)
class CountryGuess:
    """The country most witnesses name ("" if they are few or disagree), and what each said."""

    country: str
    evidence: Mapping[str, str]


def iso_country(text: str) -> str:
    """A two-letter code as ISO 3166 writes it (`EL` is `GR`); "" for anything else."""
    code = text.strip().upper()
    code = {"EL": "GR", "UK": "GB", "XI": "GB"}.get(code, code)
    return code if re.fullmatch(r"[A-Z]{2}", code) else ""


def supplier_country(invoice: Invoice, *, language: str = "") -> CountryGuess:
    """Weigh what is printed, VAT prefix, IBAN, address, language and currency."""
    iban = normal_iban(invoice.iban)
    witnesses = {
        "printed": iso_country(invoice.supplier_country),
        "tax_id": tax_id_country(invoice.supplier_tax_id),
        "iban": iso_country(iban[:2]) if len(iban) >= 15 else "",
        "address": country_in_address(invoice.supplier_address),
        "language": _COUNTRY_OF_LANGUAGE.get(language.lower(), ""),
        "currency": _COUNTRY_OF_CURRENCY.get(invoice.currency.upper(), ""),
    }
    evidence = {witness: country for witness, country in witnesses.items() if country}
    votes: dict[str, int] = {}
    for witness, country in evidence.items():
        votes[country] = votes.get(country, 0) + _WEIGHTS[witness]
    ranked = sorted(votes.items(), key=lambda vote: -vote[1])
    if not ranked or ranked[0][1] < _MARGIN:
        return CountryGuess("", evidence)
    runner_up = ranked[1][1] if len(ranked) > 1 else 0
    return CountryGuess(ranked[0][0] if ranked[0][1] - runner_up >= _MARGIN else "", evidence)


def vat_country(tax_id: str, printed: str) -> str:
    """The country whose VAT a party is under: its number's prefix, else the printed country.

    A company may sit in one country and be registered in another; the registration decides.
    """
    return tax_id_country(tax_id) or iso_country(printed)


def country_in_address(address: str) -> str:
    """The country an address names: the name nearest its end, or a postcode like `PL-00-950`."""
    spoken = words(address)
    names = _names()
    for end in range(len(spoken), 0, -1):
        for start in range(max(0, end - 4), end):
            country = names.get(" ".join(spoken[start:end]))
            if country:
                return country
    postcode = re.search(r"\b([A-Z]{1,2})-\d{2,5}", address)
    if postcode is None:
        return ""
    prefix = postcode.group(1)
    return _POSTCODE_PREFIXES.get(prefix, "") or (prefix if prefix in EU else "")


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if re.fullmatch(r"[A-Z]{2}", code):
                found.setdefault(" ".join(words(name)), code)
    return found
