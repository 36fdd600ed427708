"""The index of contacts: built by one walk, kept true by short ones, built anew when it is lost."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.errors import IntegrationError
from tests.factories import ConnectionFactory, OrganizationFactory, VendorFactory
from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.clients import Contacts, contact_walk, keep_contacts
from zohodocs.clients.building import shared_redis
from zohodocs.jobs import doorbell, sync
from zohodocs.models import Connection, Vendor

pytestmark = pytest.mark.django_db
HANSE = "Stadtwerke Hanse GmbH"


def index_of(desk: Desk) -> Contacts:
    found = clients.contacts_of(desk.organization)
    assert found is not None
    return found


def names(answer: clients.Answer) -> list[str]:
    assert answer.sure
    return sorted(row.name for row in answer.contacts)


def age(desk: Desk, seconds: int) -> None:
    """Let the index be so much older."""
    redis, key = index_redis(desk)
    redis.hincrby(key, "fresh_at", -1000 * seconds)


def index_redis(desk: Desk) -> tuple[Any, str]:
    return shared_redis(), f"{{organization:{desk.organization.pk}}}:contacts"


def test_one_walk_finds_everybody_by_number_name_and_address(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        books.create_contact(
            {
                "contact_name": "Papier Nord GmbH",
                "contact_type": "vendor",
                "contact_persons": [{"email": "Info@Papier.example", "is_primary_contact": True}],
            }
        )

    assert keep_contacts(desk.organization) == "built"

    index = index_of(desk)
    assert names(index.find(tax_id="DE811907980")) == [HANSE]
    assert names(index.find(tax_id="811 907 980")) == [HANSE]
    assert names(index.find(name="STADTWERKE  HANSE")) == [HANSE]
    assert names(index.find(email="info@papier.example")) == ["Papier Nord GmbH"]
    # Customers and inactive ones are in it, as such: they are in the way.
    (customer,) = index.find(name="Müller & Söhne").contacts
    assert not customer.is_vendor
    (inactive,) = index.find(name="Altstadt Reinigung").contacts
    assert not inactive.active
    assert names(index.find(name="Nobody")) == []


def test_a_young_index_costs_no_call_and_an_older_one_a_single_page(desk: Desk) -> None:
    keep_contacts(desk.organization)
    walked = desk.calls("GET /contacts")

    assert keep_contacts(desk.organization) == "fresh"
    assert desk.calls("GET /contacts") == walked

    age(desk, 200)
    assert keep_contacts(desk.organization) == "renewed"
    assert desk.calls("GET /contacts") == walked + 1
    assert index_of(desk).find(name=HANSE).ageing is False


def test_a_renewal_takes_in_what_is_new_renamed_or_switched_off(desk: Desk) -> None:
    keep_contacts(desk.organization)
    with clients.books(desk.organization) as books:
        (hanse,) = books.find_vendors(name=HANSE)
        books.update_contact(hanse.contact_id, {"contact_name": "Hanse Energie GmbH"})
        books.create_contact({"contact_name": "Papier Nord GmbH", "contact_type": "vendor"})
    age(desk, 200)

    assert keep_contacts(desk.organization) == "renewed"

    index = index_of(desk)
    assert names(index.find(name="Hanse Energie")) == ["Hanse Energie GmbH"]
    assert names(index.find(tax_id="DE811907980")) == ["Hanse Energie GmbH"]
    assert names(index.find(name="Papier Nord")) == ["Papier Nord GmbH"]


def test_an_index_too_old_or_lost_is_no_answer_and_is_built_anew(desk: Desk) -> None:
    keep_contacts(desk.organization)
    age(desk, 3600)
    assert not index_of(desk).find(name=HANSE).sure

    keep_contacts(desk.organization)
    assert names(index_of(desk).find(name=HANSE)) == [HANSE]

    redis, key = index_redis(desk)
    redis.delete(*redis.keys("*contacts*rows"))
    assert index_of(desk).find(name=HANSE).outcome == "missing"
    assert keep_contacts(desk.organization) == "built"

    redis.hset(key, "built_at", 1)  # once a day all of it, for what was deleted in Zoho
    assert keep_contacts(desk.organization) == "built"


def test_a_list_in_another_order_than_asked_for_is_walked_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_contacts(desk.organization)
    age(desk, 200)
    with clients.books_reader(desk.organization) as reader:
        rows = list(reader.contacts(vendors_only=False))
        for number, row in enumerate(rows):
            moment = f"2026-01-0{number + 1}T00:00:00+00:00"
            rows[number] = type(row).model_validate(
                row.model_dump() | {"last_modified_time": moment}
            )
        assert contact_walk._changed(_Lists(rows), "2020-01-01T00:00:00+00:00") is None  # type: ignore[arg-type]  # a list
        assert contact_walk._changed(_Lists(rows[::-1]), "2020-01-01T00:00:00+00:00") is not None  # type: ignore[arg-type]  # a list


class _Lists:
    """A Zoho that gives its contacts in an order of its own."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def contacts_newest_change_first(self) -> Any:
        return iter(self._rows)


def test_a_number_that_the_list_leaves_out_is_taken_from_what_was_read_once(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        contact = books.create_contact({"contact_name": "Hof Lenz", "contact_type": "vendor"})
    VendorFactory(
        organization=desk.organization,
        name="Hof Lenz",
        tax_id="DE136695976",
        zoho_contact_id=contact.contact_id,
    )

    keep_contacts(desk.organization)

    found = names(index_of(desk).find(tax_id="DE136695976"))
    assert "Hof Lenz" in found


def test_two_at_once_walk_once(desk: Desk) -> None:
    lease = index_of(desk).index.lease()
    assert lease is not None

    assert keep_contacts(desk.organization) == "busy"
    assert desk.calls("GET /contacts") == calls_of_the_set_up(desk)
    index_of(desk).index.release(lease)
    assert keep_contacts(desk.organization) == "built"


def calls_of_the_set_up(desk: Desk) -> int:
    return desk.calls("GET /contacts") if not index_of(desk).find(name=HANSE).sure else -1


def test_a_walk_that_zoho_breaks_off_leaves_the_index_and_the_right_to_others(desk: Desk) -> None:
    keep_contacts(desk.organization)
    age(desk, 200)
    desk.break_next("GET /contacts", "429")

    with pytest.raises(IntegrationError):
        keep_contacts(desk.organization)

    assert names(index_of(desk).find(name=HANSE)) == [HANSE]
    assert index_of(desk).index.lease() is not None


def test_another_zoho_organisation_or_vat_field_voids_the_index(desk: Desk) -> None:
    keep_contacts(desk.organization)
    Connection.objects.filter(organization=desk.organization).update(vat_field="vat_reg_no")

    assert index_of(desk).find(name=HANSE).outcome == "missing"


def test_one_companys_index_is_not_anothers(desk: Desk) -> None:
    keep_contacts(desk.organization)
    other = OrganizationFactory()
    ConnectionFactory(organization=other, zoho_organization_id="20060000002")
    theirs = clients.contacts_of(other)

    assert theirs is not None
    assert theirs.find(name=HANSE).outcome == "missing"
    redis, _ = index_redis(desk)
    owner = f"organization:{desk.organization.pk}".encode()
    kept = list(redis.keys("*contacts*"))
    assert kept
    assert all(owner in key.split(b":contacts")[0] for key in kept)


def test_a_company_without_zoho_has_no_index(db: None) -> None:
    assert clients.contacts_of(OrganizationFactory()) is None
    assert keep_contacts(OrganizationFactory()) == "away"


@pytest.mark.django_db(transaction=True)
def test_the_bell_hangs_once_and_its_job_builds_the_index(desk: Desk) -> None:
    assert doorbell.ring_for_contacts(desk.organization.pk)
    assert doorbell.ring_for_contacts(desk.organization.pk)
    assert doorbell.waiting("sync") == 1

    sync.keep_contacts(organization_id=desk.organization.pk)

    assert index_of(desk).find(name=HANSE).sure
    assert Vendor.objects.filter(name=HANSE).count() == 1
