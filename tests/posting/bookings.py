"""Papers and bookings by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from zohodocs.domain.case import TaxFacts
from zohodocs.domain.invoice import Invoice, LineItem, TaxLine
from zohodocs.posting import bills
from zohodocs.posting.booking import Booking
from zohodocs.posting.refusals import CannotPlan

TAXES = (
    TaxFacts("t19", "USt 19 %", Decimal(19), "S"),
    TaxFacts("t7", "USt 7 %", Decimal(7), "S"),
    TaxFacts("t0", "USt 0 %", Decimal(0), "Z"),
    TaxFacts("exempt", "Steuerfrei", Decimal(0), "E"),
    TaxFacts("eu", "Innergemeinschaftlicher Erwerb", Decimal(0), "K"),
    TaxFacts("reverse", "Reverse Charge", Decimal(0), "AE"),
)


def line(description: str, quantity: str, price: str, total: str, rate: str | None) -> LineItem:
    return LineItem(
        description,
        Decimal(quantity),
        Decimal(price),
        Decimal(total),
        Decimal(rate) if rate else None,
    )


def paper(**changes: Any) -> Invoice:
    """An invoice over 119.00 EUR."""
    invoice = Invoice(
        document_type="invoice",
        supplier_name="Lindner",
        supplier_tax_id="DE129273398",
        buyer_tax_id="DE136695976",
        invoice_number="RE-118",
        issue_date=date(2024, 4, 18),
        due_date=date(2024, 5, 2),
        currency="EUR",
        net_total=Decimal("100.00"),
        tax_total=Decimal("19.00"),
        gross_total=Decimal("119.00"),
        tax_lines=(TaxLine(Decimal(19), Decimal("100.00"), Decimal("19.00")),),
    )
    return replace(invoice, **changes)


def booking(invoice: Invoice | None = None, **changes: Any) -> Booking:
    """A bill of that paper."""
    start = Booking(
        kind="bill",
        document_code="4b1d1c6e-0000-4000-8000-000000000001",
        invoice=invoice or paper(),
        vendor_id="v1",
        account_id="a1",
        currency_id="c1",
        taxes=TAXES,
        our_country="DE",
        document_field="cf_document_id",
    )
    return replace(start, **changes)


def refusal(invoice: Invoice, **changes: Any) -> str:
    with pytest.raises(CannotPlan) as caught:
        bills.payload(booking(invoice, **changes))
    assert caught.value.message.endswith(".")
    return caught.value.code
