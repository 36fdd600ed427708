"""From a booking to the JSON that Zoho takes: bill, vendor credit or expense. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from zohodocs.domain.money import ZERO, rounded

from .booking import Booking
from .lines import Lines, PlannedLine, gross_of, plan_lines
from .refusals import CannotPlan

_NUMBERS = frozenset({"rate", "quantity", "adjustment", "amount"})
_NUMBER_LIMIT = 100
# What Zoho wants to be told about every adjustment.
ROUNDING = "Rounding on the paper"


def payload(booking: Booking) -> dict[str, Any]:
    """What is sent to Zoho for this booking; amounts are Decimal, days ISO strings.

    Raises CannotPlan where something would have to be guessed.
    """
    _require(booking)
    match booking.kind:
        case "expense":
            content = _expense(booking)
        case "vendor_credit":
            content = {
                "vendor_credit_number": booking.number,
                **_entry(booking),
            }
        case "bill":
            content = {"bill_number": booking.number, **_entry(booking)}
            if due := _due_date(booking):
                content["due_date"] = due
    content["reference_number"] = booking.reference
    if booking.document_field:
        content["custom_fields"] = [
            {"api_name": booking.document_field, "value": booking.document_code}
        ]
    if booking.draft and booking.kind != "expense":
        content["status"] = "draft"
    return content


def stored(content: Any) -> Any:
    """The payload as it is kept in the database: amounts as strings."""
    match content:
        case dict():
            return {name: stored(value) for name, value in content.items()}
        case list():
            return [stored(value) for value in content]
        case Decimal():
            return f"{content:f}"
        case _:
            return content


def wire(content: Any) -> Any:
    """A stored payload as it is sent: amounts as Decimal again."""
    match content:
        case dict():
            return {
                name: Decimal(value) if name in _NUMBERS else wire(value)
                for name, value in content.items()
            }
        case list():
            return [wire(value) for value in content]
        case _:
            return content


def booking_day(booking: Booking) -> date:
    """The day the entry is dated: the printed one unless the books are closed on it."""
    printed = booking.invoice.issue_date
    if printed is None:
        raise CannotPlan(
            "issue_date_missing", "The invoice date is missing. Type it in.", field="issue_date"
        )
    return booking.booking_date or printed


def _require(booking: Booking) -> None:
    invoice = booking.invoice
    booking_day(booking)
    gross = gross_of(booking)
    if booking.kind != "expense" and not invoice.invoice_number.strip():
        raise CannotPlan(
            "invoice_number_missing",
            "The invoice number is missing. Type it in as it is printed.",
            field="invoice_number",
        )
    if len(invoice.invoice_number) > _NUMBER_LIMIT:
        raise CannotPlan(
            "invoice_number_too_long",
            f"Zoho takes invoice numbers of up to {_NUMBER_LIMIT} characters. Correct the number.",
            field="invoice_number",
        )
    if gross < 0:
        raise CannotPlan(
            "total_negative",
            "The total is negative. If this is a credit note, change the document type.",
            field="gross_total",
        )
    if gross == 0:
        raise CannotPlan(
            "total_zero",
            "The total is zero, so there is nothing to post. Correct the total, or close the"
            " document as not a posting document.",
            field="gross_total",
        )
    if not booking.account_id:
        raise CannotPlan("account_missing", "Choose an account, then approve again.")
    if not booking.vendor_id:
        raise CannotPlan("vendor_missing", "Choose a vendor, then approve again.")


def _entry(booking: Booking) -> dict[str, Any]:
    """What bills and vendor credits have in common."""
    lines = plan_lines(booking)
    content: dict[str, Any] = {
        "vendor_id": booking.vendor_id,
        "date": booking_day(booking).isoformat(),
        "currency_id": booking.currency_id,
        "is_inclusive_tax": lines.inclusive,
        "is_item_level_tax_calc": False,
        "line_items": [_line(booking, line, number) for number, line in enumerate(lines.rows, 1)],
        "notes": _notes(booking),
    }
    if lines.adjustment:
        content["adjustment"] = lines.adjustment
        content["adjustment_description"] = ROUNDING
    return content


def _line(booking: Booking, line: PlannedLine, number: int) -> dict[str, Any]:
    content: dict[str, Any] = {
        "account_id": booking.account_id,
        "description": line.description,
        "quantity": line.quantity,
        "rate": line.rate,
        "item_order": number,
    }
    if line.tax_id:
        content["tax_id"] = line.tax_id
    return content


def _expense(booking: Booking) -> dict[str, Any]:
    """A receipt: amounts with their tax inside, paid through an account."""
    if not booking.paid_through_id:
        raise CannotPlan(
            "paid_through_unclear",
            "The receipt does not say whether it was paid in cash or by card. Write “cash” or"
            " “card” into the payment terms, then approve again.",
            field="payment_terms",
        )
    lines = plan_lines(booking)
    invoice = booking.invoice
    content: dict[str, Any] = {
        "vendor_id": booking.vendor_id,
        "account_id": booking.account_id,
        "paid_through_account_id": booking.paid_through_id,
        "date": booking_day(booking).isoformat(),
        "currency_id": booking.currency_id,
        "is_inclusive_tax": True,
        "amount": gross_of(booking),
        "description": f"{invoice.supplier_name} {invoice.invoice_number}".strip()[:100],
    }
    parts = _gross_by_tax(booking, lines)
    if len(parts) == 1:
        if tax_id := next(iter(parts)):
            content["tax_id"] = tax_id
        return content
    content["line_items"] = [
        {"account_id": booking.account_id, "amount": amount, "item_order": number}
        | ({"tax_id": tax_id} if tax_id else {})
        for number, (tax_id, amount) in enumerate(parts.items(), 1)
    ]
    return content


def _gross_by_tax(booking: Booking, lines: Lines) -> dict[str, Decimal]:
    """What was paid under each tax; a rounding difference goes to the largest part."""
    currency = booking.invoice.currency
    parts: dict[str, Decimal] = {}
    for line in lines.rows:
        amount = line.amount(currency)
        if not lines.inclusive:
            amount += rounded(amount * line.tax_rate / 100, currency)
        parts[line.tax_id] = parts.get(line.tax_id, ZERO) + amount
    largest = max(parts, key=lambda tax_id: parts[tax_id])
    parts[largest] += gross_of(booking) - sum(parts.values(), ZERO)
    return parts


def _due_date(booking: Booking) -> str | None:
    due = booking.invoice.due_date
    if due is None or due < booking_day(booking):
        return None  # Zoho has no due date before the bill's own; the printed one is in the notes
    return due.isoformat()


def _notes(booking: Booking) -> str:
    invoice, day = booking.invoice, booking_day(booking)
    said = []
    if invoice.issue_date != day:
        said.append(f"Printed date: {invoice.issue_date}; the books are closed on it.")
    if invoice.delivery_date and invoice.delivery_date != invoice.issue_date:
        said.append(f"Delivery or service date: {invoice.delivery_date}.")
    if invoice.due_date and invoice.due_date < day:
        said.append(f"Printed due date: {invoice.due_date}.")
    if invoice.amount_due is not None and invoice.amount_due != invoice.gross_total:
        said.append(f"Amount payable on the paper: {invoice.amount_due:f} {invoice.currency}.")
    said.append(f"Posted by ZohoDocs, document {booking.document_code}.")
    return "\n".join(said)
