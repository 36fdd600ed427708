"""Vendors who begin their numbers again every year: Zoho takes a number only once.

A person confirms once that a vendor does so; from then on such a number goes to Zoho with the year
behind it, `17 (2026)`, and the printed one stays in the reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zohodocs.domain.identity import compared_number
from zohodocs.models import WORKER, AuditEvent, Document, KnownBill, Posting, Vendor

if TYPE_CHECKING:  # entries are made of files, and those of facts, which ask here
    from .entries import Entry

_VOID = "void"
CODE = "number_used_in_other_year"
_CONFIRMED = ("confirmed", "confirmed_without_file")


def is_of_another(entry: Entry, document: Document) -> bool:
    """Whether the entry with our number is of another year than the document."""
    return (
        entry.status != _VOID
        and entry.date is not None
        and document.issue_date is not None
        and entry.date.year != document.issue_date.year
    )


def restarts(document: Document) -> bool:
    """Whether a person said so of this vendor."""
    return document.vendor is not None and document.vendor.restarts_numbers


def is_used(document: Document) -> bool:
    """Whether Zoho has this number of the vendor's from another year, as far as we know."""
    number, day = compared_number(document.invoice_number), document.issue_date
    if not number or day is None or document.vendor_id is None:
        return False
    bills = KnownBill.objects.for_organization(document.organization_id).filter(
        vendor_id=document.vendor_id, compared_number=number, date__isnull=False
    )
    postings = Posting.objects.for_organization(document.organization_id).filter(
        document__vendor_id=document.vendor_id,
        document__compared_number=number,
        document__issue_date__isnull=False,
        kind="bill",
        state__in=_CONFIRMED,
    )
    return (
        bills.exclude(date__year=day.year).exclude(status=_VOID).exists()
        or postings.exclude(document__issue_date__year=day.year).exclude(document=document).exists()
    )


def remember(entry: Entry, document: Document) -> None:
    """Let the duplicate check know the bill, so that the desk asks about it."""
    if document.vendor is None:
        return
    KnownBill.objects.update_or_create(
        organization_id=document.organization_id,
        zoho_bill_id=entry.id,
        defaults={
            "vendor": document.vendor,
            "number": entry.number[:120],
            "compared_number": compared_number(entry.number)[:120],
            "date": entry.date,
            "total": entry.total,
            "status": entry.status[:20],
        },
    )


def question(entry: Entry, document: Document) -> str:
    """What is asked of a person."""
    year = document.issue_date.year if document.issue_date else ""
    return (
        f"Zoho Books already has {entry.number} of this vendor, of {entry.date} over {entry.total}"
        f" {entry.currency}, and takes a number only once. If the vendor starts again every year,"
        f" approve: it is posted as {document.invoice_number.strip()} ({year}), with the printed"
        " number in the reference."
    )


def learn(document: Document, posting: Posting) -> None:
    """Posted with the year behind its number: the vendor is one that starts again."""
    sent = str(posting.payload.get("bill_number", ""))
    year = document.issue_date.year if document.issue_date else None
    if (
        document.vendor_id is None
        or posting.kind != "bill"
        or sent != f"{document.invoice_number.strip()} ({year})"
    ):
        return
    learnt = Vendor.objects.filter(pk=document.vendor_id, restarts_numbers=False)
    if learnt.update(restarts_numbers=True):
        AuditEvent.record(
            "vendor.restarts_numbers",
            actor=document.approved_by or WORKER,
            document=document,
            data={"number": sent},
        )
