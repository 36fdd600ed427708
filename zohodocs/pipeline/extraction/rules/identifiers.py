"""Tax ids and bank accounts: found by shape and label, weighed by their check digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from stdnum import iban as stdnum_iban

from .layout import Layout, Line
from .lexicon import Hit, Hits
from .text import PIECE

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2} ?\d{2}(?: ?[A-Z0-9]){10,30}(?![A-Za-z0-9])")
_POLISH_ACCOUNT = re.compile(r"(?<!\d)\d{2}(?: ?\d{4}){6}(?!\d)")
# Two letters of a country and its number, as printed in Europe; the check digits decide.
_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9])(AT ?U|ATU|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|"
    r"NL|NO|PL|PT|RO|SE|SI|SK|SM|XI)[ .-]{0,2}((?:[A-Z0-9][ .\-/]{0,2}){4,15})(?![A-Za-z0-9])"
)
_MODULES = {
    "ATU": "at.uid",
    "CHE": "ch.uid",
    "EL": "gr.vat",
    "GB": "gb.vat",
    "NO": "no.mva",
    "XI": "gb.vat",
    "SM": "sm.coe",
}


class _Checker(Protocol):
    def is_valid(self, number: str) -> bool: ...


@dataclass(slots=True)
class TaxId:
    """A tax number on the paper. `valid`: its check digits hold; `prefix`: its country or ""."""

    line: Line
    start: int
    end: int
    value: str
    valid: bool
    prefix: str
    labelled: float  # strength of the label before it, 0 where none stands
    party: str  # "supplier" or "buyer" where the label says whose it is


@dataclass(slots=True)
class Account:
    """A bank account (IBAN) on the paper."""

    line: Line
    start: int
    end: int
    value: str
    valid: bool
    labelled: bool


@lru_cache(maxsize=64)
def _checker(prefix: str) -> _Checker | None:
    name = _MODULES.get(prefix) or f"{prefix.lower()}.vat"
    try:
        return import_module(f"stdnum.{name}")
    except ImportError:
        return None


def valid_tax_id(value: str) -> bool:
    """Whether a prefixed VAT number's check digits hold."""
    prefix = next((p for p in ("ATU", "CHE") if value.startswith(p)), value[:2])
    checker = _checker(prefix)
    number = value if prefix == "CHE" else value[2:]
    if prefix == "NO" and not number.endswith("MVA"):
        number += "MVA"
    return checker is not None and checker.is_valid(number)


def clean(text: str) -> str:
    """The id without blanks, points and dashes."""
    return re.sub(r"[\W_]+", "", text).upper()


def find_accounts(layout: Layout, hits: Hits) -> list[Account]:
    """Every IBAN; a bare Polish account becomes its IBAN where a label calls it an account."""
    found = []
    for line in layout.lines:
        labels = [hit for hit in hits.labels[line.index] if "iban" in hit.fields]
        for match in _IBAN.finditer(line.text):
            text, end = _whole_iban(match.group(), match.start())
            value = clean(text)
            labelled = any(hit.end <= match.start() for hit in labels)
            valid = stdnum_iban.is_valid(value)
            if valid or labelled:
                found.append(Account(line, match.start(), end, value, valid, labelled))
        for match in _POLISH_ACCOUNT.finditer(line.text):
            if any(account.line is line and account.end >= match.end() for account in found):
                continue
            value = "PL" + clean(match.group())
            valid = stdnum_iban.is_valid(value)
            if valid and any(hit.end <= match.start() for hit in labels):
                found.append(Account(line, match.start(), match.end(), value, valid, True))
    return found


def _whole_iban(text: str, start: int) -> tuple[str, int]:
    """Cut words that follow the account on its line ("... BIC COBADEFF") off again."""
    words = text.split(" ")
    for count in range(len(words), 0, -1):
        part = " ".join(words[:count])
        if stdnum_iban.is_valid(clean(part)):
            return part, start + len(part)
    kept = words[:1]
    for word in words[1:]:
        if not re.search(r"\d", word) or (len(word) > 4 and len(kept[0]) <= 4):
            break
        kept.append(word)
    part = " ".join(kept)
    return part, start + len(part)


def find_tax_ids(layout: Layout, hits: Hits) -> list[TaxId]:
    """Tax numbers after a label, and prefixed numbers whose check digits hold without one."""
    found: list[TaxId] = []
    for line in layout.lines:
        taken: list[tuple[int, int]] = []
        for hit in hits.labels[line.index]:
            names = {"tax_id", "supplier_tax_id", "buyer_tax_id"} & hit.fields.keys()
            if not names:
                continue
            read = _after_label(layout, hit)
            if read is None:
                continue
            where, start, end, value = read
            if where is line:
                taken.append((start, end))
            if any(t.line is where and t.start < end and start < t.end for t in found):
                continue
            weight = max(hit.fields[name] for name in names)
            party = "buyer" if "buyer_tax_id" in names else ""
            party = "supplier" if "supplier_tax_id" in names else party
            found.append(_tax_id(where, start, end, value, weight, party))
        for match in _PREFIXED.finditer(line.text):
            text = match.group().rstrip(" .-/")
            value = clean(text)
            overlaps = any(start < match.end() and match.start() < end for start, end in taken)
            if overlaps or not 8 <= len(value) <= 15 or not valid_tax_id(value):
                continue
            end = match.start() + len(text)
            found.append(_tax_id(line, match.start(), end, value, 0.0, ""))
    return found


def _tax_id(line: Line, start: int, end: int, value: str, weight: float, party: str) -> TaxId:
    prefix = value[:2] if re.match(r"[A-Z]{2,3}\d|[A-Z]{2}[A-Z0-9]\d", value) else ""
    valid = valid_tax_id(value) if prefix else False
    return TaxId(line, start, end, value, valid, prefix, weight, party)


def _after_label(layout: Layout, hit: Hit) -> tuple[Line, int, int, str] | None:
    """The number to the right of the label, else below it."""
    segment = hit.segment
    rest = hit.line.text[hit.end :]
    own = re.sub(r"\t.*", "", rest)
    read = _number_in(own)
    if read:
        start, end, value = read
        return hit.line, hit.end + start, hit.end + end, value
    if PIECE.search(own):
        return None
    following = hit.line.segments[segment.index + 1 : segment.index + 2]
    for neighbour in following:
        read = _number_in(neighbour.text)
        if read:
            return hit.line, neighbour.start + read[0], neighbour.start + read[1], read[2]
    x0, _ = hit.line.extent(hit.start, hit.end)
    for line in layout.below(hit.line, reach=2):
        for under in line.segments:
            if abs(under.x0 - x0) < 12 and (read := _number_in(under.text)):
                return line, under.start + read[0], under.start + read[1], read[2]
    return None


def _number_in(text: str) -> tuple[int, int, str] | None:
    """A tax number at the beginning of the text (after punctuation)."""
    lead = re.match(r"[\s:.#°º)(]*(?:(?:[Nn][or°º]|nr|Nr)\b[\s:.]*)?", text)
    offset = lead.end() if lead else 0
    match = re.match(
        r"(?:[A-Z]{1,3}[ .\-]{0,2})?[A-Z0-9](?:[ .\-/]{0,1}[A-Z0-9])*(?![a-z])", text[offset:]
    )
    if not match:
        return None
    words = match.group().split(" ")
    kept: list[str] = []
    for index, word in enumerate(words):
        if (
            index
            and not re.search(r"\d", word)
            and word not in ("MVA", "VAT", "TVA", "IVA", "MWST")
        ):
            break
        kept.append(word)
    part = " ".join(kept).rstrip(" .-/")
    value = clean(part)
    digits = sum(char.isdigit() for char in value)
    if digits < 4 and not (digits >= 1 and re.match(r"[A-Z]{2}\d{3,}", value)):
        return None
    if not 5 <= len(value) <= 20 or (len(value) < 7 and digits < len(value) - 2):
        return None
    if re.fullmatch(r"\d{1,2}[.,]\d{1,2}", part):
        return None
    return offset, offset + len(part), value
