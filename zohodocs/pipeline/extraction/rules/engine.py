"""The rules engine: from words with places to fields, lines and findings."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.money import text as money_text
from zohodocs.domain.reading import OCR, PageText
from zohodocs.domain.verdicts import Finding

from . import receipts
from . import totals as totals_rules
from .amounts import Amount, decimal_mark, find_amounts
from .blocks import LineFacts, is_place, is_street
from .candidates import Candidate, best_first
from .confidence import confidence
from .countries import CURRENCY_OF, DAY_FIRST, US_PHONE, US_PLACE, country_named
from .currency import find_currency
from .dates import DateFound, apply_order, find_dates, settle_order
from .document_type import find_document_type
from .identifiers import Account, TaxId, find_accounts, find_tax_ids
from .layout import Layout, lay_out
from .lexicon import Hits, find_hits, languages_of
from .numbers import number_candidates
from .ownership import assign_tax_ids
from .parties import find_parties
from .party import Party
from .tables import find_items
from .taxes import find_tax_lines
from .terms import find_payment_terms
from .when import date_candidates
from .whereabouts import country_of, tax_prefix

ENGINE = "rules"
# Below this a value is not worth showing: missing is better than guessed.
_FLOOR = {"supplier_name": 0.3, "buyer_name": 0.35, "issue_date": 0.3, "invoice_number": 0.4}
_OTHERS = 3
_DAY_FIRST_MONEY = frozenset(CURRENCY_OF[code] for code in DAY_FIRST if code in CURRENCY_OF) | {
    "kr"
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules saw on the way to their answer, for engines that weigh it anew."""

    layout: Layout
    hits: Hits
    amounts: list[list[Amount]]
    dates: list[list[DateFound]]
    tables: set[int]


def extract(pages: tuple[PageText, ...]) -> Extraction:
    """Read the fields, line items and tax lines of a document from its words."""
    return study(pages)[0]


def study(pages: tuple[PageText, ...]) -> tuple[Extraction, Evidence]:
    """The answer, and what it was drawn from."""
    started = time.perf_counter()
    reader = _Reader(pages)
    reader.read()
    seen = Evidence(reader.layout, reader.hits, reader.amounts, reader.dates, reader.table_lines)
    answer = Extraction(
        engine=ENGINE,
        fields=reader.fields,
        line_items=tuple(reader.items),
        tax_lines=tuple(reader.tax_lines),
        findings=tuple(reader.findings),
        seconds=time.perf_counter() - started,
    )
    return answer, seen


class _Reader:
    """One document being read: what is found is kept here, in the order of the steps."""

    def __init__(self, pages: tuple[PageText, ...]) -> None:
        self.layout: Layout = lay_out(pages)
        self.pictured = any(page.source == OCR for page in pages)
        self.languages = languages_of(self.layout)
        self.hits: Hits = find_hits(self.layout, self.languages)
        self.fields: dict[str, FieldReading] = {}
        self.findings: list[Finding] = []
        self.amounts = find_amounts(self.layout, decimal_mark(self.layout))
        self.dates = find_dates(self.layout)
        self.items, self.table_lines = find_items(self.layout, self.hits, self.amounts)
        self.tax_lines, tax_rows = find_tax_lines(
            self.layout, self.hits, self.amounts, inside_tables=self.table_lines
        )
        # The rows of several rates are parts; with one rate its row may be the only total.
        self.not_totals = self.table_lines | (tax_rows if len(tax_rows) > 1 else set())

    def read(self) -> None:
        """All fields, those first that others lean on."""
        if not self.layout.lines:
            return
        facts = LineFacts(self.hits, self.dates, self.amounts, self.table_lines)
        supplier, buyer = find_parties(self.layout, facts)
        accounts = find_accounts(self.layout, self.hits)
        owned = assign_tax_ids(find_tax_ids(self.layout, self.hits), supplier, buyer, accounts)
        self._parties(supplier, buyer, owned, accounts)
        found = totals_rules.find_totals(
            self.layout, self.hits, self.amounts, inside_tables=self.not_totals
        )
        self._dates(supplier, buyer, owned)
        self._put(
            "invoice_number", best_first(number_candidates(self.layout, self.hits, self.dates))
        )
        self._money(found, supplier, buyer, owned)
        gross = found.picked.get("gross_total")
        kind = find_document_type(
            self.layout, self.hits, negative=gross is not None and gross.value < 0
        )
        self._put("document_type", [kind])
        terms = find_payment_terms(self.layout, self.hits)
        if terms is not None:
            self._put("payment_terms", [terms])
        receipt = receipts.read(
            self.layout, self.amounts, self.dates, self.fields, pictured=self.pictured
        )
        if receipt is not None:
            self.fields = receipt
            self.findings = [found for found in self.findings if found.code != "date_ambiguous"]

    def _put(
        self, name: str, ranked: Sequence[Candidate], *, bonus: float = 0.0, settled: bool = False
    ) -> None:
        """Keep the best; `settled`: other evidence has ruled the rivals out."""
        if not ranked or ranked[0].score < _FLOOR.get(name, 0.2):
            return
        best, rivals = ranked[0], list(ranked[1 : 1 + _OTHERS])
        others = tuple(_reading(rival, confidence(name, rival, []) * 0.5) for rival in rivals)
        self.fields[name] = _reading(
            best, confidence(name, best, [] if settled else rivals, bonus=bonus), others=others
        )

    def _parties(
        self, supplier: Party, buyer: Party, owned: dict[str, list[TaxId]], accounts: list[Account]
    ) -> None:
        ibans = [_account(account) for account in accounts]
        self._put("iban", best_first(ibans))
        iban = self.fields["iban"].value if "iban" in self.fields else ""
        american = self._american()
        seller = ""
        for role, party in (("supplier", supplier), ("buyer", buyer)):
            self._put(f"{role}_name", best_first(party.names))
            ids = owned[role]
            self._put(f"{role}_tax_id", best_first(_tax_id(found) for found in ids))
            tax = self.fields.get(f"{role}_tax_id")
            code, sure = country_of(
                party,
                tax_id=tax.value if tax else "",
                tax_valid=any(found.valid for found in ids[:1]),
                iban=iban if role == "supplier" else "",
                american=american,
                domestic=seller if role == "buyer" else "",
            )
            seller = code if role == "supplier" else seller
            if code:
                self._put(f"{role}_country", [Candidate(code, sure)])
            if any(is_street(p.text) or is_place(p.text) for p in party.address):
                self._put(f"{role}_address", [_address(party)])

    def _american(self) -> bool:
        text = "\n".join(line.text for line in self.layout.lines)
        return bool(US_PLACE.search(text) or US_PHONE.search(text))

    def _dates(self, supplier: Party, buyer: Party, owned: dict[str, list[TaxId]]) -> None:
        codes = {tax_prefix(found.value) for ids in owned.values() for found in ids} - {""}
        for role in ("supplier", "buyer"):
            if f"{role}_country" in self.fields:
                codes.add(self.fields[f"{role}_country"].value)
        signs = {a.currency for row in self.amounts for a in row if a.currency}
        american = "US" in codes or self._american()
        european = bool(codes & DAY_FIRST) or bool(signs & _DAY_FIRST_MONEY)
        if not codes and "USD" in signs | ({"USD"} if "$" in signs else set()) and not european:
            american = True
        order = settle_order(
            self.dates, language=self.languages[0], american=american, european=european
        )
        apply_order(self.dates, order)
        for name, ranked in date_candidates(self.layout, self.hits, self.dates).items():
            self._put(name, ranked)
            doubtful = getattr(ranked[0].source, "other", None) if ranked else None
            if doubtful is not None and name in self.fields:
                self._ambiguous(name, ranked[0], doubtful.isoformat())

    def _ambiguous(self, name: str, best: Candidate, other: str) -> None:
        reading = self.fields[name]
        second = FieldReading(other, 0.4, ENGINE, reading.page, reading.box)
        self.fields[name] = FieldReading(
            reading.value,
            min(reading.confidence, 0.5),
            ENGINE,
            reading.page,
            reading.box,
            (second, *reading.others)[:_OTHERS],
        )
        printed = best.line.text[best.start : best.end] if best.line else reading.value
        self.findings.append(
            Finding(
                code="date_ambiguous",
                message=(
                    f"The date {printed} can mean {reading.value} or {other}. Choose the right one."
                ),
                field=name,
                data={"printed": printed, "readings": [reading.value, other]},
            )
        )

    def _money(
        self,
        found: totals_rules.Totals,
        supplier: Party,
        buyer: Party,
        owned: dict[str, list[TaxId]],
    ) -> None:
        countries = [
            self.fields[name].value
            for name in ("supplier_country", "buyer_country")
            if name in self.fields
        ]
        if self._american():
            countries.append("US")
        currency = find_currency(
            self.layout,
            self.hits,
            self.amounts,
            countries=countries,
            language=self.languages[0],
            totals=[option.amount for option in found.picked.values()],
        )
        if currency is not None:
            self._put("currency", [currency])
        code = currency.value if currency else None
        for name, option in found.picked.items():
            rivals = [o for o in found.options[name] if o.value != option.value]
            ranked = [
                totals_rules.as_candidate(o, money_text(o.value, code)) for o in (option, *rivals)
            ]
            agreed = found.agree and name != "amount_due"
            self._put(name, ranked, bonus=0.15 if agreed else 0.0, settled=agreed)


def _reading(
    candidate: Candidate, sure: float, *, others: tuple[FieldReading, ...] = ()
) -> FieldReading:
    return FieldReading(candidate.value, sure, ENGINE, candidate.page, candidate.box, others)


def _account(account: Account) -> Candidate:
    score = (0.95 if account.valid else 0.75) + (0.04 if account.labelled else 0.0)
    return Candidate(account.value, score, account.line, account.start, account.end)


def _tax_id(found: TaxId) -> Candidate:
    score = 0.62 + 0.2 * found.labelled + (0.15 if found.valid else 0.0)
    if found.prefix:
        score += 0.03
    return Candidate(found.value, min(score, 1.0), found.line, found.start, found.end)


def _without_country(text: str) -> str:
    """An address line without the country before its postcode or at its end."""
    head, comma, tail = text.rpartition(",")
    if comma and country_named(tail):
        text = head
    return re.sub(r"^[A-Z]{1,2}[ -](?=\d{4,6}\b)", "", text).strip(" ,")


def _address(party: Party) -> Candidate:
    pieces = party.address
    first = pieces[0]
    return Candidate(
        ", ".join(filter(None, (_without_country(piece.text) for piece in pieces))),
        party.address_score,
        first.segment.line,
        first.start,
        first.end,
    )
