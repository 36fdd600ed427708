"""What points to a country: its name in many languages, codes, telephone prefixes, postcodes."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale

from .text import fold

_LANGUAGES = ("en", "de", "fr", "pl", "it", "es", "nl", "ru", "et", "sv", "da", "nb", "cs")
_EXTRA_NAMES = {
    "usa": "US",
    "u s a": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "great britain": "GB",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "ceska republika": "CZ",
    "brd": "DE",
    "schweiz suisse": "CH",
    "slovak republic": "SK",
    "eesti vabariik": "EE",
}
EUROPEAN_UNION = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
EUROPE = EUROPEAN_UNION | frozenset(("GB", "CH", "NO", "IS", "LI", "RU", "UA", "TR", "SM", "MC"))
# Countries that print the day first (the United States and Canada may not).
DAY_FIRST = EUROPE | frozenset(("AU", "NZ", "IN", "SG", "MY", "ZA", "HK", "BR", "MX", "IL", "AE"))
# Two-letter codes accepted before a postcode or on a line of their own.
CODES = EUROPE | frozenset(
    [
        "US",
        "CA",
        "AU",
        "NZ",
        "IN",
        "SG",
        "MY",
        "ZA",
        "JP",
        "CN",
        "HK",
        "AE",
        "IL",
        "BR",
        "MX",
        "KR",
        "TH",
    ]
)
CURRENCY_OF = {
    "US": "USD",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "SG": "SGD",
    "HK": "HKD",
    "MX": "MXN",
    "GB": "GBP",
    "PL": "PLN",
    "CZ": "CZK",
    "SE": "SEK",
    "NO": "NOK",
    "DK": "DKK",
    "CH": "CHF",
    "HU": "HUF",
    "RO": "RON",
    "IS": "ISK",
    "RU": "RUB",
    "UA": "UAH",
    "TR": "TRY",
    "JP": "JPY",
    "MY": "MYR",
    "IN": "INR",
    "ZA": "ZAR",
    "BR": "BRL",
    **dict.fromkeys(EUROPEAN_UNION - frozenset(["PL", "CZ", "SE", "DK", "HU", "RO"]), "EUR"),
}
_PHONE = {
    "49": "DE",
    "48": "PL",
    "33": "FR",
    "39": "IT",
    "34": "ES",
    "31": "NL",
    "32": "BE",
    "43": "AT",
    "41": "CH",
    "44": "GB",
    "353": "IE",
    "372": "EE",
    "371": "LV",
    "370": "LT",
    "358": "FI",
    "46": "SE",
    "47": "NO",
    "45": "DK",
    "420": "CZ",
    "421": "SK",
    "36": "HU",
    "40": "RO",
    "359": "BG",
    "351": "PT",
    "30": "GR",
    "352": "LU",
    "386": "SI",
    "385": "HR",
    "61": "AU",
    "91": "IN",
    "65": "SG",
    "60": "MY",
    "234": "NG",
    "27": "ZA",
    "380": "UA",
}
_PHONE_PREFIX = re.compile(r"(?:\+|\b00) ?(\d{1,3})")
US_PLACE = re.compile(
    r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|"
    r"S[CD]|T[NX]|UT|V[AT]|W[AIVY])\.?,? {1,2}\d{5}(?:-\d{4})?\b"
)
US_PHONE = re.compile(r"(?<![\d+])(?:\+?1[ .-])?\(?\d{3}\)?[ .-] ?\d{3}[.-]\d{4}(?!\d)")
GB_PLACE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
CA_PLACE = re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b")
NL_PLACE = re.compile(r"\b\d{4} ?[A-Z]{2} (?=[A-Z])")
PL_PLACE = re.compile(r"\b\d{2}-\d{3}\b")


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """Folded country name in any of the languages -> ISO code."""
    names: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "ZZ"):
                names.setdefault(" ".join(re.findall(r"\w+", fold(name))), code)
    names.update(_EXTRA_NAMES)
    return names


def country_named(text: str) -> str:
    """The country this text is the name or code of; "" if it is something else."""
    stripped = text.strip(" .,;()[]-")
    if len(stripped) == 2 and stripped in CODES:
        return stripped
    return country_names().get(" ".join(re.findall(r"\w+", fold(stripped))), "")


def phone_country(text: str) -> str:
    """The country of the international prefix in this text, if it has one."""
    match = _PHONE_PREFIX.search(text)
    if not match:
        return ""
    digits = match[1]
    for length in (3, 2):
        if code := _PHONE.get(digits[:length]):
            return code
    return ""


def place_country(text: str) -> str:
    """The country whose way of writing a postcode this text shows; "" where several share it."""
    if US_PLACE.search(text):
        return "US"
    if GB_PLACE.search(text) and not CA_PLACE.search(text):
        return "GB"
    if CA_PLACE.search(text):
        return "CA"
    if PL_PLACE.search(text):
        return "PL"
    if NL_PLACE.search(text):
        return "NL"
    return ""
