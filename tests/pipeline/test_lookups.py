"""What the stages are told from the database."""

from __future__ import annotations

import pytest

from tests.factories import OrganizationFactory, VendorFactory
from zohodocs.models import Vendor, VendorAlias
from zohodocs.pipeline.known_vendors import KnownVendors

pytestmark = pytest.mark.django_db


def test_the_vendor_of_the_very_name_is_found_among_many_alike() -> None:
    organization = OrganizationFactory()
    for number in range(60):
        VendorFactory(organization=organization, name=f"Hotel Sunny Beach {number}")
    wanted = VendorFactory(organization=organization, name="Sunny Beach")

    found = KnownVendors(organization, None).similar("SUNNY BEACH Ltd")

    assert wanted.name in [vendor.name for vendor in found]


def test_the_alias_of_the_very_name_is_found_among_many_alike() -> None:
    organization = OrganizationFactory()
    for number in range(60):
        other = VendorFactory(organization=organization, name=f"Vendor {number}")
        VendorAlias.objects.create(
            organization=organization, vendor=other, name=f"Hotel Sunny Beach {number}"
        )
    wanted = VendorFactory(organization=organization, name="Something Else")
    VendorAlias.objects.create(organization=organization, vendor=wanted, name="Sunny Beach")

    found = KnownVendors(organization, None).similar("Sunny Beach")

    assert wanted.name in [vendor.name for vendor in found]


def test_names_that_share_more_words_come_before_those_that_share_fewer() -> None:
    organization = OrganizationFactory()
    for number in range(60):
        VendorFactory(organization=organization, name=f"Hotel {number}")
    near = VendorFactory(organization=organization, name="Hotel Sunny Beech")

    found = KnownVendors(organization, None).similar("Hotel Sunny Beach")

    assert near.name in [vendor.name for vendor in found]


def test_what_the_index_just_changed_is_read_again() -> None:
    vendor = VendorFactory(name="Sunny Beach", tax_id="DE811907980")

    def renumbered(_keys: object) -> bool:
        copy = Vendor.objects.get(pk=vendor.pk)
        copy.tax_id = "DE129273398"
        copy.save()
        return True

    known = KnownVendors(vendor.organization, None, renumbered)
    assert [each.tax_id for each in known.similar("Sunny Beach")] == ["DE811907980"]

    assert [each.tax_id for each in known.by_tax_id(["DE129273398"])] == ["DE129273398"]


def test_a_vendor_of_another_company_is_never_among_them() -> None:
    VendorFactory(name="Sunny Beach")

    assert KnownVendors(OrganizationFactory(), None).similar("Sunny Beach") == []
