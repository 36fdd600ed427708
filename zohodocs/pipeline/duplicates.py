"""Was this booked or handed in before? Asked before every decision, whatever the channel.

The key is vendor + compared number + year of the issue date + type. A person may overrule a hit,
with a reason; nobody can switch the question off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rapidfuzz.distance import Levenshtein

from zohodocs.domain.case import Case, Ports, SeenDocument
from zohodocs.domain.identity import compared_number, fold_name
from zohodocs.domain.invoice import POSTING_TYPES, Invoice
from zohodocs.domain.verdicts import Finding

from .findings import ask, blocking, note, with_findings

NEAR_DAYS = 7
_CLOSED_WITHOUT_TRACE = frozenset({"rejected", "split", "duplicate"})


def find(case: Case, ports: Ports) -> Case:
    """Compare with earlier documents and with the bills already in Zoho."""
    invoice = case.invoice
    if invoice.document_type not in POSTING_TYPES:
        return case
    vendor_id = (case.vendor.vendor_id if case.vendor else None) or ""
    number = compared_number(invoice.invoice_number)
    seen = _distinct(
        case,
        [
            *_of_vendor(case, ports, vendor_id),
            *(ports.seen.of_number(number) if number else ()),
        ],
    )
    findings = [_finding(case, vendor_id, number, other) for other in seen]
    return with_findings(case, _worst_per_code(f for f in findings if f is not None))


def _of_vendor(case: Case, ports: Ports, vendor_id: str) -> Sequence[SeenDocument]:
    if not vendor_id:
        return ()
    invoice = case.invoice
    return ports.seen.of_vendor(vendor_id, issued=invoice.issue_date, gross=invoice.gross_total)


def _distinct(case: Case, seen: Iterable[SeenDocument]) -> list[SeenDocument]:
    """Each earlier paper once, without this document itself and without closed copies."""
    by_id = {
        (other.document_id, other.bill_id): other
        for other in seen
        if other.document_id != case.document_id and other.state not in _CLOSED_WITHOUT_TRACE
    }
    return list(by_id.values())


def _finding(case: Case, vendor_id: str, number: str, other: SeenDocument) -> Finding | None:
    same_number = bool(number) and compared_number(other.invoice_number) == number
    same_vendor = _same_vendor(case.invoice, vendor_id, other)
    values = _values(other)
    if other.organization and other.organization != case.organization.code:
        if same_number and same_vendor:
            return note(
                "same_number_in_other_branch",
                "{what} with this number was handed in for another branch. "
                "Check that it is not the same invoice.",
                field="invoice_number",
                **values,
            )
        return None
    if same_number and same_vendor and other.document_type == case.invoice.document_type:
        return _same_number(case.invoice, other, values)
    if _looks_alike(case.invoice, same_number, same_vendor, number, other):
        return ask(
            "look_alike",
            "{what} looks much like this one. Compare the two before you approve.",
            field="gross_total",
            **values,
        )
    return None


def _same_number(invoice: Invoice, other: SeenDocument, values: dict[str, str]) -> Finding | None:
    if _same_year(invoice.issue_date, other.issue_date):
        return blocking(
            "duplicate_invoice",
            "{what} has the same vendor and number. Close this one as a copy, "
            "or accept it if it is really a different one.",
            field="invoice_number",
            overrulable=True,
            **values,
        )
    if other.bill_id or other.state == "posted":
        return ask(
            "number_used_in_other_year",
            "{what} of another year has this number, and Zoho Books takes it only once for a "
            "vendor. Confirm that it is posted with the year behind the number.",
            field="invoice_number",
            **values,
        )
    return None


def _same_vendor(invoice: Invoice, vendor_id: str, other: SeenDocument) -> bool:
    """The same vendor; of two papers without one, those that print the same name.

    Where a name was not read or misread, day and amount speak for it.
    """
    if vendor_id or other.vendor_id:
        return vendor_id == other.vendor_id
    name = fold_name(invoice.supplier_name)
    if name and name == fold_name(other.supplier_name):
        return True
    return (
        invoice.issue_date is not None
        and invoice.issue_date == other.issue_date
        and _same_gross(invoice, other)
    )


def _same_year(one: date | None, other: date | None) -> bool:
    # A date that is not known excuses nothing.
    return one is None or other is None or one.year == other.year


def _looks_alike(
    invoice: Invoice, same_number: bool, same_vendor: bool, number: str, other: SeenDocument
) -> bool:
    credit = "credit_note"
    if (invoice.document_type == credit) != (other.document_type == credit):
        return False  # a credit note repeats the amount of its invoice by nature
    same_gross = _same_gross(invoice, other)
    if not same_vendor:
        # Perhaps one supplier under two names: the number and the amount agree.
        return same_number and same_gross
    if same_gross and _days_apart(invoice.issue_date, other.issue_date) <= NEAR_DAYS:
        return True
    # The next invoice of a series is one edit apart, too: only with the same amount or day is it
    # likely to be the same paper, misread.
    same_day = invoice.issue_date is not None and invoice.issue_date == other.issue_date
    return (same_gross or same_day) and _one_edit_apart(number, other.invoice_number)


def _same_gross(invoice: Invoice, other: SeenDocument) -> bool:
    gross = invoice.gross_total
    return gross is not None and gross != 0 and gross == other.gross_total


def _days_apart(one: date | None, other: date | None) -> int:
    return abs((one - other).days) if one and other else NEAR_DAYS + 1


def _one_edit_apart(number: str, other: str) -> bool:
    compared = compared_number(other)
    return bool(number and compared) and Levenshtein.distance(number, compared) == 1


def _values(other: SeenDocument) -> dict[str, str]:
    when = f" of {other.issue_date.isoformat()}" if other.issue_date else ""
    what = "A bill in Zoho Books" if other.bill_id and not other.document_id else "A document"
    return {
        "what": f"{what}{when}",
        "document_id": other.document_id,
        "bill_id": other.bill_id,
        "state": other.state,
        "number": other.invoice_number,
    }


def _worst_per_code(findings: Iterable[Finding]) -> list[Finding]:
    """One finding a code, so that a person is not told ten times; blocking ones come first."""
    first: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda f: (not f.blocks, not f.review)):
        first.setdefault(finding.code, finding)
    return list(first.values())
