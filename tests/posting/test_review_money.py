"""Faults that cost money: a bill doubled under a variant of its number, a tax nobody charged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.posting.bookings import booking, paper
from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.domain.case import TaxFacts
from zohodocs.domain.invoice import TaxLine
from zohodocs.models import Document, KnownBill, ReviewItem
from zohodocs.posting import bills
from zohodocs.posting.refusals import CannotPlan
from zohodocs.posting.strangers import number_part


def typed_by_hand(desk: Desk, number: str, **more: Any) -> None:
    account = desk.approved(number="X-1").account
    assert account is not None
    Document.objects.filter(invoice_number="X-1").delete()
    with clients.books(desk.organization) as books:
        books.create_bill(
            {
                "vendor_id": desk.vendor.zoho_contact_id,
                "bill_number": number,
                "date": "2024-04-18",
                "line_items": [{"account_id": account.zoho_account_id, "rate": 119, "quantity": 1}],
            }
            | more
        )


@pytest.mark.django_db
@pytest.mark.parametrize("by_hand", ["RE 2024/118", "RE2024118"])
def test_a_bill_typed_in_with_other_punctuation_is_not_doubled(desk: Desk, by_hand: str) -> None:
    typed_by_hand(desk, by_hand)
    document = desk.approved()

    desk.push(document)

    assert len(desk.bills()) == 1
    assert ReviewItem.objects.get(document=document).reason == "duplicate_invoice"
    assert KnownBill.objects.get().number == by_hand, "the duplicate check knows it now"


@pytest.mark.django_db
def test_a_variant_that_a_person_accepted_is_posted(desk: Desk) -> None:
    typed_by_hand(desk, "RE 2024/118")
    document = desk.approved(overruled={"duplicate_invoice": "another delivery"})

    desk.push(document)

    assert document.state == "posted"


@pytest.mark.django_db
def test_a_variant_of_another_year_or_a_void_one_is_no_obstacle(desk: Desk) -> None:
    typed_by_hand(desk, "RE 2024/118", date="2022-04-18")
    document = desk.approved()

    desk.push(document)

    assert document.state == "posted"


@pytest.mark.parametrize(
    ("number", "part"),
    [("RE-2024-118", "118"), ("INV-00117", "117"), ("2024/5", "2024"), ("A", ""), ("7", "7")],
)
def test_variants_are_searched_by_the_digits_that_tell(number: str, part: str) -> None:
    assert number_part(number) == part


REVERSED = paper(
    net_total=Decimal("100.00"),
    tax_total=Decimal("0.00"),
    gross_total=Decimal("100.00"),
    tax_lines=(TaxLine(Decimal(0), Decimal("100.00"), Decimal("0.00"), "AE"),),
)
WITH_RATE = TaxFacts("rc19", "Reverse Charge 19 %", Decimal(19), "AE")


def test_a_reverse_charge_with_its_rate_is_never_added_to_the_bill() -> None:
    with pytest.raises(CannotPlan) as refusal:
        bills.payload(booking(REVERSED, taxes=(WITH_RATE,)))
    assert refusal.value.code == "tax_adds_to_total"

    with pytest.raises(CannotPlan) as refusal:
        bills.payload(booking(REVERSED, taxes=(WITH_RATE,), chosen_taxes={"0": "rc19"}))
    assert refusal.value.code == "tax_adds_to_total"


def test_of_two_reverse_charges_the_one_without_a_rate_is_taken() -> None:
    plain = TaxFacts("rc0", "Reverse Charge", Decimal(0), "AE")

    payload = bills.payload(booking(REVERSED, taxes=(WITH_RATE, plain)))

    assert payload["line_items"][0]["tax_id"] == "rc0"
