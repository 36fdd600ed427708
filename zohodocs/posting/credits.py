"""A vendor credit goes to the bill that the credit note names."""

from __future__ import annotations

from dataclasses import dataclass

from zohodocs.domain.identity import compared_number
from zohodocs.models import (
    Amendment,
    AmendmentKind,
    AmendmentState,
    Document,
    KnownBill,
    Page,
    Posting,
    State,
)

from . import record

# A shorter number, or a year, stands on every paper by chance.
_SHORTEST = 4
_FEWEST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class NamedBill:
    """A bill of the vendor whose number stands on the credit note."""

    id: str
    number: str


def plan(document: Document, posting: Posting) -> None:
    """Have the credit applied to the one bill that its paper names; nothing is guessed.

    Call it inside the transaction that says the credit was posted; twice plans once.
    """
    if Amendment.objects.filter(posting=posting, kind=AmendmentKind.APPLY_CREDIT).exists():
        return
    named = named_bills(document)
    if len(named) != 1:
        return
    (bill,) = named
    Amendment.objects.create(
        organization_id=document.organization_id,
        posting=posting,
        kind=AmendmentKind.APPLY_CREDIT,
        state=AmendmentState.APPROVED,
        target_id=bill.id,
        reason=f"The credit note names {bill.number}.",
    )
    record.step(document, "bill.credit.planned", bill_id=bill.id)


def named_bills(document: Document) -> list[NamedBill]:
    """Bills of the same vendor whose number stands on the paper as words of its own."""
    spoken = _numbers_on(document)
    own = compared_number(document.invoice_number)
    bills = {bill.id: bill for bill in _bills_of_vendor(document)}
    return [
        bill
        for bill in bills.values()
        if (number := compared_number(bill.number)) != own
        and any(letter.isdigit() for letter in number)
        and len(number) >= (_FEWEST_DIGITS if number.isdigit() else _SHORTEST)
        and number in spoken
    ]


def _numbers_on(document: Document) -> set[str]:
    """Every run of up to three printed words, as numbers are compared."""
    printed: list[str] = []
    for page in Page.objects.filter(document=document).order_by("number"):
        printed += [str(word[0]).strip(".,;:()[]") for word in page.words]
    runs = {
        compared_number("".join(printed[start : start + length]))
        for start in range(len(printed))
        for length in (1, 2, 3)
    }
    return runs - {""}


def _bills_of_vendor(document: Document) -> list[NamedBill]:
    if document.vendor_id is None:
        return []
    postings = Posting.objects.for_organization(document.organization_id).filter(
        kind="bill",
        document__vendor_id=document.vendor_id,
        document__currency=document.currency,
        document__state=State.POSTED,
    )
    known = KnownBill.objects.for_organization(document.organization_id).filter(
        vendor_id=document.vendor_id
    )
    ours = postings.values_list("bill_id", "document__invoice_number")
    theirs = known.values_list("zoho_bill_id", "number")
    return [NamedBill(str(pk), str(number)) for pk, number in [*ours, *theirs] if pk and number]
