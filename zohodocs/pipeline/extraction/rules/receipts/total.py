"""What was paid: by the label of the amount, and by what the till says about the cash."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from zohodocs.pipeline.extraction.rules.amounts import Amount
from zohodocs.pipeline.extraction.rules.layout import Layout, Line

# From here on a receipt sums its tax by rate; those sums are no total.
_SUMMARY = re.compile(
    r"(?:gst|tax|vat|sst|mwst|tva|iva)\W*(?:summ|samm|anal|info|code|rate|breakdown)|tax\s*\(rm\)|"
    r"amo?u?nt\s*\(rm\)\W+tax|steuersatz"
)
# Sums of other things that stand beside the word "total".
_COUNTS = (
    r"(?:tot(?:al)?\W*(?:qty|quantity|item|saving|saved|disc|point|charge)|no\.? of item|"
    r"item count|total\W*(?:gst|tax|vat|sst)\b|(?:qty|item)\w*\W*total|you saved)"
)
_WITHOUT_TAX = (
    r"ex(?:cl|cluding|cluded|\.)\W*(?:of\W*)?(?:gst|tax|sst|vat)|total\W*excl|before tax|"
    r"\bnett? sales"
)
_AT_LAST = (
    r"round(?:ed)?\W*tot|tot\w*\W*round|after\W*(?:adj|round|rounding)|"
    r"(?:total|amount|amt|nett?)\W*(?:payable|poyable|to pay|due)|grand\W*tot|balance\W*due|"
    r"nett?\W*(?:total|amount|amt)|zu zahlen|a payer|da pagare|do zaplaty"
)
_WITH_TAX = r"(?:total|lal|totl?|sales)\b.*\binc\w*|inc\w*\W*(?:of\W*)?(?:gst|tax)|amt paid inc"
_PLAIN = (
    r"^\W*(?:t[o0]ta[l1i]|totl|total ?(?:amt|amount|sales?|\(?rm\)?|rm\d|\(.*\)))\W*"
    r"(?:rm1?|usd|eur|myr)?\W*$"
)
# Label -> how surely its amount is what was paid; the first that is found in the line counts.
_LABELS = tuple(
    (re.compile(pattern), weight)
    for pattern, weight in (
        (_COUNTS, 0.0),
        (r"sub\W*-?\s*total|zwischensumme|sous-?total|subtotale", 0.3),
        (_WITHOUT_TAX, 0.15),
        (_AT_LAST, 0.8),
        (_WITH_TAX, 0.62),
        (_PLAIN, 0.7),
        (r"t[o0]tal|totale|summe|gesamt|suma|razem|importe|totaal", 0.6),
        (r"\bnet\b|amount|\bpayment\b|\bamt\b", 0.4),
        (r"\bbalance\b", 0.3),
    )
)
_PAID = re.compile(
    r"\b(?:visa|master|mastercard|amex|american express|debit|credit|card|c\.?c\b|paid by|paypal|"
    r"eft|maestro|girocard|ec-?karte|tng|boost|discover)"
)
_CASH = re.compile(
    r"\b(?:cash|tender(?:ed)?|bar|gegeben|especes|contanti|efectivo|gotowka|paid|kassa)\b"
)
_CHANGE = re.compile(r"\b(?:change|changes|ruckgeld|rendu|resto|cambio|reszta|wisselgeld)\b")
_ROUNDING = re.compile(r"round|rndg")


# Tills round to the smallest coin.
_COIN = Decimal("0.05")
_REPEATED = 0.08
_LETTERS_OF_A_SIGN = 3


@dataclass(slots=True)
class Paid:
    """The amount paid and how much speaks for it; the others that were possible."""

    amount: Amount
    score: float
    rivals: tuple[Amount, ...] = ()


@dataclass(slots=True)
class _Said:
    """What the till says: totals by label, and the money given, given back and rounded."""

    scores: dict[Decimal, float] = field(default_factory=dict)
    places: dict[Decimal, Amount] = field(default_factory=dict)
    cash: list[Decimal] = field(default_factory=list)
    change: list[Decimal] = field(default_factory=list)
    cards: set[Decimal] = field(default_factory=set)
    roundings: set[Decimal] = field(default_factory=set)

    def hear(self, line: Line, money: list[Amount], *, late: float) -> None:
        """Takes in one line with its amounts; the last is the one its label is about."""
        text, last = line.folded, money[-1]
        value = abs(last.value)
        total = "total" in text or "sales" in text
        if _CHANGE.search(text):
            self.change.append(value)
        elif _ROUNDING.search(text) and "total" not in text:
            self.roundings.add(last.value)
        elif _CASH.search(text) and not total:
            self.cash.append(value)
            self.places.setdefault(value, last)
        elif _PAID.search(text) and "total" not in text:
            self.cards.add(value)
            self.places.setdefault(value, last)
        else:
            weight = _weight(text, text[: money[0].start])
            if weight:
                known = self.scores.get(value)
                best = max(known or 0.0, weight + late)
                self.scores[value] = best + (_REPEATED if known is not None else 0.0)
                self.places[value] = last
            self.places.setdefault(value, last)

    def reckon(self) -> None:
        """Cash less change, the card's amount and the rounding say which total was meant."""
        for value in {given - back for given in self.cash for back in self.change if given > back}:
            if value in self.places:
                self.scores[value] = self.scores.get(value, 0.35) + 0.35
        for value in self.cards | (set() if self.change else set(self.cash)):
            self.scores[value] = self.scores[value] + 0.25 if value in self.scores else 0.3
        for rounding in self.roundings:
            if not 0 < abs(rounding) <= _COIN:
                continue
            for value in list(self.scores):
                for rounded in (value + rounding, value - rounding):
                    if rounded in self.scores and rounded % _COIN == 0:
                        self.scores[rounded] += 0.15


def paid(layout: Layout, rows: list[list[Amount]]) -> Paid | None:
    """The total of the receipt."""
    said = _Said()
    lines = layout.lines[: _summary_begins(layout)]
    for line in lines:
        money = _money(rows[line.index]) or _alone_below(lines, rows, line)
        if money:
            said.hear(line, money, late=0.05 * line.index / len(layout.lines))
    said.reckon()
    known = sorted(
        ((score, value) for value, score in said.scores.items() if value > 0),
        key=lambda pair: -pair[0],
    )
    if not known:
        return None
    score, value = known[0]
    rivals = tuple(said.places[other] for _, other in known[1:3])
    return Paid(said.places[value], min(score, 1.0), rivals)


def _summary_begins(layout: Layout) -> int:
    total = len(layout.lines)
    for line in layout.lines:
        if line.index > 0.4 * total and _SUMMARY.search(line.folded):
            return line.index
    return total


def _money(row: list[Amount]) -> list[Amount]:
    return [amount for amount in row if not amount.percent and amount.decimals == 2]


def _alone_below(lines: list[Line], rows: list[list[Amount]], line: Line) -> list[Amount]:
    """The amount alone on the line under a label, where a fold tore the two apart."""
    if rows[line.index] or not _weight(line.folded, line.folded):
        return []
    for below in lines[line.index + 1 : line.index + 2]:
        money = _money(rows[below.index])
        if len(money) == 1 and sum(char.isalpha() for char in below.text) <= _LETTERS_OF_A_SIGN:
            return money
    return []


def _weight(text: str, label: str) -> float | None:
    for pattern, weight in _LABELS:
        if pattern.search(label) or pattern.search(text):
            return weight
    return None
