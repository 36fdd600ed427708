"""Where the values of an e-invoice stand on the pages of a hybrid PDF, and whether both agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from zohodocs.domain.invoice import (
    AMOUNT_FIELDS,
    DATE_FIELDS,
    Extraction,
    FieldReading,
    iso_date,
)
from zohodocs.domain.money import to_decimal
from zohodocs.domain.reading import Box, PageText

from .differences import differences
from .lookup import PageWords, Run
from .printing import amount_forms, compact, day_forms, names_day

# Words that say which of several equal values is the field's own.
_LABELS = {
    "issue_date": r"datum|date|data|fecha|vom|issued|wystaw",
    "due_date": r"fallig|due|echeance|scaden|zahlbar|vencim|termin|until|bis",
    "delivery_date": r"liefer|leistung|delivery|livraison|consegna|sprzeda|entrega",
    "invoice_number": r"rechnung|invoice|facture|fattura|faktura|factura|nr|number|numer",
    "net_total": r"netto|net|ohne|ht|imponibile|base|zwischensumme|subtotal",
    "tax_total": r"ust|mwst|steuer|tva|iva|vat|tax|btw",
    "gross_total": r"brutto|gesamt|total|summe|ttc|endbetrag|rechnungsbetrag|razem|gross",
    "amount_due": r"zahlbetrag|zahlen|due|payer|pagar|pagare|zaplaty|payable|offen",
}
_LABEL_PATTERNS = {name: re.compile(pattern) for name, pattern in _LABELS.items()}
_CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "PLN": "zł", "USD": "$", "CZK": "Kč"}
_UNPRINTED = frozenset({"document_type", "supplier_country", "buyer_country"})

_MOST_PLACES = 50  # of one value on one page; a page of nothing else must not cost minutes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is printed, and whether a label of its field stands by it."""

    page: int
    box: Box
    labelled: bool


def locate(extraction: Extraction, pages: Sequence[PageText]) -> Extraction:
    """The extraction with page and box for each value that stands on a page, in any print form.

    Adds the finding `xml_page_differs` when the pages print another total or bank account.
    """
    indexed = [PageWords(page) for page in pages if page.words]
    if not indexed:
        return extraction
    fields = {name: _placed(name, reading, indexed) for name, reading in extraction.fields.items()}
    findings = (*extraction.findings, *differences(extraction, indexed))
    return replace(extraction, fields=fields, findings=findings)


def place_of(name: str, value: str, pages: Sequence[PageWords]) -> Place | None:
    """The likeliest place of a field's value, in any print form; None where it is not printed."""
    label = _LABEL_PATTERNS.get(name)
    places = [
        Place(page.number, page.box(run), bool(label and label.search(page.context(run))))
        for page in pages
        for run in islice(_runs(name, value, page), _MOST_PLACES)
    ]
    if not places:
        return None
    labelled = [place for place in places if place.labelled] or places
    # Totals stand at the end of an invoice, everything else at its beginning.
    return labelled[-1] if name in AMOUNT_FIELDS else labelled[0]


def _placed(name: str, reading: FieldReading, pages: Sequence[PageWords]) -> FieldReading:
    place = place_of(name, reading.value, pages)
    return replace(reading, page=place.page, box=place.box) if place else reading


def _runs(name: str, value: str, page: PageWords) -> Iterator[Run]:
    if name in _UNPRINTED:
        return
    if name in AMOUNT_FIELDS:
        amount = to_decimal(value)
        if amount is not None:
            yield from page.numbers(amount_forms(amount))
    elif name in DATE_FIELDS:
        day = iso_date(value)
        if day is not None:
            yield from page.matching(day_forms(day))
            yield from page.passing(lambda text: names_day(text, day))
    elif name == "currency":
        yield from page.matching(frozenset({value, _CURRENCY_SIGNS.get(value, value)}))
    elif name.endswith("_address"):
        yield from _address_runs(value, page)
    else:
        yield from page.texts(compact(value))


def _address_runs(value: str, page: PageWords) -> Iterator[Run]:
    """The whole address where it is printed in one go, else its street."""
    whole = list(page.texts(compact(value)))
    yield from whole or page.texts(compact(value.partition(", ")[0]))
