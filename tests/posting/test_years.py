"""A vendor who starts its numbers again every year: asked once, then the year goes behind them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.models import Account, AuditEvent, Document, Finding, ReviewItem
from zohodocs.pipeline.runner import recheck

pytestmark = pytest.mark.django_db


def of_last_year(desk: Desk, number: str) -> None:
    """A bill that somebody typed into Zoho a year before."""
    account = Account.objects.get(organization=desk.organization, name="Office Supplies")
    content: dict[str, Any] = {
        "vendor_id": desk.vendor.zoho_contact_id,
        "bill_number": number,
        "date": "2023-04-18",
        "line_items": [{"account_id": account.zoho_account_id, "rate": 50}],
    }
    with clients.books(desk.organization) as books:
        books.create_bill(content)


def approved_again(document: Document) -> None:
    """A person looked at the question and approved."""
    recheck(document)
    assert Finding.objects.filter(document=document, code="number_used_in_other_year").exists()
    Document.objects.filter(pk=document.pk).update(
        state="approved", approved_by="ana", approved_at=timezone.now()
    )


def test_a_number_of_another_year_is_asked_about_and_posted_with_the_year(desk: Desk) -> None:
    of_last_year(desk, "17")
    document = desk.approved(number="17")

    desk.push(document)
    assert document.state == "in_review"
    item = ReviewItem.objects.get(document=document)
    assert item.reason == "number_used_in_other_year"
    assert "17 (2024)" in item.message
    assert len(desk.bills()) == 1

    approved_again(document)
    assert desk.push(document).done == "confirmed"

    bill = next(bill for bill in desk.bills() if bill["date"] == "2024-04-18")
    assert (bill["bill_number"], bill["reference_number"]) == ("17 (2024)", "17")
    assert desk.vendor.restarts_numbers
    assert AuditEvent.objects.get(verb="vendor.restarts_numbers").actor == "ana"


def test_what_was_said_once_of_a_vendor_holds_for_its_next_number(desk: Desk) -> None:
    vendor = desk.vendor
    vendor.restarts_numbers = True
    vendor.save()
    of_last_year(desk, "18")
    document = desk.approved(number="18")

    desk.push(document)
    assert desk.push(document).done == "confirmed"

    assert sorted(bill["bill_number"] for bill in desk.bills()) == ["18", "18 (2024)"]
    assert not ReviewItem.objects.filter(document=document).exists()


def test_the_same_number_of_the_same_year_is_still_a_stranger(desk: Desk) -> None:
    vendor = desk.vendor
    vendor.restarts_numbers = True
    vendor.save()
    of_last_year(desk, "19")
    with clients.books(desk.organization) as books:
        (bill,) = books.find_bills(vendor_id=vendor.zoho_contact_id, bill_number="19")
        books.update_bill(bill.bill_id, {"date": "2024-01-05"})
    document = desk.approved(number="19")

    desk.push(document)

    assert ReviewItem.objects.get(document=document).reason == "already_in_zoho"
    assert len(desk.bills()) == 1
