"""What a posting is made of: everything `bills` needs to know, and nothing it could write to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from zohodocs.domain.case import TaxFacts
from zohodocs.domain.invoice import Invoice, LineItem
from zohodocs.domain.money import ZERO, one_minor_unit

from .refusals import CannotPlan

T = TypeVar("T")
Kind = Literal["bill", "expense", "vendor_credit"]
_KINDS: dict[str, Kind] = {
    "invoice": "bill",
    "receipt": "expense",
    "credit_note": "vendor_credit",
}


def kind_of(document_type: str) -> Kind:
    """What a document of this type becomes in Zoho; CannotPlan for one that becomes nothing."""
    try:
        return _KINDS[document_type]
    except KeyError:
        raise CannotPlan(
            "not_a_posting_document",
            "Only invoices, receipts and credit notes are posted. Correct the document type, or"
            " close it as not a posting document.",
            field="document_type",
        ) from None


def kind_or_bill(document_type: str) -> Kind:
    """The same for the record of a posting that will be refused anyway."""
    return _KINDS.get(document_type, "bill")


@dataclass(frozen=True, slots=True)
class Booking:
    """One document about to be posted. All ids but `document_code` are Zoho's.

    Amounts are positive, those of credit notes too (see `unsigned`).
    """

    kind: Kind
    document_code: str
    invoice: Invoice
    vendor_id: str
    account_id: str
    currency_id: str
    taxes: tuple[TaxFacts, ...] = ()
    # Taxes a rule or a person named, by printed rate; and a rule's demand for every line.
    chosen_taxes: Mapping[str, str] = field(default_factory=dict)
    lines_required: bool = False
    # The vendor used this number in another year: Zoho takes it with the year behind it.
    year_in_number: bool = False
    our_country: str = ""
    document_field: str = ""
    # Books are closed on the printed date: the day to book on instead.
    booking_date: date | None = None
    draft: bool = False
    paid_through_id: str = ""

    @property
    def number(self) -> str:
        """The supplier's number as it stands in Zoho."""
        printed, day = self.invoice.invoice_number.strip(), self.invoice.issue_date
        return f"{printed} ({day.year})" if self.year_in_number and day else printed

    @property
    def reference(self) -> str:
        """The printed number where Zoho's differs, else our own, under which it can be found."""
        if self.year_in_number and self.kind == "bill":
            return self.invoice.invoice_number.strip()
        return reference_of(self.document_code)

    @property
    def minor_unit(self) -> Decimal:
        """The smallest coin of the document's currency."""
        return one_minor_unit(self.invoice.currency)


def reference_of(document_code: str) -> str:
    """The reference number under which a document's entry stands in Zoho."""
    return f"ZD-{document_code.replace('-', '')[:12].upper()}"


def unsigned(invoice: Invoice) -> Invoice:
    """A credit note with positive amounts, however its paper prints them.

    Totals, lines and tax lines are turned around each where they add up to less than nothing:
    papers mix the two ways.
    """
    return replace(
        invoice,
        net_total=_positive(invoice.net_total),
        tax_total=_positive(invoice.tax_total),
        gross_total=_positive(invoice.gross_total),
        amount_due=_positive(invoice.amount_due),
        line_items=_turned(invoice.line_items, lambda line: line.line_total, _negated_line),
        tax_lines=_turned(
            invoice.tax_lines,
            lambda line: line.base if line.base is not None else line.tax,
            lambda line: replace(line, base=_negated(line.base), tax=_negated(line.tax)),
        ),
    )


def _turned(
    rows: tuple[T, ...], amount: Callable[[T], Decimal | None], negate: Callable[[T], T]
) -> tuple[T, ...]:
    if sum((amount(row) or ZERO for row in rows), ZERO) >= 0:
        return rows
    return tuple(negate(row) for row in rows)


def _negated_line(line: LineItem) -> LineItem:
    by_quantity = line.quantity is not None and line.quantity < 0
    return replace(
        line,
        quantity=_negated(line.quantity) if by_quantity else line.quantity,
        unit_price=line.unit_price if by_quantity else _negated(line.unit_price),
        line_total=_negated(line.line_total),
    )


def _negated(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _positive(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else abs(amount)
