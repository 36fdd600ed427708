"""Companies that do not exist: names, addresses, and numbers whose check digits hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from importlib import import_module
from random import Random

from stdnum import iban as stdnum_iban

from .speech import Speech

_REGIONS = {
    "US": ("TX 78701", "OR 97201", "IL 62704", "NY 12207", "AZ 85701", "OH 45402"),
    "AU": ("VIC 3220", "NSW 2000", "QLD 4000"),
}
_STATES_MY = ("JOHOR", "Selangor", "Selangor Darul Ehsan", "W. Persekutuan", "Perak")
# Country -> (pattern of the tax number, module of python-stdnum that checks it).
# 9 stands for a digit, A for a letter.
_TAX_IDS = {
    "DE": ("DE999999999", "de.vat"),
    "AT": ("ATU99999999", "at.uid"),
    "CH": ("CHE999999999", "ch.uid"),
    "FR": ("FR99999999999", "fr.tva"),
    "BE": ("BE0999999999", "be.vat"),
    "PL": ("9999999999", "pl.nip"),
    "IT": ("IT99999999999", "it.iva"),
    "ES": ("ESB99999999", "es.nif"),
    "NL": ("NL999999999B01", "nl.btw"),
    "RU": ("9999999999", "ru.inn"),
    "EE": ("EE999999999", "ee.kmkr"),
    "GB": ("GB999999999", "gb.vat"),
    "IE": ("IE9999999A", "ie.vat"),
    "US": ("99-9999999", ""),
    "MY": ("000999999999", ""),
    "AU": ("99999999999", "au.abn"),
}
_ACCOUNTS = {
    "DE": 18, "AT": 16, "CH": 17, "FR": 23, "BE": 12, "PL": 24, "IT": 23, "ES": 20,
    "NL": 14, "EE": 16, "GB": 18, "IE": 18,
}  # fmt: skip  # pairs to be skimmed
_BANK_CODES = {"NL": "INGB", "GB": "NWBK", "IE": "AIBK"}
_PHONES = {"US": "({a}) {b}-{c}", "MY": "0{d}-{b} {c}", "GB": "01{d}3 {b}{c}"}


@dataclass(frozen=True, slots=True)
class Company:
    """One company as it prints itself."""

    name: str
    brand: str
    address: tuple[str, ...]
    country: str
    tax_id: str
    company_id: str
    phone: str
    email: str
    web: str
    iban: str
    bic: str


def company(rng: Random, speech: Speech, *, country: str, person: bool = False) -> Company:
    """A random company (or a private person, as buyers are) of this country."""
    brand = _brand(rng, speech)
    form = speech.some(rng, "forms")
    ahead = form in ("ООО", "ЗАО", "АО", "ИП", "ПАО")
    name = f"{form} «{brand}»" if ahead else f"{brand} {form}".strip()
    if person:
        name = f"{speech.some(rng, 'first_names')} {speech.some(rng, 'surnames')}"
    elif rng.random() < 0.18:
        name = name.upper()
    domain = _plain(brand)[:18] or "firm"
    ending = {"GB": "co.uk", "US": "com", "MY": "com.my", "AU": "com.au"}.get(
        country, country.lower()
    )
    return Company(
        name=name,
        brand=brand,
        address=_address(rng, speech, country),
        country=country,
        tax_id=tax_id(rng, country),
        company_id=f"{rng.choice(('HRB ', '', 'Reg. ', '('))}{rng.randint(10000, 9999999)}",
        phone=_phone(rng, country),
        email=f"{rng.choice(('info', 'office', 'billing', 'kontakt', 'hello'))}@{domain}.{ending}",
        web=f"www.{domain}.{ending}",
        iban=iban(rng, country),
        bic="".join(rng.choices("ABCDEFGHKLMNPRST", k=4))
        + country
        + rng.choice(("2X", "FF", "21")),
    )


def _brand(rng: Random, speech: Speech) -> str:
    root, trade = speech.some(rng, "roots"), speech.some(rng, "trades")
    surname = speech.some(rng, "surnames")
    choice = rng.random()
    if choice < 0.4:
        return f"{root} {trade}"
    if choice < 0.6:
        return f"{trade} {surname}"
    if choice < 0.72:
        return f"{surname} & {speech.some(rng, 'surnames')}"
    if choice < 0.8:
        return f"{surname} {trade}"
    if choice < 0.9:
        return root + rng.choice(("tec", "soft", "print", "line", "med", "plan", "o"))
    return "".join(rng.choices("ABCDEFGHIKLMNOPRSTVW", k=3)) + " " + trade


def _address(rng: Random, speech: Speech, country: str) -> tuple[str, ...]:
    street = speech.some(rng, "streets").format(n=rng.randint(1, 240), m=rng.randint(1, 60))
    town = speech.some(rng, "towns")
    lines = [street]
    if rng.random() < (0.55 if country == "MY" else 0.12):
        lines.append(speech.some(rng, "districts"))
    lines.append(_place(rng, town, country))
    if country == "MY" and rng.random() < 0.5:
        lines[-1] += ","
        lines.append(rng.choice(_STATES_MY))
    return tuple(lines)


def _place(rng: Random, town: str, country: str) -> str:
    digits = rng.randint(10000, 98999)
    match country:
        case "PL":
            return f"{digits // 1000:02d}-{digits % 1000:03d} {town}"
        case "NL":
            return f"{1000 + digits % 8999} {''.join(rng.choices('ABCDEFGHJK', k=2))} {town}"
        case "AT" | "CH" | "BE":
            return f"{1000 + digits % 8999} {town}"
        case "RU":
            return rng.choice((f"{digits}0, г. {town}", f"{digits}0 {town}"))
        case "GB" | "IE":
            code = f"{rng.choice(('LS', 'BS', 'NR', 'MK', 'D'))}{rng.randint(1, 19)} "
            code += f"{rng.randint(1, 9)}{''.join(rng.choices('ABDEFGH', k=2))}"
            return rng.choice((f"{town} {code}", f"{town}, {code}"))
        case "US" | "AU":
            return f"{town}, {rng.choice(_REGIONS[country])}"
        case "IT":
            return f"{digits} {town} ({town[:2].upper()})"
        case _:
            return f"{digits} {town}"


def _phone(rng: Random, country: str) -> str:
    parts = {
        "a": rng.randint(201, 989),
        "b": rng.randint(200, 999),
        "c": rng.randint(1000, 9999),
        "d": rng.randint(1, 9),
    }
    return _PHONES.get(country, "+{d}{a} {b} {c}").format(**parts)


def tax_id(rng: Random, country: str) -> str:
    """A tax number of this country; where check digits exist they hold."""
    pattern, module = _TAX_IDS[country]
    checker = import_module(f"stdnum.{module}") if module else None
    while True:
        number = "".join(
            str(rng.randint(0, 9))
            if c == "9"
            else rng.choice("ABEFGH")
            if c == "A" and i > 3
            else c
            for i, c in enumerate(pattern)
        )
        if checker is None or checker.is_valid(number):
            return number


def iban(rng: Random, country: str) -> str:
    """An account whose check digits hold, printed in groups; "" where there are none."""
    length = _ACCOUNTS.get(country)
    if length is None:
        return ""
    bank = _BANK_CODES.get(country, "")
    whole = ""
    # Several countries check the account within the number as well.
    while not stdnum_iban.is_valid(whole):
        body = bank + "".join(rng.choices("0123456789", k=length - len(bank)))
        if country == "IT":
            body = rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + body[1:]
        whole = country + stdnum_iban.calc_check_digits(f"{country}00{body}") + body
    return " ".join(re.findall(".{1,4}", whole)) if rng.random() < 0.8 else whole


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ł", "l"))
    return re.sub(r"[^a-z0-9]", "", folded)
