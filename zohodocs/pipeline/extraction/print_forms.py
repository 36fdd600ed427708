"""How a value is written on a paper: told from one example, and read back by it."""

from __future__ import annotations

import re
from datetime import date

from zohodocs.domain import money
from zohodocs.domain.identity import iban_is_valid, normal_iban, normal_id
from zohodocs.domain.invoice import AMOUNT_FIELDS, DATE_FIELDS, iso_date
from zohodocs.domain.money import to_decimal

from .einvoice.printing import compact, day_in_words
from .rules.amounts import read_number

_AMOUNT = re.compile(r"\d(?:[\d.,'’\s]*\d)?")
_DAY = re.compile(r"(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,4})")
_ORDERS = {"dmy": (3, 2, 1), "mdy": (3, 1, 2), "ymd": (1, 2, 3)}
_WORDS, _PLAIN = "words", "plain"
_MARKS = (",", ".")
_SIGNS = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK"}


def notation_of(name: str, text: str, value: str) -> str | None:
    """The notation in which `text` says `value`; None if it does not say it."""
    if name in DATE_FIELDS:
        tried: tuple[str, ...] = (*_ORDERS, _WORDS)
    elif name in AMOUNT_FIELDS:
        shown = re.search(r"([.,])\d{2}(?!\d)", text)
        tried = _MARKS if shown is None or shown[1] == _MARKS[0] else _MARKS[::-1]
    else:
        tried = (_PLAIN,)
    fits = [n for n in tried if _same(name, written(name, text, notation=n), value)]
    if {"dmy", "mdy"} <= set(fits):
        return None  # the fifth of May does not tell which comes first
    return fits[0] if fits else None


def written(name: str, text: str, *, notation: str, currency: str = "") -> str | None:
    """The value that the text says in this notation, in our one way of writing."""
    text = " ".join(text.split()).strip(" :#=|")
    if name in DATE_FIELDS:
        return _day(text, notation)
    if name in AMOUNT_FIELDS:
        return _amount(text, notation, currency)
    if name == "iban":
        return normal_iban(text) if iban_is_valid(text) else None
    if name == "currency":
        return _currency(text)
    if name.endswith("_tax_id"):
        return normal_id(text) if re.search(r"\d{4}", normal_id(text)) else None
    if name == "invoice_number":
        return text if any(char.isdigit() for char in text) else None
    return text or None


def _same(name: str, said: str | None, value: str) -> bool:
    if said is None:
        return False
    if name in AMOUNT_FIELDS:
        return to_decimal(said) == to_decimal(value)
    return compact(said) == compact(value)


def _day(text: str, notation: str) -> str | None:
    if notation == _WORDS:
        day = day_in_words(text)
        return day.isoformat() if day else None
    found = _DAY.search(text)
    if found is None:
        return None
    numbers = (0, int(found[1]), int(found[3]), int(found[4]))
    year, month, day_of_month = (numbers[at] for at in _ORDERS[notation])
    if year < 100:
        year += 2000
    parsed = iso_date(f"{year:04}-{month:02}-{day_of_month:02}")
    return parsed.isoformat() if isinstance(parsed, date) else None


def _amount(text: str, mark: str, currency: str) -> str | None:
    numbers = _AMOUNT.findall(text)
    if len(numbers) != 1:
        return None
    amount, _ = read_number(re.sub(r"\s", "", numbers[0]), mark)
    if re.search(r"[-–\u2212]\s?(?:[€$£]|[A-Z]{3})?\s?\d|\d\s?[-–\u2212](?:\s|$)", text):
        amount = -amount
    return money.text(amount, currency)


def _currency(text: str) -> str | None:
    code = re.search(r"\b[A-Z]{3}\b", text)
    if code:
        return code[0]
    return next((iso for sign, iso in _SIGNS.items() if sign in text), None)
