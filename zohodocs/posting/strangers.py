"""Entries in Zoho that no document here became, and that may be the one about to be sent.

Zoho refuses a second bill of a vendor only where the number is the same letter by letter; what
differs in hyphens, spaces or leading zeros is for us to find, just before the first sending. So is
an expense that stands there already, because Zoho refuses none.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from integrations.zoho_books import Bill, ZohoBooks, same_number
from zohodocs.domain.identity import compared_number
from zohodocs.models import AuditEvent, Document, KnownBill, Posting, Vendor

from .booking import reference_of
from .entries import VOID
from .refusals import CannotPlan

_TELLING_DIGITS = 3
_SAME_EXPENSE = "expense_already_in_zoho"


def refuse(document: Document, *, vendor_id: str, books: ZohoBooks) -> bool:
    """Raises CannotPlan where such a bill stands; it is then known to the duplicate check.

    True if it was also seen that no bill has this very number. A person who accepted the duplicate
    is not asked again.
    """
    part = number_part(document.invoice_number)
    vendor = document.vendor
    if vendor is None or not part or "duplicate_invoice" in document.overruled:
        return False
    alike = books.bills_like(vendor_id=vendor_id, number_part=part)
    found = [bill for bill in alike.bills if _is_variant(bill, document)]
    ours = Posting.objects.for_organization(document.organization).filter(
        bill_id__in=[bill.bill_id for bill in found]
    )
    known = set(ours.values_list("bill_id", flat=True))
    strangers = [bill for bill in found if bill.bill_id not in known]
    for bill in strangers:
        _remember(bill, vendor)
    if strangers:
        bill = strangers[0]
        raise CannotPlan(
            "duplicate_invoice",
            f"Zoho Books already has {bill.bill_number} of this vendor over {bill.total}"
            f" {bill.currency_code} of {bill.date}. Close this one as a copy, or accept it if it is"
            " really a different one.",
            field="invoice_number",
        )
    equal = (same_number(bill.bill_number, document.invoice_number) for bill in alike.bills)
    return alike.all_seen and not any(equal)


def refuse_expense(
    document: Document, *, vendor_id: str, day: date, total: Decimal, books: ZohoBooks
) -> None:
    """Raises CannotPlan where an expense that says the same stands in Zoho, and is no document's.

    Somebody typed it in, or we posted it before the database was restored: Zoho takes receipts as
    often as they come. A person who was asked and approved again is not asked a second time.
    """
    # What came back is only approved by people; their question may bear another reason since.
    asked = AuditEvent.objects.filter(document=document, verb="bill.push.rejected")
    if asked.filter(data__code=_SAME_EXPENSE).exists():
        return
    own = reference_of(str(document.code))
    found = {
        expense.expense_id: expense
        for expense in books.expenses_like(vendor_id=vendor_id, day=day, total=total)
        if expense.reference_number != own
    }
    known = Posting.objects.for_organization(document.organization).filter(
        kind="expense", bill_id__in=found
    )
    strangers = found.keys() - set(known.values_list("bill_id", flat=True))
    if strangers:
        expense = found[min(strangers)]
        raise CannotPlan(
            _SAME_EXPENSE,
            f"Zoho Books already has an expense of this vendor over {total} of {day}, and no"
            f" document here became it: {expense.expense_id}. If it is this one, adopt it or close"
            " this as a copy; if it is another one, approve again.",
        )


def number_part(number: str) -> str:
    """The digits by which variants of a number are searched: the last run that tells enough."""
    runs = [run.lstrip("0") for run in re.findall(r"[0-9]+", number)]
    telling = [run for run in runs if len(run) >= _TELLING_DIGITS]
    return telling[-1] if telling else max(runs, key=len, default="")


def _is_variant(bill: Bill, document: Document) -> bool:
    """The same number for us, another one for Zoho, which sees to equal ones itself."""
    year = document.issue_date.year if document.issue_date else None
    return (
        bill.status != VOID
        and not same_number(bill.bill_number, document.invoice_number)
        and compared_number(bill.bill_number) == compared_number(document.invoice_number)
        and (bill.date is None or year is None or bill.date.year == year)
    )


def _remember(bill: Bill, vendor: Vendor) -> None:
    KnownBill.objects.update_or_create(
        organization_id=vendor.organization_id,
        zoho_bill_id=bill.bill_id,
        defaults={
            "vendor": vendor,
            "number": bill.bill_number[:120],
            "compared_number": compared_number(bill.bill_number)[:120],
            "date": bill.date,
            "total": bill.total,
            "status": bill.status[:20],
        },
    )
