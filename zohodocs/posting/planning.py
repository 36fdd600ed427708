"""The plan: vendor and currency asked from Zoho, the payload made, the original checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.zoho_books import ZohoBooks
from zohodocs.domain.identity import compared_number
from zohodocs.domain.invoice import iso_date
from zohodocs.models import Connection, Document, Posting, State

from . import bills, facts, reference, strangers, vendors
from .booking import Booking, kind_of, unsigned
from .files import original_of
from .lines import gross_of
from .reconcile import Expected
from .refusals import CannotPlan


@dataclass(frozen=True, slots=True)
class Planned:
    """What will be sent, as it is kept. `alone`: Zoho was just seen to have no such number."""

    stored: dict[str, Any]
    vendor_id: str
    alone: bool = False


def plan(document: Document, connection: Connection, books: ZohoBooks) -> Planned:
    """Everything that must be known before the first send.

    Raises CannotPlan where a person must decide, and whatever the calls raise.
    """
    invoice = facts.invoice_of(document)
    kind = kind_of(invoice.document_type)
    original_of(document)
    _refuse_second(document)
    if not invoice.currency:
        raise CannotPlan("currency_missing", "The currency is missing. Type it in.")
    currency_id = reference.currency_id(document.organization, invoice.currency, reader=books)
    if not currency_id:
        raise CannotPlan(
            "currency_not_in_zoho",
            f"{invoice.currency} is not switched on in Zoho Books. Add the currency there, then"
            " approve again.",
            field="currency",
        )
    # A first look at the payload, so that no vendor is created for a paper that cannot be posted.
    bills.payload(_booking(document, connection, vendor_id="0", currency_id=currency_id))
    vendor_id = vendors.contact_for(document, connection, books, currency_id=currency_id)
    alone = kind == "bill" and strangers.refuse(document, vendor_id=vendor_id, books=books)
    booking = _booking(document, connection, vendor_id=vendor_id, currency_id=currency_id)
    if kind == "expense":
        strangers.refuse_expense(
            document,
            vendor_id=vendor_id,
            day=bills.booking_day(booking),
            total=gross_of(booking),
            books=books,
        )
    # A number with the year behind it is another one than the one that was looked for.
    alone = alone and booking.number == booking.invoice.invoice_number.strip()
    return Planned(bills.stored(bills.payload(booking)), vendor_id, alone)


def rehearse(document: Document) -> CannotPlan | None:
    """What would keep this document from being posted, as far as that shows without asking Zoho.

    None where nothing does, and where there is no connection to post through.
    """
    connection = Connection.objects.filter(organization_id=document.organization_id).first()
    if connection is None or not connection.zoho_organization_id:
        return None
    try:
        original_of(document)
        _refuse_second(document)
        bills.payload(_booking(document, connection, vendor_id="0", currency_id="0"))
    except CannotPlan as problem:
        return problem
    return None


def expected(document: Document, posting: Posting) -> Expected:
    """What the entry must say, from the paper's values and from what was sent."""
    invoice = unsigned(facts.invoice_of(document))
    day = iso_date(str(posting.payload.get("date", "")))
    if day is None or invoice.gross_total is None:
        raise AssertionError("A posting is only sent with a date and a total.")
    return Expected(
        code=str(document.code),
        vendor_id=posting.zoho_vendor_id,
        date=day,
        currency=invoice.currency,
        total=invoice.gross_total,
        tax_total=invoice.tax_total,
        lines=max(1, len(posting.payload.get("line_items", ()))),
        draft=posting.payload.get("status") == "draft",
    )


def _booking(
    document: Document, connection: Connection, *, vendor_id: str, currency_id: str
) -> Booking:
    return facts.booking_of(document, connection, vendor_id=vendor_id, currency_id=currency_id)


def _refuse_second(document: Document) -> None:
    """The duplicate check once more: something may have been posted since the decision."""
    number = compared_number(document.invoice_number)
    if not number or document.vendor_id is None or "duplicate_invoice" in document.overruled:
        return
    twins = (
        Document.objects.for_organization(document.organization)
        .filter(
            vendor_id=document.vendor_id,
            compared_number=number,
            document_type=document.document_type,
            state__in=[State.POSTING, State.POSTED],
        )
        .exclude(pk=document.pk)
    )
    if document.issue_date is not None:
        twins = twins.filter(issue_date__year=document.issue_date.year)
    twin = twins.order_by("pk").first()
    if twin is not None:
        raise CannotPlan(
            "duplicate_invoice",
            f"{twin.filename} of the same vendor with the same number is posted already. Close this"
            " one as a copy, or accept it if it is really a different one.",
            field="invoice_number",
        )
