"""The rows of an approved document, gathered into the facts a booking is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from zohodocs.domain.case import TaxFacts
from zohodocs.domain.invoice import Invoice, LineItem, TaxLine
from zohodocs.domain.sums import rate_text
from zohodocs.models import (
    WORKER,
    Account,
    Connection,
    Document,
    FieldValue,
    Finding,
    Page,
    Policy,
    Tax,
)
from zohodocs.models.policy import ClosedPeriod

from . import years
from .booking import Booking, kind_of, unsigned
from .payment import means_in, paid_through
from .refusals import CannotPlan


def invoice_of(document: Document) -> Invoice:
    """The document's present values, typed."""
    values = dict(FieldValue.objects.filter(document=document).values_list("name", "value"))
    # Filled in by hand or corrected, these columns are what lists and duplicate checks went by.
    columns = {
        "invoice_number": document.invoice_number,
        "issue_date": document.issue_date.isoformat() if document.issue_date else "",
        "due_date": document.due_date.isoformat() if document.due_date else "",
        "currency": document.currency,
        "gross_total": f"{document.gross_total:f}" if document.gross_total is not None else "",
        "document_type": document.document_type,
    }
    values = {**{name: value for name, value in columns.items() if value}, **values}
    values.setdefault("supplier_name", document.vendor_name)
    return Invoice.from_values(
        values,
        line_items=tuple(LineItem.from_json(line) for line in document.line_items),
        tax_lines=tuple(TaxLine.from_json(line) for line in document.tax_lines),
    )


def booking_of(
    document: Document, connection: Connection, *, vendor_id: str, currency_id: str
) -> Booking:
    """Everything `bills.payload` needs, for an approved document with its Zoho vendor.

    Raises CannotPlan where something is missing that only a person can give.
    """
    organization = document.organization
    invoice = invoice_of(document)
    kind = kind_of(invoice.document_type)
    if kind == "vendor_credit":
        invoice = unsigned(invoice)
    policy = document.policy or Policy.current(organization)
    rows = Tax.objects.for_organization(organization).filter(active=True).order_by("pk")
    taxes = tuple(tax.facts() for tax in rows)
    choice = document.account_choice or {}
    return Booking(
        kind=kind,
        document_code=str(document.code),
        invoice=invoice,
        vendor_id=vendor_id,
        account_id=_account_id(document),
        currency_id=currency_id,
        taxes=taxes,
        chosen_taxes=_chosen_taxes(choice, taxes),
        lines_required=bool(choice.get("lines_required")),
        year_in_number=kind == "bill" and _number_is_used(document),
        our_country=organization.country,
        document_field=connection.document_field,
        booking_date=_open_day(document, invoice, policy),
        draft=policy.post_as_draft,
        paid_through_id=_paid_through_id(document, invoice) if kind == "expense" else "",
    )


def _account_id(document: Document) -> str:
    account = document.account
    if account is None:
        raise CannotPlan("account_missing", "Choose an account, then approve again.")
    if not account.active:
        raise CannotPlan(
            "account_inactive",
            f"The account {account} is no longer active in Zoho Books. Choose another one.",
        )
    return str(account.zoho_account_id)


def _open_day(document: Document, invoice: Invoice, policy: Policy) -> date | None:
    """The first open day, if the books are closed on the printed date and the policy moves it."""
    locked = document.organization.lock_date
    printed = invoice.issue_date
    if locked is None or printed is None or printed > locked:
        return None
    first_open_day = locked + timedelta(days=1)
    accepted = "closed_period" in document.overruled
    if accepted or policy.closed_period == ClosedPeriod.FIRST_OPEN_DAY:
        return first_open_day
    raise CannotPlan(
        "closed_period",
        f"The books are closed up to {locked} and this is dated {printed}. Open the period, or"
        f" accept that it is posted on {first_open_day} with its own date in the notes.",
        field="issue_date",
    )


def _chosen_taxes(choice: Mapping[str, Any], taxes: Sequence[TaxFacts]) -> Mapping[str, str]:
    """Taxes by printed rate: a rule's own tax stands for its own rate."""
    of_rule = {rate_text(tax.rate): tax.id for tax in taxes if tax.id == choice.get("tax_id")}
    return of_rule | dict(choice.get("tax_ids") or {})


def _number_is_used(document: Document) -> bool:
    """Whether the vendor used the number in another year, and a person says that this is another.

    Said once, it holds for the vendor.
    """
    if years.restarts(document) and years.is_used(document):
        return True
    asked = Finding.objects.filter(document=document, code=years.CODE)
    return asked.exists() and approved_by_a_person(document)


def approved_by_a_person(document: Document) -> bool:
    """Whether somebody, not the machine, answers for this document."""
    return document.approved_by not in ("", WORKER)


def _paid_through_id(document: Document, invoice: Invoice) -> str:
    """By what a person typed first, then by the words on the paper."""
    means = means_in(invoice.payment_terms)
    if means is None:
        pages = Page.objects.filter(document=document).order_by("number")
        means = means_in(" ".join(str(word[0]) for page in pages for word in page.words))
    accounts = (
        Account.objects.for_organization(document.organization)
        .filter(active=True)
        .values_list("zoho_account_id", "type")
    )
    return paid_through(means, list(accounts))
