"""A Zoho whose lists leave out custom fields: vendors are still known by their VAT numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.zoho_books import Contact, ZohoBooksReader
from tests.factories import OrganizationFactory, VendorFactory
from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.models import Connection, ReviewItem, Vendor, mirror_contact
from zohodocs.pipeline import zoho_vendors
from zohodocs.posting import reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of contacts without custom fields."""
    walk = ZohoBooksReader._contacts

    def rows(self: ZohoBooksReader, *args: Any, **options: Any) -> Iterator[Contact]:
        for row in walk(self, *args, **options):
            content = {
                k: v for k, v in row.model_dump(mode="json").items() if not k.startswith("c")
            }
            kept = {"contact_id", "contact_name", "company_name", "contact_type", "currency_code"}
            content |= {name: getattr(row, name) for name in kept}
            yield Contact.model_validate(content)

    monkeypatch.setattr(ZohoBooksReader, "_contacts", rows)


def test_a_vendor_of_the_same_name_is_linked_by_the_number_of_its_full_record(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        contact = books.create_contact(
            {
                "contact_name": "Papier Nord GmbH",
                "contact_type": "vendor",
                "custom_fields": [{"api_name": "cf_vat_id", "value": "DE111111125"}],
            }
        )
    vendor = VendorFactory(
        organization=desk.organization, name="Papier Nord GmbH", country="DE", tax_id="DE111111125"
    )
    document = desk.approved(vendor=vendor)

    desk.push(document)

    vendor.refresh_from_db()
    assert document.state == "posted"
    assert vendor.zoho_contact_id == contact.contact_id


def test_the_copy_of_a_vendor_gets_its_number_from_its_full_record(desk: Desk) -> None:
    Vendor.objects.filter(organization=desk.organization).delete()

    with clients.books_reader(desk.organization) as reader:
        reference.import_vendors(desk.organization, reader=reader)
        before = desk.calls("GET /contacts/{id}")
        reference.import_vendors(desk.organization, reader=reader)

    assert Vendor.objects.get(name="Stadtwerke Hanse GmbH").tax_id == "DE811907980"
    assert before > 0
    assert desk.calls("GET /contacts/{id}") == before, "known vendors are not read again"


def test_a_vendor_asked_for_while_reading_comes_with_its_number(desk: Desk) -> None:
    Vendor.objects.filter(organization=desk.organization).delete()
    ask = zoho_vendors.asker(desk.organization, zoho_vendors.connection_of(desk.organization))

    assert ask is not None
    assert ask("Stadtwerke Hanse GmbH")
    assert Vendor.objects.get(name="Stadtwerke Hanse GmbH").tax_id == "DE811907980"


def test_a_vendor_that_came_into_zoho_under_another_name_is_not_made_a_second_time(
    desk: Desk,
) -> None:
    with clients.books(desk.organization) as books:
        contact = books.create_contact(
            {
                "contact_name": "Nordpapier Holding",
                "contact_type": "vendor",
                "custom_fields": [{"api_name": "cf_vat_id", "value": "DE 111111125"}],
            }
        )
    vendor = VendorFactory(
        organization=desk.organization, name="Papier Nord GmbH", country="DE", tax_id="DE111111125"
    )

    desk.push(desk.approved(vendor=vendor))

    vendor.refresh_from_db()
    assert vendor.zoho_contact_id == contact.contact_id
    assert desk.calls("POST /contacts") == 1


def test_a_taken_name_whose_owner_is_not_shown_is_for_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This Zoho does not know the filter by name: it shows other contacts, all with their numbers.
    others = [Contact.model_validate({"contact_id": "9", "contact_name": "X", "cf_vat_id": "DE1"})]
    monkeypatch.setattr(ZohoBooksReader, "find_contacts", lambda *_, **__: others)
    with clients.books(desk.organization) as books:
        books.create_contact({"contact_name": "Papier Nord GmbH", "contact_type": "customer"})
    vendor = VendorFactory(
        organization=desk.organization, name="Papier Nord GmbH", country="DE", tax_id="DE111111125"
    )
    document = desk.approved(vendor=vendor)

    desk.push(document)

    assert ReviewItem.objects.get(document=document).reason == "vendor_name_taken"


def test_a_new_vendor_is_kept_in_the_currency_of_its_first_bill(desk: Desk) -> None:
    vendor = VendorFactory(organization=desk.organization, name="Papel Sul Lda", country="PT")
    desk.push(desk.approved(vendor=vendor))

    (contact,) = [
        row for row in desk.zoho.snapshot()["contacts"] if row["contact_name"] == "Papel Sul Lda"
    ]
    with clients.books_reader(desk.organization) as reader:
        assert contact["currency_id"] == reference.currency_id(
            desk.organization, "EUR", reader=reader
        )


def test_where_no_field_is_named_the_editions_own_number_counts(desk: Desk) -> None:
    Connection.objects.update(vat_field="")
    contact = Contact.model_validate({"contact_id": 7, "vat_reg_no": " GB999999973 "})

    assert clients.contact_tax_id(contact, "") == "GB999999973"
    assert clients.contact_tax_id(contact, "cf_vat_id") == ""


def test_the_contact_made_for_a_vendor_is_not_mirrored_as_a_second_one() -> None:
    organization = OrganizationFactory()
    vendor = VendorFactory(organization=organization, name="Kiosk Ost")

    mirrored = mirror_contact(organization, zoho_contact_id="77", name="KIOSK OST")

    assert mirrored.pk == vendor.pk
    assert Vendor.objects.count() == 1


def test_two_workers_mirror_one_contact_once(monkeypatch: pytest.MonkeyPatch) -> None:
    organization = OrganizationFactory()
    saved = Vendor.save
    raced: list[int] = []

    def slow(self: Vendor, *args: Any, **options: Any) -> None:
        if not raced:
            raced.append(1)
            VendorFactory(organization=organization, name="Kiosk Ost", zoho_contact_id="77")
        saved(self, *args, **options)

    monkeypatch.setattr(Vendor, "save", slow)

    mirrored = mirror_contact(organization, zoho_contact_id="77", name="Kiosk Ost")

    assert Vendor.objects.get().pk == mirrored.pk
