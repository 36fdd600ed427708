"""At posting the index is a hint: the contact is read in full before anything is booked on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import VendorFactory
from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.clients import keep_contacts
from zohodocs.models import Document, ReviewItem, Vendor

pytestmark = pytest.mark.django_db
HANSE = "Stadtwerke Hanse GmbH"
ON = {"new_cache": {"arm": "candidate", "mode": "on", "bucket": 1, "version": 1}}


def unlinked(desk: Desk, name: str = HANSE, **facts: Any) -> Vendor:
    """A vendor of ours of whom we do not know yet which contact it is."""
    Vendor.objects.filter(name=name).delete()
    vendor: Vendor = VendorFactory(organization=desk.organization, name=name, country="DE", **facts)
    return vendor


def pushed(desk: Desk, vendor: Vendor) -> Document:
    document = desk.approved(vendor=vendor, flags=ON)
    desk.push(document)
    vendor.refresh_from_db()
    return document


def contact_id(desk: Desk, name: str = HANSE) -> str:
    rows = [row for row in desk.zoho.snapshot()["contacts"] if row["contact_name"] == name]
    return str(rows[0]["contact_id"])


def change(desk: Desk, name: str, **changes: Any) -> None:
    with clients.books(desk.organization) as books:
        books.update_contact(contact_id(desk, name), changes)


def test_a_hit_costs_one_reading_and_no_search(desk: Desk) -> None:
    keep_contacts(desk.organization)
    vendor = unlinked(desk, "Hanse Energie", tax_id="DE811907980")
    searched, read = desk.calls("GET /contacts"), desk.calls("GET /contacts/{id}")
    Vendor.objects.filter(name=HANSE).delete()

    document = pushed(desk, vendor)

    assert document.state == "posted"
    assert vendor.zoho_contact_id == contact_id(desk)
    assert desk.calls("GET /contacts") == searched
    assert desk.calls("GET /contacts/{id}") == read + 1


def test_a_number_that_is_another_by_now_is_not_believed(desk: Desk) -> None:
    keep_contacts(desk.organization)
    vendor = unlinked(desk, tax_id="DE811907980")
    change(desk, HANSE, custom_fields=[{"api_name": "cf_vat_id", "value": "DE136695976"}])

    pushed(desk, vendor)

    # As without an index: another company of that name, told apart by its number.
    assert vendor.zoho_contact_id == contact_id(desk, f"{HANSE} (DE811907980)")


def test_one_that_was_switched_off_meanwhile_is_for_a_person(desk: Desk) -> None:
    keep_contacts(desk.organization)
    vendor = unlinked(desk, tax_id="")
    _deactivate(desk, contact_id(desk))

    document = pushed(desk, vendor)

    assert ReviewItem.objects.get(document=document).reason == "vendor_inactive"
    assert desk.bills() == []


def test_a_customer_of_the_name_beside_the_vendor_is_left_to_the_search(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        books.create_contact({"contact_name": "Stadtwerke Hanse", "contact_type": "customer"})
    keep_contacts(desk.organization)
    vendor = unlinked(desk, tax_id="")
    searched = desk.calls("GET /contacts")

    pushed(desk, vendor)

    assert desk.calls("GET /contacts") > searched
    assert vendor.zoho_contact_id == contact_id(desk)


def test_one_of_the_name_without_a_number_is_for_a_person_as_before(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        books.create_contact({"contact_name": "Papier Nord GmbH", "contact_type": "vendor"})
    keep_contacts(desk.organization)

    document = pushed(desk, unlinked(desk, "Papier Nord GmbH", tax_id="DE111111125"))

    assert ReviewItem.objects.get(document=document).reason == "vendor_name_without_tax_id"


def test_a_contact_that_is_gone_is_forgotten_and_searched_for(desk: Desk) -> None:
    keep_contacts(desk.organization)
    vendor = unlinked(desk, tax_id="DE811907980")
    desk.break_next("GET /contacts/{id}", "refused", code=1002)
    index = clients.contacts_of(desk.organization)
    assert index is not None

    pushed(desk, vendor)

    assert index.find(name=HANSE).outcome in ("miss", "hit")
    assert desk.calls("GET /contacts") > 0


def test_a_contact_that_we_create_is_in_the_index_at_once(desk: Desk) -> None:
    keep_contacts(desk.organization)
    vendor = unlinked(desk, "Papier Nord GmbH", tax_id="DE111111125")

    pushed(desk, vendor)

    index = clients.contacts_of(desk.organization)
    assert index is not None
    (found,) = index.find(tax_id="DE111111125").contacts
    assert found.contact_id == vendor.zoho_contact_id


def test_control_reads_no_index(desk: Desk) -> None:
    keep_contacts(desk.organization)
    vendor = unlinked(desk, tax_id="DE811907980")
    searched = desk.calls("GET /contacts")

    desk.push(desk.approved(vendor=vendor))

    assert desk.calls("GET /contacts") >= searched + 3


def _deactivate(desk: Desk, contact: str) -> None:
    import httpx

    from zohodocs.clients import DatabaseTokens
    from zohodocs.models import Connection

    connection = Connection.objects.get(organization=desk.organization)
    answer = httpx.post(
        f"{desk.zoho.books_url}/contacts/{contact}/inactive",
        params={"organization_id": connection.zoho_organization_id},
        headers={"Authorization": f"Zoho-oauthtoken {DatabaseTokens(connection.pk).get()}"},
    )
    assert answer.status_code == 200
