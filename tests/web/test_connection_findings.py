"""/connection/: what it finds in Zoho without writing there, and what it copies from there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integrations.zoho_books.sandbox import Sandbox
from tests.factories import (
    DocumentFactory,
    OrganizationFactory,
)
from tests.page import HTMX, part
from tests.web.connecting import acme, address, client_form, connected, nora, zoho
from zohodocs import clients
from zohodocs.jobs import sync
from zohodocs.models import (
    Account,
    Connection,
    DriftWatch,
    KnownBill,
    Organization,
    Posting,
    Vendor,
)

pytestmark = pytest.mark.django_db


__all__ = ["acme", "nora", "zoho"]  # fixtures


# --- what is found there ------------------------------------------------------------------------


def test_every_permission_is_tried_and_writing_is_not(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)
    zoho.add_faults([{"match": "GET /vendorcredits", "fault": "expired_token", "times": 0}])

    client.post(address("look"))

    reads = {row["scope"]: row["problem"] for row in Connection.objects.get().seen["reads"]}
    assert "add the permission" in reads["ZohoBooks.debitnotes.READ"]
    assert not reads["ZohoBooks.bills.READ"]
    page = client.get(address()).text
    assert "not proven" in page
    written = {
        name: number
        for name, number in zoho.snapshot()["calls"].items()
        if not name.startswith("GET") and "oauth" not in name
    }
    assert written == {}


def test_the_vat_field_is_found_on_a_real_vendor(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)

    page = part(client.get(address()))

    row = page.one("#fields-title ~ .list tbody tr").text
    assert "cf_vat_id" in row
    assert "VAT ID" in row
    assert "DE811907980" in row
    assert "looks like VAT numbers" in row
    assert page.one("#id_vat_field").get("value") == "cf_vat_id"


def test_our_field_is_looked_for_on_bills_and_told_how_to_make(
    nora: User, acme: Organization, zoho: Sandbox
) -> None:
    client = connected(nora, zoho)
    client.post(address("fields"), {"document_field": "cf_document_id", "daily_limit": 5000})
    assert "no bill yet" in client.get(address()).text
    sync.refresh_reference(organization_id=acme.pk)
    sync.copy_history(organization_id=acme.pk)
    for number, marked in (("RE-1", False), ("RE-2", True)):
        with clients.books(acme) as books:
            account = Account.objects.get(organization=acme, name="Postage").zoho_account_id
            mark = [{"api_name": "cf_document_id", "value": "x"}] if marked else []
            books.create_bill(
                {
                    "vendor_id": Vendor.objects.get(name="Bürobedarf Lindner KG").zoho_contact_id,
                    "bill_number": number,
                    "line_items": [{"account_id": account, "rate": 1}],
                    "custom_fields": mark,
                }
            )
        assert client.post(address("look")).status_code == 303
        page = client.get(address()).text
        assert ("Bills have cf_document_id" in page) is marked
        assert ("do not show cf_document_id" in page) is not marked
        assert "Field Customization" in page


def test_a_look_costs_few_calls_and_a_named_vendor_is_looked_at(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)
    before = sum(zoho.snapshot()["calls"].values())

    client.post(address("look"), {"vendor": "Bürobedarf Lindner KG"})

    assert sum(zoho.snapshot()["calls"].values()) - before <= 9
    seen = Connection.objects.get().seen
    assert seen["contacts"] == ["Bürobedarf Lindner KG"]
    assert seen["vat_fields"][0]["samples"] == ["DE129273398"]


def test_an_organization_that_another_company_uses_is_refused(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)
    other = OrganizationFactory()
    Connection.objects.create(
        organization=other,
        books_url=zoho.books_url,
        zoho_organization_id=zoho.organization_ids[1],
    )

    answer = client.post(address("choose"), {"organization": zoho.organization_ids[1]})

    assert answer.status_code == 422
    assert "Another company posts" in answer.text


def test_an_organization_that_was_not_listed_is_refused(nora: User, zoho: Sandbox) -> None:
    assert connected(nora, zoho).post(address("choose"), {"organization": "1"}).status_code == 422


def test_the_books_stay_the_same_while_a_document_is_under_way(
    nora: User, acme: Organization, zoho: Sandbox
) -> None:
    client = connected(nora, zoho)
    document = DocumentFactory(organization=acme, approved=True)
    Posting.objects.create(organization=acme, document=document, kind="bill", state="sending")

    answer = client.post(address("choose"), {"organization": zoho.organization_ids[1]})

    assert answer.status_code == 422
    assert "on their way" in answer.text
    assert Connection.objects.get().zoho_organization_id == zoho.organization_ids[0]


@pytest.mark.parametrize("step", ["choose", "client"])
def test_the_books_stay_the_same_once_something_was_posted(
    nora: User, acme: Organization, zoho: Sandbox, step: str
) -> None:
    client = connected(nora, zoho)
    document = DocumentFactory(organization=acme, approved=True)
    here = f"{zoho.books_url}/bills/{zoho.organization_ids[0]}/77"
    Posting.objects.create(
        organization=acme,
        document=document,
        kind="bill",
        state="confirmed",
        bill_id="77",
        bill_url=here,
    )

    if step == "choose":
        answer = client.post(address("choose"), {"organization": zoho.organization_ids[1]})
    else:
        elsewhere = "http://127.0.0.1:9/books/v3"
        answer = client.post(address("client"), client_form(zoho, books_url=elsewhere))

    assert answer.status_code == 422
    assert "another Zoho organization" in answer.text
    assert Connection.objects.get().zoho_organization_id == zoho.organization_ids[0]
    # Where the choice was lost, only the one that it was posted into can be chosen.
    Connection.objects.update(zoho_organization_id="")
    other = client.post(address("choose"), {"organization": zoho.organization_ids[1]})
    same = client.post(address("choose"), {"organization": zoho.organization_ids[0]})
    assert (other.status_code, same.status_code) == (422, 303)


@pytest.mark.parametrize("step", ["choose", "choose after nothing", "client"])
def test_nothing_of_other_books_is_taken_along(
    nora: User, acme: Organization, zoho: Sandbox, step: str
) -> None:
    client = connected(nora, zoho)
    vendor = Vendor.objects.create(
        organization=acme, name="Lindner", zoho_contact_id="foreign", checked_at=timezone.now()
    )
    KnownBill.objects.create(organization=acme, vendor=vendor, zoho_bill_id="1", number="RE-1")
    DriftWatch.objects.create(organization=acme)
    posting = Posting.objects.create(
        organization=acme,
        document=DocumentFactory(organization=acme, approved=True),
        kind="bill",
        payload={"vendor_id": "foreign"},
        zoho_vendor_id="foreign",
    )

    if step == "client":
        elsewhere = "http://127.0.0.1:9/books/v3"
        answer = client.post(address("client"), client_form(zoho, books_url=elsewhere))
    else:
        if step != "choose":
            Connection.objects.update(zoho_organization_id="")
        answer = client.post(address("choose"), {"organization": zoho.organization_ids[1]})

    assert answer.status_code == 303
    assert not KnownBill.objects.exists()
    assert not DriftWatch.objects.exists()
    vendor.refresh_from_db()
    posting.refresh_from_db()
    assert (vendor.zoho_contact_id, vendor.checked_at) == ("", None)
    assert (posting.payload, posting.zoho_vendor_id) == ({}, "")


def test_another_plan_proposes_its_own_calls_a_day(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)

    client.post(address("choose"), {"organization": zoho.organization_ids[1]})

    assert Connection.objects.get().daily_limit == 10_000
    assert "kept in PLN, this company in EUR" in client.get(address()).text


# --- copying ------------------------------------------------------------------------------------


def test_refresh_now_is_asked_for_shown_and_done(
    nora: User, acme: Organization, zoho: Sandbox
) -> None:
    client = connected(nora, zoho)
    client.post(address("fields"), {"vat_field": "cf_vat_id", "daily_limit": 5000})
    sync.refresh_reference(organization_id=acme.pk)
    sync.copy_history(organization_id=acme.pk)
    Account.objects.filter(name="Postage").update(name="Stamps")

    assert client.post(address("refresh")).status_code == 303
    waiting = part(client.get(address(), headers=HTMX))
    assert waiting.ids == ["copies"]
    assert waiting.one("#copies").get("hx-trigger") == "every 3s"
    assert "Waits for a worker" in waiting.text
    sync.refresh_reference(organization_id=acme.pk)

    done = part(client.get(address(), headers=HTMX))
    assert "accounts: 39" in done.text
    assert not done.one("#copies").has("hx-trigger"), "nothing moves: nothing is asked"
    assert Account.objects.filter(name="Postage").exists()


def test_a_zoho_that_answers_slowly_does_not_hold_the_page(
    nora: User, zoho: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connected(nora, zoho)
    before = zoho.snapshot()["calls"].get("GET /organizations", 0)
    monkeypatch.setattr("zohodocs.clients.looking._LONGEST_SECONDS", 0.0)

    answer = client.post(address("look"))

    assert answer.status_code == 422
    assert "answers too slowly" in answer.text
    assert zoho.snapshot()["calls"].get("GET /organizations", 0) == before
