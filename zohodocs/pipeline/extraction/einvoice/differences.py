"""Whether the page of a hybrid PDF says what its XML says: the total, and the bank account.

Silent unless the contradiction is plain. What the page prints is what a person would have paid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from zohodocs.domain import money
from zohodocs.domain.identity import iban_is_valid, masked_iban, normal_iban
from zohodocs.domain.invoice import AMOUNT_FIELDS, Extraction
from zohodocs.domain.money import to_decimal
from zohodocs.domain.verdicts import Finding

from .lookup import PageWords
from .printing import compact, exact_forms, printed_amount

# The whole line's verdict: this amount is what the invoice comes to.
_TOTAL = re.compile(
    r"gesamtbetrag|rechnungsbetrag|bruttobetrag|bruttosumme|gesamtsumme|endbetrag|summegesamt"
    r"|totalttc|montanttotal|totaledocumento|totalefattura|importetotal|grandtotal|invoicetotal"
    r"|totalamount|totalincl|totalinkl|totaalincl|razembrutto|^total"
)
# ... unless the line speaks of one part of it only.
_PART = re.compile(
    r"zuschl|abschl|rabatt|discount|remise|sconto|netto|ohne|hors|excl|exkl|totalht|totalnet"
    r"|steuer|mwst|ust|tva|vat|iva|tax|sub|zwischen|ubertrag|anzahl|prepaid|acompte|page|seite"
)
_WHOLE_AFTER_ALL = re.compile(r"inkl|incl|ttc|brutto|gross")
_ENOUGH_WORDS = 20
# A page that prints so many amounts prints its total among them.
_ENOUGH_AMOUNTS = 2
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")
_IBAN_LENGTHS = range(15, 35)


def differences(extraction: Extraction, pages: Sequence[PageWords]) -> Iterator[Finding]:
    """At most one finding about the total and one about the bank account."""
    if sum(len(page.words) for page in pages) < _ENOUGH_WORDS:
        return
    yield from _other_total(extraction, pages)
    yield from _other_account(extraction, pages)


def _other_total(extraction: Extraction, pages: Sequence[PageWords]) -> Iterator[Finding]:
    stated = extraction.fields.get("gross_total")
    gross = to_decimal(stated.value) if stated else None
    if not gross:
        return
    totals = [(page.number, total) for page in reversed(pages) for total in _totals(page) if total]
    if any(total == abs(gross) for _, total in totals):
        return
    explained = {abs(amount) for amount in _amounts(extraction)}
    for number, total in totals:
        if total not in explained:
            yield _differs(gross, printed=total, page=number)
            return
    if _shown(gross, pages) or _agrees_in_parts(gross, extraction, pages):
        return
    printed = [(amount, page.number) for page in pages for amount in _printed(page)]
    if len({amount for amount, _ in printed}) >= _ENOUGH_AMOUNTS:
        largest, number = max(printed)
        yield _differs(gross, printed=largest, page=number)


def _shown(amount: Decimal, pages: Sequence[PageWords]) -> bool:
    # Without the coins, 30 may be anything: a quantity, a day. Only as money it is the amount.
    return any(page.shows(exact_forms(amount)) or page.shows_money(amount) for page in pages)


def _agrees_in_parts(gross: Decimal, extraction: Extraction, pages: Sequence[PageWords]) -> bool:
    """A page may leave its total to be added up, as long as the parts are there."""
    stated = (extraction.fields.get(name) for name in ("net_total", "tax_total"))
    parts = [to_decimal(reading.value) if reading else None for reading in stated]
    present = [part for part in parts if part is not None]
    return money.total(parts) == gross and all(_shown(part, pages) for part in present)


def _other_account(extraction: Extraction, pages: Sequence[PageWords]) -> Iterator[Finding]:
    """The XML's account is printed nowhere, and another valid one is: the classic fraud."""
    stated = extraction.fields.get("iban")
    if stated is None or not iban_is_valid(stated.value):
        return
    known = {normal_iban(r.value) for r in (stated, *stated.others)}
    lines = [(page.number, " ".join(line)) for page in pages for line in page.lines()]
    if any(iban in normal_iban(line) for _, line in lines for iban in known):
        return
    for number, line in lines:
        for iban in _ibans(line):
            yield Finding(
                "xml_page_differs",
                f"The electronic part names the bank account {masked_iban(stated.value)}, but page"
                f" {number} prints {masked_iban(iban)}. Pay nothing before the vendor has said"
                " which holds; ask by a telephone number you know.",
                "iban",
                data={"xml": stated.value, "page": iban, "page_number": number},
            )
            return


def _ibans(line: str) -> Iterator[str]:
    for found in _IBAN.finditer(line.upper()):
        letters = normal_iban(found[0])  # the next words may have come along
        lengths = (n for n in reversed(_IBAN_LENGTHS) if n <= len(letters))
        yield from (letters[:n] for n in lengths if iban_is_valid(letters[:n]))


def _differs(gross: Decimal, *, printed: Decimal, page: int) -> Finding:
    return Finding(
        "xml_page_differs",
        f"The electronic part states a total of {abs(gross)}, but page {page} prints {printed} and"
        f" nowhere {abs(gross)} as total. Compare both, and ask the vendor which holds.",
        "gross_total",
        data={"xml": str(gross), "page": str(printed), "page_number": page},
    )


def _amounts(extraction: Extraction) -> Iterator[Decimal]:
    """All amounts the XML states: any of them may be printed beside the word total."""
    for name in AMOUNT_FIELDS:
        reading = extraction.fields.get(name)
        amount = to_decimal(reading.value) if reading else None
        if amount is not None:
            yield amount
    for line in extraction.line_items:
        if line.line_total is not None:
            yield line.line_total
    for tax in extraction.tax_lines:
        yield from (amount for amount in (tax.base, tax.tax) if amount is not None)
    for finding in extraction.findings:
        stated = (to_decimal(value) for value in finding.data.values() if isinstance(value, str))
        yield from (amount for amount in stated if amount is not None)


def _totals(page: PageWords) -> Iterator[Decimal]:
    """Amounts that end a line which calls itself the total."""
    for line in page.lines():
        label = compact(re.sub(r"\d[\d.,'’ ]*", " ", " ".join(line)))
        if not _TOTAL.search(label):
            continue
        if _PART.search(label) and not _WHOLE_AFTER_ALL.search(label):
            continue
        amounts = [amount for amount in map(_amount, line) if amount is not None]
        if amounts:
            yield amounts[-1]


def _printed(page: PageWords) -> Iterator[Decimal]:
    return (amount for word in page.words if (amount := _amount(word.text)) is not None)


def _amount(word: str) -> Decimal | None:
    return printed_amount(word.strip("€$£EURPLNzł:-–+ "))
