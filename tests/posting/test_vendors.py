"""The contact a document is booked on: found by proof, created once, never overwritten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import VendorFactory
from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.models import AuditEvent, Document, ReviewItem, Vendor

pytestmark = pytest.mark.django_db


def contacts(desk: Desk, name: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = desk.zoho.snapshot()["contacts"]
    return [row for row in rows if row["contact_name"] == name]


def new_vendor(desk: Desk, name: str = "Papier Nord GmbH", **facts: Any) -> Vendor:
    vendor: Vendor = VendorFactory(organization=desk.organization, name=name, country="DE", **facts)
    return vendor


def reason(desk: Desk, document: Document) -> str:
    desk.push(document)
    return str(ReviewItem.objects.get(document=document).reason)


def test_a_new_vendor_approved_by_a_person_is_created_with_its_vat_number(desk: Desk) -> None:
    vendor = new_vendor(desk, tax_id="DE111111125", email="info@papier.example")

    desk.push(desk.approved(number="P-1", vendor=vendor))
    desk.push(desk.approved(number="P-2", vendor=vendor))

    (contact,) = contacts(desk, "Papier Nord GmbH")
    assert contact["contact_type"] == "vendor"
    assert contact["custom"]["cf_vat_id"] == "DE111111125"
    vendor.refresh_from_db()
    assert vendor.zoho_contact_id == contact["contact_id"]
    assert len(desk.bills()) == 2
    assert AuditEvent.objects.filter(verb="vendor.created").count() == 1


def test_the_machine_alone_creates_no_vendor(desk: Desk) -> None:
    document = desk.approved(vendor=new_vendor(desk), approved_by="worker")

    assert reason(desk, document) == "vendor_not_in_zoho"
    assert contacts(desk, "Papier Nord GmbH") == []


def test_a_vendor_is_found_by_vat_number_though_its_name_differs(desk: Desk) -> None:
    known = contacts(desk, "Stadtwerke Hanse GmbH")[0]["contact_id"]
    Vendor.objects.filter(zoho_contact_id=known).delete()
    _write_notes(desk, known, "VAT number DE811907980")
    vendor = new_vendor(desk, "Hanse Energie", tax_id="DE 811 907 980")

    desk.push(desk.approved(vendor=vendor))

    vendor.refresh_from_db()
    assert vendor.zoho_contact_id == known
    assert contacts(desk, "Hanse Energie") == []


def test_one_of_the_same_name_without_a_vat_number_is_for_a_person(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        books.create_contact({"contact_name": "Papier Nord GmbH", "contact_type": "vendor"})

    document = desk.approved(vendor=new_vendor(desk, tax_id="DE111111125"))

    assert reason(desk, document) == "vendor_name_without_tax_id"


def test_two_companies_of_one_name_are_told_apart_by_their_numbers(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        books.create_contact(_contact("Papier Nord GmbH", "DE136695976"))

    vendor = new_vendor(desk, tax_id="DE111111125")
    desk.push(desk.approved(vendor=vendor))

    assert len(contacts(desk, "Papier Nord GmbH (DE111111125)")) == 1


def test_a_customer_of_that_name_is_for_a_person(desk: Desk) -> None:
    # The blocking contact is a customer, so a search for vendors alone would not even see it.
    document = desk.approved(vendor=new_vendor(desk, "Galerie Ost"))
    with clients.books(desk.organization) as books:
        books.create_contact({"contact_name": "Galerie Ost", "contact_type": "customer"})

    assert reason(desk, document) == "vendor_name_taken"


def test_an_inactive_vendor_is_for_a_person(desk: Desk) -> None:
    vendor = Vendor.objects.get(name="Altstadt Reinigung")

    assert reason(desk, desk.approved(vendor=vendor)) == "vendor_inactive"


def test_a_vendor_whose_number_changed_in_zoho_is_for_a_person(desk: Desk) -> None:
    vendor = desk.vendor
    vendor.tax_id = "DE111111125"
    vendor.save()
    Vendor.objects.filter(pk=vendor.pk).update(checked_at=timezone.now() - timedelta(days=2))

    assert reason(desk, desk.approved(vendor=vendor)) == "vendor_tax_id_differs"


def test_a_vendor_that_vanished_in_zoho_is_for_a_person(desk: Desk) -> None:
    vendor = new_vendor(desk, zoho_contact_id="46999999999")

    assert reason(desk, desk.approved(vendor=vendor)) == "vendor_gone"


def test_a_name_on_the_exclusion_list_never_becomes_a_vendor(desk: Desk) -> None:
    desk.organization.excluded_contacts = ["Anna Muster"]
    desk.organization.save()

    document = desk.approved(vendor=new_vendor(desk, "ANNA MUSTER"))

    assert reason(desk, document) == "vendor_excluded"
    assert contacts(desk, "ANNA MUSTER") == []


def test_a_contact_that_is_another_vendor_here_is_for_a_person(desk: Desk) -> None:
    twin = new_vendor(desk, "Bürobedarf Lindner KG", tax_id="DE129273398")

    assert reason(desk, desk.approved(vendor=twin)) == "vendor_known_twice"


def test_a_lost_answer_to_the_creation_makes_no_second_contact(desk: Desk) -> None:
    vendor = new_vendor(desk, tax_id="DE111111125")
    desk.break_next("POST /contacts", "commit_then_reset")
    document = desk.approved(vendor=vendor)

    first = desk.push(document)
    assert first.done == "planned"
    desk.push(document, now=lambda: timezone.now() + timedelta(hours=1))

    assert document.state == "posted"
    assert len(contacts(desk, "Papier Nord GmbH")) == 1


def test_data_of_an_existing_contact_is_never_changed(desk: Desk) -> None:
    before = contacts(desk, "Bürobedarf Lindner KG")
    vendor = desk.vendor
    vendor.address, vendor.email = "Elsewhere 1", "new@example.org"
    vendor.save()

    desk.push(desk.approved(vendor=vendor))

    assert contacts(desk, "Bürobedarf Lindner KG") == before


def _contact(name: str, tax_id: str) -> dict[str, Any]:
    return {
        "contact_name": name,
        "contact_type": "vendor",
        "custom_fields": [{"api_name": "cf_vat_id", "value": tax_id}],
    }


def _write_notes(desk: Desk, contact_id: str, notes: str) -> None:
    with clients.books(desk.organization) as books:
        books.update_contact(contact_id, {"notes": notes})
