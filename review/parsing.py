"""What a person typed or clicked, as it is stored: the one place where text becomes a value.

Dates become ISO, amounts plain decimals, ids lose their spaces; a text that does not fit is refused
with a sentence, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import dateparser
from babel.numbers import list_currencies
from django.utils.translation import gettext as _

from zohodocs.domain.identity import iban_is_valid, normal_iban, normal_id
from zohodocs.domain.invoice import AMOUNT_FIELDS, DATE_FIELDS, DOCUMENT_TYPES, iso_date
from zohodocs.domain.money import minor_units, rounded, text
from zohodocs.web.labels import field_label

LANGUAGES = ["en", "de", "fr", "pl", "it", "es", "nl", "ru", "et"]
_MONTH_FIRST_COUNTRIES = frozenset({"US", "PH", "PW", "FM"})
_NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,4})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(\d{2,4})(?!\d)")
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY", "zł": "PLN", "₽": "RUB", "₴": "UAH", "kč": "CZK"}
_LONGEST = {"supplier_address": 1000, "buyer_address": 1000, "payment_terms": 1000}
_EARLIEST, _LATEST = 1950, 2150


class NotReadable(Exception):
    """The text is no value of this field; the message says what would be."""


@dataclass(frozen=True, slots=True)
class PaperContext:
    """What helps to read a text as this paper means it."""

    country: str = ""
    currency: str = ""
    # Dates of the same paper as they were printed; one of them may settle the order.
    printed_dates: tuple[str, ...] = ()


def parse(name: str, raw: str, context: PaperContext) -> str:
    """The text as the field's stored value; empty means that the paper does not say it.

    Raises NotReadable.
    """
    plain = " ".join(unicodedata.normalize("NFKC", raw).split())
    if not plain:
        return ""
    if len(plain) > _LONGEST.get(name, 300):
        raise NotReadable(_("This is too long for “%(field)s”.") % {"field": field_label(name)})
    if name in DATE_FIELDS:
        return parse_date(plain, context).isoformat()
    if name in AMOUNT_FIELDS:
        return text(
            rounded(parse_amount(plain, context.currency), context.currency), context.currency
        )
    return _PARSERS.get(name, _as_it_is)(plain)


def parse_date(raw: str, context: PaperContext) -> date:
    """A date in any of the print forms; an order that stays open is refused."""
    numeric = _NUMERIC_DATE.search(raw)
    if numeric:
        return _numeric_date(numeric, raw, context)
    # Month names; the day cannot be mistaken for the month any more.
    found = dateparser.parse(
        re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", raw, flags=re.IGNORECASE),
        languages=LANGUAGES,
        settings={"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]},
    )
    if found is None or not _EARLIEST <= found.year <= _LATEST:
        raise NotReadable(_("“%(text)s” is not a date. Write it like 2024-05-02.") % {"text": raw})
    return date(found.year, found.month, found.day)


def parse_amount(raw: str, currency: str = "") -> Decimal:
    """An amount as printed: `1.121,69 €`, `1,121.69`, `1 121,69`, `(42.00)`, `42,00-`."""
    problem = NotReadable(_("“%(text)s” is not an amount. Write it like 1121.69.") % {"text": raw})
    figures = re.sub(r"[^\d.,()'’\-−–]", "", raw).strip(".,")
    body = re.sub(r"[^\d.,]", "", figures)
    if not re.search(r"\d", body) or re.search(r"\d\s+[A-Za-z]+\s+\d", raw):
        raise problem
    whole, cents = _split_amount(body, minor_units(currency))
    try:
        amount = Decimal(f"{whole or '0'}.{cents}" if cents else whole)
    except InvalidOperation:
        raise problem from None
    if abs(amount) >= Decimal(10) ** 12:
        raise problem
    negative = figures[0] in "-−–(" or figures[-1] in "-−–"
    return -amount if negative else amount


def _split_amount(body: str, places: int) -> tuple[str, str]:
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return body, ""
    mark, tail = body[last], body[last + 1 :]
    other = "," if mark == "." else "."
    # A mark that repeats, or that three digits follow where the currency has fewer, groups.
    groups = body.count(mark) > 1 or (len(tail) == 3 and places != 3 and other not in body)
    if groups and not body.startswith("0"):
        return re.sub(r"[.,]", "", body), ""
    return re.sub(r"[.,]", "", body[:last]), tail


def _numeric_date(found: re.Match[str], raw: str, context: PaperContext) -> date:
    first, second, third = found.groups()
    if len(first) == 4:
        orders = ["YMD"]
    elif len(first) > 2:
        orders = []
    else:
        orders = _orders(first, second, found.group(0), context)
    readings = {_as_date(order, first, second, third) for order in orders} - {None}
    if len(readings) == 1:
        return readings.pop() or date.min
    if readings:
        raise NotReadable(
            _("“%(text)s” can be read in two ways. Write it like 2024-05-02.") % {"text": raw}
        )
    raise NotReadable(_("“%(text)s” is not a date. Write it like 2024-05-02.") % {"text": raw})


def _orders(first: str, second: str, matched: str, context: PaperContext) -> list[str]:
    """Which orders this paper may mean: a dot says day first, other dates and the country help."""
    if "." in matched:
        return ["DMY"]
    for printed in context.printed_dates:
        other = _NUMERIC_DATE.search(printed)
        if other and len(other.group(1)) <= 2:
            if int(other.group(1)) > 12:
                return ["DMY"]
            if int(other.group(2)) > 12:
                return ["MDY"]
    if int(first) > 12:
        return ["DMY"]
    if int(second) > 12:
        return ["MDY"]
    if context.country:
        return ["MDY" if context.country in _MONTH_FIRST_COUNTRIES else "DMY"]
    return ["DMY", "MDY"]


def _as_date(order: str, first: str, second: str, third: str) -> date | None:
    parts = dict(zip(order, (first, second, third), strict=True))
    year = int(parts["Y"]) + (2000 if len(parts["Y"]) == 2 else 0)
    known = iso_date(f"{year:04d}-{int(parts['M']):02d}-{int(parts['D']):02d}")
    return known if known and _EARLIEST <= known.year <= _LATEST else None


def _as_it_is(raw: str) -> str:
    return raw.strip(" :;,")


def _tax_id(raw: str) -> str:
    # The label may have been clicked along with the number.
    value = normal_id(raw.rpartition(":")[2] or raw)
    if not any(char.isdigit() for char in value) or len(value) > 40:
        raise NotReadable(_("A VAT number has digits, like DE246802468."))
    return value


def _iban(raw: str) -> str:
    value = normal_iban(raw.rpartition(":")[2] or raw).removeprefix("IBAN")
    if not iban_is_valid(value):
        raise NotReadable(_("This is not a valid IBAN: a digit is missing or wrong."))
    return value


def _currency(raw: str) -> str:
    for sign, code in _SIGNS.items():
        if sign in raw.lower():
            return code
    value = re.sub(r"[^A-Z]", "", raw.upper())
    if value not in list_currencies():
        raise NotReadable(_("A currency is three letters, like EUR."))
    return value


def _country(raw: str) -> str:
    value = raw.upper()
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise NotReadable(_("A country is two letters, like DE."))
    return value


def _document_type(raw: str) -> str:
    if raw not in DOCUMENT_TYPES:
        raise NotReadable(_("Choose one of the kinds of paper."))
    return raw


def printed_dates(words: Iterable[str]) -> tuple[str, ...]:
    """Those of the paper's words that are dates in figures."""
    return tuple(word for word in words if _NUMERIC_DATE.search(word))


_PARSERS = {
    "supplier_tax_id": _tax_id,
    "buyer_tax_id": _tax_id,
    "iban": _iban,
    "currency": _currency,
    "supplier_country": _country,
    "buyer_country": _country,
    "document_type": _document_type,
}
