"""How a value looks when it is printed: amounts, days and plain text, in a form to compare by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

# German, English, French, Italian, Spanish, Dutch, Polish, Portuguese, Swedish: the beginning of
# each month's name, written out or shortened, is enough to know it.
_MONTHS = (
    "jan gen ene sty",
    "feb fev lut",
    "mar mrz maa mae",
    "apr avr abr kwi",
    "may mai mag maj mei",
    "jun juin giu cze",
    "jul juil lug lip",
    "aug aou ago sie",
    "sep set wrz",
    "oct okt ott out paz",
    "nov lis",
    "dec dez dic gru",
)
_FOLDED = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "đ": "d"})
_NUMBER = re.compile(r"\D*?(\d[\d.,'’]*\d|\d)\D*")  # one number, with currency, sign, colon around


def compact(text: str) -> str:
    """Letters and digits only, without case and accents: `Müller & Co.` -> `mullerco`."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
    return "".join(char for char in folded if char.isalnum())


def number_core(text: str) -> str | None:
    """The figures of a text that holds exactly one number: `EUR 1.256,70` -> `1.256,70`."""
    match = _NUMBER.fullmatch(text)
    return match[1] if match else None


def amount_forms(amount: Decimal) -> frozenset[str]:
    """The figures of an amount in every usual way of writing, without blanks and sign."""
    return frozenset(_amount_forms(abs(amount)))


def _amount_forms(amount: Decimal) -> Iterator[str]:
    whole, _, decimals = f"{amount:f}".partition(".")
    grouped = f"{int(whole):,}"
    for thousands, mark in (("", "."), ("", ","), (".", ","), (",", "."), ("'", "."), ("’", ".")):
        figures = grouped.replace(",", thousands)
        shortened = decimals.rstrip("0")
        yield f"{figures}{mark}{decimals}" if decimals else figures
        yield f"{figures}{mark}{shortened}" if shortened else figures


def exact_forms(amount: Decimal) -> frozenset[str]:
    """The forms that show the coins where the amount has decimals: for 300.00 not `300`."""
    whole, _, decimals = f"{abs(amount):f}".partition(".")
    figures = {whole + decimals}
    if shortened := decimals.rstrip("0"):
        figures.add(whole + shortened)
    return frozenset(f for f in amount_forms(amount) if re.sub(r"\D", "", f) in figures)


def printed_amount(core: str) -> Decimal | None:
    """The amount that figures with two decimals stand for; None for anything less certain."""
    if not re.fullmatch(r"\d{1,3}(?:([.,'’]?)\d{3})*[.,]\d{2}", core):
        return None
    return Decimal(re.sub(r"\D", "", core)).scaleb(-2)


def day_forms(day: date) -> frozenset[str]:
    """Every all-figure way of writing a day, without blanks."""
    days, months = {str(day.day), f"{day.day:02}"}, {str(day.month), f"{day.month:02}"}
    years = {str(day.year), f"{day.year % 100:02}"}
    forms = {f"{day:%Y%m%d}"}
    for mark in (".", "/", "-"):
        forms |= {mark.join((d, m, y)) for d in days for m in months for y in years}
        forms |= {mark.join((m, d, y)) for d in days for m in months for y in years}
        forms |= {mark.join((str(day.year), m, d)) for d in days for m in months}
    return frozenset(forms)


def day_in_words(text: str) -> date | None:
    """The day that a text like `3 mars 2024` or `March 3rd, 2024` names; None if it names none."""
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    if len(numbers) != 2:
        return None
    for number, _ in enumerate(_MONTHS, 1):
        for day in numbers:
            try:
                named = date(max(numbers), number, day)
            except ValueError:
                continue
            if names_day(text, named):
                return named
    return None


def names_day(text: str, day: date) -> bool:
    """Whether a text like `3 mars 2024`, `3. März 2024` or `March 3rd, 2024` is that day."""
    text = unicodedata.normalize("NFKD", text.casefold())
    parts = re.findall(r"\d+|[a-zł]+", "".join(c for c in text if not unicodedata.combining(c)))
    figures = [part for part in parts if part.isdigit()]
    letters = [part for part in parts if not part.isdigit() and len(part) > 2]
    return (
        len(letters) == 1
        and sorted(figures, key=len) in ([str(day.day), str(day.year)], _padded(day))
        and letters[0].startswith(tuple(_MONTHS[day.month - 1].split()))
    )


def _padded(day: date) -> list[str]:
    return [f"{day.day:02}", str(day.year)]
