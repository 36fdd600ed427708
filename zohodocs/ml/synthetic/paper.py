"""What a made-up paper says: parties, dates, lines, sums that hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from .companies import Company, company
from .speech import Speech

_CENT = Decimal("0.01")
_CURRENCIES = {
    "GB": "GBP", "US": "USD", "MY": "MYR", "AU": "AUD", "PL": "PLN", "CH": "CHF", "RU": "RUB",
}  # fmt: skip  # pairs to be skimmed
_RATES = {
    "DE": ("19", "7"), "AT": ("20", "10"), "CH": ("8.1", "2.6"), "FR": ("20", "5.5", "10"),
    "BE": ("21", "6"), "PL": ("23", "8", "5"), "IT": ("22", "10", "4"), "ES": ("21", "10"),
    "NL": ("21", "9"), "RU": ("20", "10"), "EE": ("22", "9", "24"), "GB": ("20", "5"),
    "IE": ("23", "13.5"), "US": ("8.25", "6", "7.5"), "MY": ("6",), "AU": ("10",),
}  # fmt: skip  # as above
_INCLUSIVE = ("MY", "AU", "GB", "DE", "IT", "ES", "NL", "EE", "PL", "FR", "RU")
_NUMBERS = (
    "{y}-{n:04d}", "{y}{n:05d}", "RE-{n:05d}", "INV-{n:04d}", "{n}", "{y}/{m:02d}/{n:03d}",
    "FV/{n}/{m:02d}/{y}", "A{n:06d}", "{n:05d}/{y2}", "F{y}{m:02d}-{n:03d}", "{n:08d}", "#{n}",
    "CS{n:08d}", "{a}{n:07d}", "{y}-{a}-{n:03d}", "R{n:06d}-{m:02d}",
)  # fmt: skip  # as above
_MONTH = re.compile("(M{3,4})")
SUBJECTS = ("statement", "delivery_note", "contract", "quote", "order", "reminder")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the table."""

    code: str
    text: str
    quantity: Decimal
    price: Decimal
    total: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """The totals; `rates` are (rate, base, tax)."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    rates: tuple[tuple[Decimal, Decimal, Decimal], ...]
    inclusive: bool

    @property
    def due(self) -> Decimal:
        """What is left to pay."""
        return self.gross - self.prepaid


@dataclass(frozen=True, slots=True)
class Paper:
    """All that a paper may print. `subject` tells the papers of type `other` apart."""

    kind: str
    subject: str
    speech: Speech
    supplier: Company
    buyer: Company
    number: str
    issued: date
    due: date
    delivered: date
    currency: str
    items: tuple[Item, ...]
    sums: Sums
    decimal_mark: str
    thousands: str
    date_format: str
    money_format: str
    decoys: dict[str, str] = field(default_factory=dict)

    def money(self, value: Decimal, *, bare: bool = False) -> str:
        """An amount as this paper prints it."""
        text = number_text(value, self.decimal_mark, self.thousands)
        return text if bare else self.money_format.format(text)

    def day(self, value: date) -> str:
        """A date as this paper prints it."""
        return day_text(value, self.date_format, self.speech.language)


def number_text(value: Decimal, mark: str, thousands: str) -> str:
    """1234.5 as "1.234,50"."""
    text = f"{value:,.2f}".replace(",", "_").replace(".", mark)
    return text.replace("_", thousands)


def day_text(value: date, pattern: str, language: str) -> str:
    """The date by this pattern; MMMM is the month's name."""
    before, month, after = (
        _MONTH.split(pattern, maxsplit=1) if "MMM" in pattern else (pattern, "", "")
    )
    if not month:
        return value.strftime(pattern)
    from babel import Locale

    # The parts one by one: the C library ends a pattern where it does not know what to do.
    names = Locale(language).months["format"]["wide" if month == "MMMM" else "abbreviated"]
    return f"{_part(value, before)}{names[value.month]}{_part(value, after)}"


def _part(value: date, pattern: str) -> str:
    return value.strftime(pattern) if pattern else ""


def make_paper(rng: Random, speech: Speech, *, kind: str, subject: str = "") -> Paper:
    """A paper of this type with everything it may say."""
    country = speech.some(rng, "countries")
    buyer_country = country if rng.random() < 0.8 else speech.some(rng, "countries")
    issued = date(2015, 1, 1) + timedelta(days=rng.randint(0, 4200))
    currency = _currency(rng, country)
    rates = _rates(rng, country, kind)
    inclusive = kind == "receipt" and country in _INCLUSIVE and rng.random() < 0.85
    most = 14 if rng.random() < 0.85 else 45
    items = tuple(_item(rng, speech, rates, kind) for _ in range(rng.randint(1, most)))
    sums = _sums(rng, items, inclusive=inclusive, kind=kind)
    mark, thousands = _marks(rng, country)
    return Paper(
        kind=kind,
        subject=subject,
        speech=speech,
        supplier=company(rng, speech, country=country),
        buyer=company(rng, speech, country=buyer_country, person=rng.random() < 0.15),
        number=rng.choice(_NUMBERS).format(
            y=issued.year,
            y2=issued.year % 100,
            m=issued.month,
            n=rng.randint(1, 99999),
            a=rng.choice("ABKXZ") + rng.choice("ABCDER"),
        ),
        issued=issued,
        due=issued + timedelta(days=rng.choice((7, 10, 14, 14, 21, 30, 30, 45, 60))),
        delivered=issued - timedelta(days=rng.randint(0, 25)),
        currency=currency,
        items=items,
        sums=sums,
        decimal_mark=mark,
        thousands=thousands,
        date_format=_date_format(rng, country),
        money_format=_money_format(rng, currency),
        decoys={
            "order_number": f"{rng.choice(('PO-', '', 'B', '45'))}{rng.randint(1000, 9999999)}",
            "customer_number": f"{rng.choice(('K', '', 'C-', 'D'))}{rng.randint(100, 999999)}",
            "other_number": f"{rng.choice(('LS', '', 'P-'))}{rng.randint(1000, 999999)}",
        },
    )


def _currency(rng: Random, country: str) -> str:
    own = _CURRENCIES.get(country, "EUR")
    foreign = rng.random() < 0.06 and country not in ("MY", "RU")
    return rng.choice(("EUR", "USD")) if foreign else own


def _rates(rng: Random, country: str, kind: str) -> tuple[Decimal, ...]:
    rates = _RATES[country]
    draw = rng.random()
    if draw < 0.13 or (country in ("US", "MY") and kind == "receipt" and draw < 0.4):
        return (Decimal(0),)
    if draw < 0.75 or len(rates) < 2 or country == "US":
        return (Decimal(rates[0]),) if draw < 0.65 else (Decimal(rng.choice(rates)),)
    return tuple(Decimal(rate) for rate in rates[:2])


def _item(rng: Random, speech: Speech, rates: tuple[Decimal, ...], kind: str) -> Item:
    high = 60 if kind == "receipt" else rng.choice((90, 900, 9000))
    quantity = Decimal(rng.choice((1, 1, 1, 2, 3, 4, 5, 8, 10, 12, 20)))
    if kind != "receipt" and rng.random() < 0.15:
        quantity += Decimal(rng.choice(("0.5", "0.25", "0.75")))
    price = Decimal(rng.randint(20, high * 100)) / 100
    if kind == "receipt" and rng.random() < 0.6:
        price = price.quantize(Decimal("0.1")).quantize(_CENT)
    return Item(
        code=f"{rng.choice(('', 'A', 'ART-', '0'))}{rng.randint(100, 9999999)}",
        text=speech.some(rng, "items"),
        quantity=quantity,
        price=price,
        total=_cents(quantity * price),
        rate=rng.choice(rates),
    )


def _sums(rng: Random, items: tuple[Item, ...], *, inclusive: bool, kind: str) -> Sums:
    by_rate: dict[Decimal, Decimal] = {}
    for item in items:
        by_rate[item.rate] = by_rate.get(item.rate, Decimal(0)) + item.total
    rates = []
    for rate, total in sorted(by_rate.items()):
        if inclusive:
            tax = _cents(total * rate / (100 + rate))
            rates.append((rate, total - tax, tax))
        else:
            rates.append((rate, total, _cents(total * rate / 100)))
    net, tax = sum((r[1] for r in rates), Decimal(0)), sum((r[2] for r in rates), Decimal(0))
    prepaid = Decimal(0)
    if kind == "invoice" and rng.random() < 0.08:
        prepaid = _cents((net + tax) * rng.choice((Decimal("0.2"), Decimal("0.5"))))
    return Sums(net, tax, net + tax, prepaid, tuple(rates), inclusive)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def _marks(rng: Random, country: str) -> tuple[str, str]:
    if country in ("GB", "US", "MY", "AU", "IE"):
        return ".", rng.choice((",", ",", ""))
    if country == "CH":
        return ".", rng.choice(("'", "’", ""))
    if country in ("FR", "PL", "RU", "EE"):
        return rng.choice((",", ",", ",", ".")), rng.choice((" ", " ", ""))
    return ",", rng.choice((".", ".", ""))


def _date_format(rng: Random, country: str) -> str:
    if country == "US":
        return rng.choice(("%m/%d/%Y", "MMMM %d, %Y", "MMM %d, %Y", "%Y-%m-%d", "%m/%d/%y"))
    if country in ("DE", "AT", "CH", "RU", "EE"):
        return rng.choice(("%d.%m.%Y", "%d.%m.%Y", "%d.%m.%Y", "%d. MMMM %Y", "%Y-%m-%d"))
    if country == "PL":
        return rng.choice(("%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y"))
    slashed = ("%d/%m/%Y", "%d/%m/%Y", "%d-%m-%Y", "%d MMMM %Y", "%d/%m/%y", "%Y-%m-%d")
    return rng.choice(slashed)


_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "MYR": "RM", "AUD": "$", "PLN": "zł", "CHF": "Fr.",
          "RUB": "руб."}  # fmt: skip  # as above


def _money_format(rng: Random, currency: str) -> str:
    sign = _SIGNS[currency]
    ahead = currency in ("GBP", "USD", "AUD", "MYR")
    forms = [sign + "{}", "{} " + currency, currency + " {}", "{}", "{}"]
    if not ahead:
        forms[0] = "{} " + sign
    return rng.choice(forms)


def told(paper: Paper, truth: Mapping[str, str], text: str) -> dict[str, str]:
    """The truth without what these words leave open: a country or a currency nobody could name."""
    kept = dict(truth)
    for role, country in (("supplier", paper.supplier.country), ("buyer", paper.buyer.country)):
        named = country_name(paper.speech.language, country) in text
        if not named and not truth.get(f"{role}_tax_id", "").startswith(country):
            kept.pop(f"{role}_country", None)
    own = _CURRENCIES.get(kept.get("supplier_country", ""), "EUR")
    printed = paper.currency in text or _SIGNS[paper.currency] in text
    if not printed and not ("supplier_country" in kept and own == paper.currency):
        kept.pop("currency", None)
    return kept


def country_name(language: str, country: str) -> str:
    """The country in this language."""
    from babel import Locale

    return str(Locale(language).territories.get(country, country))
