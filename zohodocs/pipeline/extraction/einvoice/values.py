"""Values as XML states them, in our one way of writing; None where a text is not such a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from zohodocs.domain import money

# xs:decimal and nothing else: no exponent, no comma, no NaN.
_DECIMAL = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})")
# 2018-01-10, 2018-01-10+01:00, 2018-01-10T00:00:00Z, 20180110 (format 102), 201801101530 (203).
_DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})(?:[TZ+-].*|\d{4}|\d{6})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}")
_COUNTRY_SYNONYMS = {"UK": "GB", "EL": "GR"}


def plain(text: str | None) -> str | None:
    """The text with runs of white space made one blank; None if nothing is left."""
    return " ".join((text or "").split()) or None


def decimal(text: str | None) -> Decimal | None:
    """A plain decimal number."""
    stripped = (text or "").strip()
    return money.to_decimal(stripped) if _DECIMAL.fullmatch(stripped) else None


def day(text: str | None) -> str | None:
    """A full calendar day as ISO date."""
    match = _DATE.fullmatch((text or "").strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    except ValueError:
        return None


def identifier(text: str | None) -> str | None:
    """A tax number: upper case, without blanks; other signs stay as stated.

    Words without any figure are none: Nordic sellers state `Foretaksregisteret` in this place.
    """
    compact = "".join((text or "").split()).upper()
    return compact if any(char.isdigit() for char in compact) else None


def iban(text: str | None) -> str | None:
    """Something built like an IBAN; its check digits are the rules' affair."""
    compact = re.sub(r"[\s.-]", "", text or "").upper().removeprefix("IBAN")
    return compact if _IBAN.fullmatch(compact) else None


def currency(text: str | None) -> str | None:
    """An ISO 4217 code."""
    code = (text or "").strip().upper()
    return code if re.fullmatch("[A-Z]{3}", code) else None


def country(text: str | None, codes: Mapping[str, str]) -> str | None:
    """An ISO 3166 alpha-2 code; `codes` are the format's own codes for it."""
    code = (text or "").strip().upper()
    code = codes.get(code) or _COUNTRY_SYNONYMS.get(code, code)
    return code if re.fullmatch("[A-Z]{2}", code) else None
