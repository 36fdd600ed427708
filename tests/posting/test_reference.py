"""Zoho's accounts, taxes, currencies and vendors, copied without forgetting anything."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integrations.zoho_books import Tax as ZohoTax
from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.models import Account, Connection, Tax, Vendor
from zohodocs.posting import reference

pytestmark = pytest.mark.django_db


def test_accounts_and_taxes_are_copied_inactive_ones_too(desk: Desk) -> None:
    assert Account.objects.get(name="Office Supplies").type == "expense"
    assert not Account.objects.get(name="Fax (old)").active
    assert Tax.objects.get(name="USt 19 %").rate == Decimal(19)
    assert Connection.objects.get().reference_refreshed_at is not None


def test_what_is_gone_becomes_inactive_and_stays(desk: Desk) -> None:
    gone = Account.objects.create(
        organization=desk.organization, zoho_account_id="46gone", name="Gone", type="expense"
    )
    tax = Tax.objects.create(
        organization=desk.organization, zoho_tax_id="46gone", name="16 %", rate=16
    )
    vendor = Vendor.objects.create(
        organization=desk.organization, zoho_contact_id="46gone", name="Gone"
    )

    reference.refresh(desk.organization, vendors=True)

    for row in (gone, tax, vendor):
        row.refresh_from_db()
        assert not row.active


def test_a_category_an_admin_set_survives_the_next_copy(desk: Desk) -> None:
    Tax.objects.filter(name="USt 0 %").update(category="G")

    reference.refresh(desk.organization)

    assert Tax.objects.get(name="USt 0 %").category == "G"


@pytest.mark.parametrize(
    ("name", "rate", "category"),
    [
        ("USt 19 %", "19", "S"),
        ("USt 0 %", "0", "Z"),
        ("Steuerfrei", "0", "E"),
        ("Innergemeinschaftlicher Erwerb", "0", "K"),
        ("Reverse Charge § 13b", "0", "AE"),
        ("WNT", "0", "K"),
        ("Zwolniony", "0", "E"),
        ("Odwrotne obciążenie", "0", "AE"),
        ("VAT 23 %", "23", "S"),
    ],
)
def test_a_category_is_only_guessed_from_the_words_of_the_name(
    name: str, rate: str, category: str
) -> None:
    tax = ZohoTax.model_validate({"tax_id": "1", "tax_name": name, "tax_percentage": rate})

    assert reference.guessed_category(tax) == category


def test_vendors_are_copied_with_what_they_are_searched_by(desk: Desk) -> None:
    vendor = Vendor.objects.get(name="Bürobedarf Lindner KG")

    assert vendor.tax_id == "DE129273398"
    assert list(vendor.tax_keys.values_list("key", flat=True)) == ["DE129273398"]
    assert not Vendor.objects.get(name="Altstadt Reinigung").active
    assert not Vendor.objects.filter(name="Müller & Söhne OHG").exists()


def test_currencies_are_asked_for_once(desk: Desk) -> None:
    with clients.books_reader(desk.organization) as reader:
        first = reference.currency_id(desk.organization, "EUR", reader=reader)
        again = reference.currency_id(desk.organization, "USD", reader=reader)
        unknown = reference.currency_id(desk.organization, "XAU", reader=reader)

    assert first
    assert again
    assert unknown == ""
    assert desk.calls("GET /settings/currencies") == 2  # the unknown one was worth a second look


def test_a_currency_zoho_does_not_have_goes_to_a_person(desk: Desk) -> None:
    document = desk.approved(values={"currency": "JPY"})

    desk.push(document)

    assert document.state == "in_review"
    assert desk.posting(document).error_code == "currency_not_in_zoho"
