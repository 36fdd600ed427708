"""The flag `new_cache`: the index saves a call and never an answer; in shadow it only watches."""

from __future__ import annotations

import time
from datetime import date
from threading import Event
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisIsAway

from integrations.resilience import connect
from tests.factories import DocumentFactory
from tests.posting.conftest import Desk, desk, organization, zoho
from zohodocs import clients
from zohodocs.arrivals.receive import receive
from zohodocs.clients import Contacts, keep_contacts
from zohodocs.clients.building import shared_redis
from zohodocs.jobs import doorbell, pipeline, sync
from zohodocs.models import Document, FlagMode, ShadowDifference, ShadowRun, Vendor
from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.pipeline.cached_vendors import FLAG, VendorSearch
from zohodocs.rollout import flags

__all__ = ["desk", "organization", "zoho"]

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
HANSE = "Stadtwerke Hanse GmbH"


def a_document(desk: Desk, mode: FlagMode) -> Document:
    flags.set_flag(name=FLAG, mode=mode, why="test", by="omar")
    answers = flags.answers_for(desk.organization, "unit")
    document: Document = DocumentFactory(organization=desk.organization, flags=answers)
    return document


def a_paper(desk: Desk, content: bytes) -> Document:
    flags.set_flag(name=FLAG, mode=FlagMode.ON, why="test", by="omar")
    arrival = receive(
        organization=desk.organization, content=content, filename="a.pdf", channel="web"
    )
    assert arrival.document is not None
    document: Document = arrival.document
    return document


def ask(search: VendorSearch, name: str) -> bool:
    assert search.ask_zoho is not None
    return search.ask_zoho(name)


def asked(desk: Desk) -> int:
    return desk.calls("GET /contacts") + desk.calls("GET /contacts/{id}")


def update_in_zoho(desk: Desk, name: str, **changes: Any) -> str:
    with clients.books(desk.organization) as books:
        (contact,) = books.find_contacts(name=name)
        books.update_contact(contact.contact_id, changes)
    return contact.contact_id


def test_off_asks_zoho_each_time_and_looks_into_no_index(desk: Desk) -> None:
    keep_contacts(desk.organization)
    search = VendorSearch(a_document(desk, FlagMode.OFF))
    before = asked(desk)

    assert ask(search, HANSE)
    assert ask(search, HANSE)

    assert asked(desk) == before + 2
    assert search.by_tax_id is None
    assert not search.index_is_due


def test_on_knows_a_vendor_by_name_or_number_without_a_call(desk: Desk) -> None:
    keep_contacts(desk.organization)
    Vendor.objects.all().delete()
    search = VendorSearch(a_document(desk, FlagMode.ON))
    before = asked(desk)

    assert ask(search, "stadtwerke hanse")
    assert search.by_tax_id is not None
    search.by_tax_id(["129273398"])

    assert asked(desk) == before
    hanse, lindner = Vendor.objects.order_by("pk")
    assert (hanse.name, hanse.tax_id, lindner.name) == (
        HANSE,
        "DE811907980",
        "Bürobedarf Lindner KG",
    )
    # Zoho did not say so just now, so that the copy is proved before anything is booked on it.
    assert hanse.checked_at is None


def test_a_copy_that_is_right_already_is_left_alone(desk: Desk) -> None:
    keep_contacts(desk.organization)
    before = Vendor.objects.get(name=HANSE).checked_at

    ask(VendorSearch(a_document(desk, FlagMode.ON)), HANSE)

    assert Vendor.objects.get(name=HANSE).checked_at == before


def test_whom_the_index_does_not_know_zoho_is_asked_for(desk: Desk) -> None:
    keep_contacts(desk.organization)
    with clients.books(desk.organization) as books:
        books.create_contact({"contact_name": "Papier Nord GmbH", "contact_type": "vendor"})
    before = asked(desk)

    assert ask(VendorSearch(a_document(desk, FlagMode.ON)), "Papier Nord GmbH")

    assert asked(desk) > before
    assert Vendor.objects.filter(name="Papier Nord GmbH").exists()


@pytest.mark.parametrize("state", ["missing", "stale", "redis away"])
def test_an_index_that_cannot_be_trusted_sends_to_zoho(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    if state != "missing":
        keep_contacts(desk.organization)
    if state == "stale":
        key = f"{{organization:{desk.organization.pk}}}:contacts"
        shared_redis().hset(key, "fresh_at", 1)
    document = a_document(desk, FlagMode.ON)
    if state == "redis away":
        away = connect("unix:///nowhere/redis.sock")
        monkeypatch.setattr("zohodocs.clients.contacts.shared_redis", lambda: away)
    search = VendorSearch(document)
    before = asked(desk)

    assert ask(search, HANSE)

    assert asked(desk) == before + 1
    assert search.index_is_due is (state != "redis away")


@pytest.mark.django_db(transaction=True)
def test_the_job_rings_for_an_index_that_is_due_and_never_waits_for_it(desk: Desk) -> None:
    first, second = (a_paper(desk, content) for content in papers_for_benchmarks(TODAY, 2))
    before = asked(desk)

    pipeline.process(document_id=first.pk)

    assert doorbell.waiting("sync") == 1
    assert asked(desk) == before + 1
    sync.keep_contacts(organization_id=desk.organization.pk)
    walked = asked(desk)

    pipeline.process(document_id=second.pk)

    assert asked(desk) == walked
    for document in (first, second):
        document.refresh_from_db()
        assert document.vendor is not None
        assert document.vendor.name == HANSE


# --- In shadow --------------------------------------------------------------------------------


def test_shadow_takes_the_answer_of_zoho_and_keeps_what_differs(desk: Desk) -> None:
    keep_contacts(desk.organization)
    update_in_zoho(desk, HANSE, custom_fields=[{"api_name": "cf_vat_id", "value": "DE136695976"}])
    search = VendorSearch(a_document(desk, FlagMode.SHADOW))
    before = asked(desk)

    assert ask(search, HANSE)
    assert Vendor.objects.get(name=HANSE).tax_id == "DE136695976"
    assert asked(desk) == before + 1
    assert search.by_tax_id is None

    assert search.compare() > 0
    assert asked(desk) == before + 1
    row = ShadowDifference.objects.get(field="tax_id")
    assert (row.flag, row.control, row.candidate) == (FLAG, "DE136695976", "DE811907980")
    assert row.organization == desk.organization
    assert Vendor.objects.get(name=HANSE).tax_id == "DE136695976"


def test_shadow_sees_a_contact_that_the_index_lacks_and_none_where_they_agree(desk: Desk) -> None:
    keep_contacts(desk.organization)
    document = a_document(desk, FlagMode.SHADOW)
    agreeing = VendorSearch(document)
    ask(agreeing, HANSE)
    assert agreeing.compare() == 0

    with clients.books(desk.organization) as books:
        new = books.create_contact({"contact_name": "Papier Nord GmbH", "contact_type": "vendor"})
    search = VendorSearch(a_document(desk, FlagMode.SHADOW))
    ask(search, "Papier Nord GmbH")
    search.compare()

    row = ShadowDifference.objects.get()
    assert (row.field, row.control, row.candidate) == ("contact", new.contact_id, "")


def test_a_candidate_that_breaks_is_not_noticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RedisIsAway

    search = VendorSearch(a_document(desk, FlagMode.SHADOW))
    assert ask(search, HANSE)
    monkeypatch.setattr(Contacts, "find", broken)

    assert search.compare() == 0
    assert not ShadowDifference.objects.exists()
    assert ShadowRun.objects.get().error == "ConnectionError"


def test_an_index_that_hangs_is_left_after_its_seconds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hanging(*_: object, **__: object) -> None:
        Event().wait(30)

    search = VendorSearch(a_document(desk, FlagMode.SHADOW))
    assert ask(search, HANSE)
    monkeypatch.setattr(Contacts, "find", hanging)
    began = time.monotonic()

    assert search.compare() == 0

    assert time.monotonic() - began < 30  # what hangs
    assert ShadowRun.objects.get().error == "OverTime"


@pytest.mark.django_db(transaction=True)
def test_an_index_that_writes_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def writing(*_: object, **__: object) -> None:
        Vendor.objects.update(name="Stolen")

    search = VendorSearch(a_document(desk, FlagMode.SHADOW))
    assert ask(search, HANSE)
    monkeypatch.setattr(Contacts, "find", writing)

    assert search.compare() == 0

    assert ShadowRun.objects.get().error == "WriteRefused"
    assert not Vendor.objects.filter(name="Stolen").exists()


def test_shadow_without_an_index_is_no_difference(desk: Desk) -> None:
    search = VendorSearch(a_document(desk, FlagMode.SHADOW))
    ask(search, HANSE)

    assert search.compare() == 0
    assert search.index_is_due


def test_a_document_that_is_not_sampled_is_not_compared(desk: Desk) -> None:
    keep_contacts(desk.organization)
    document = a_document(desk, FlagMode.SHADOW)
    document.flags[FLAG]["shadow"] = False
    update_in_zoho(desk, HANSE, custom_fields=[{"api_name": "cf_vat_id", "value": "DE1"}])
    search = VendorSearch(document)
    ask(search, HANSE)

    assert search.compare() == 0
