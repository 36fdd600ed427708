"""The first day: what stands in Zoho already is copied once, in small turns, behind everybody."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.zoho_books import ZohoBooks
from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.domain.identity import compared_number
from zohodocs.models import (
    Account,
    AuditEvent,
    Connection,
    CopyKind,
    CopyState,
    KnownBill,
    Vendor,
    ZohoCopy,
)
from zohodocs.pipeline.lookups import BooksOfAccount, SeenBefore
from zohodocs.posting import history
from zohodocs.posting.history import Turn

pytestmark = pytest.mark.django_db


def typed_by_hand(
    desk: Desk, *, number: str, account: str = "Office Supplies", days_ago: int = 30, **more: Any
) -> str:
    """A bill that somebody typed into Zoho before we came; its id there."""
    vendor_id = more.pop("vendor_id", desk.vendor.zoho_contact_id)
    row = Account.objects.get(organization=desk.organization, name=account)
    payload = {
        "vendor_id": vendor_id,
        "bill_number": number,
        "date": (timezone.now() - timedelta(days=days_ago)).date().isoformat(),
        "line_items": [{"account_id": row.zoho_account_id, "rate": 100, "quantity": 1}],
        **more,
    }
    with clients.books(desk.organization) as books:
        return books.create_bill(payload).bill_id


def copied(desk: Desk, *, turns: int = 50) -> int:
    """The copy taken to its end; how many turns it took."""
    history.start(desk.organization, by="nora")
    for number in range(1, turns):
        outcome = history.turn(desk.organization)
        assert outcome is not Turn.LATER
        if outcome is Turn.DONE:
            return number
    raise AssertionError("The copy does not end.")


def test_a_bill_typed_by_hand_is_known_to_the_duplicate_check_with_its_account(
    desk: Desk,
) -> None:
    for number in ("RE-1", "RE-2", "RE-3"):
        typed_by_hand(desk, number=number)

    copied(desk)

    seen = SeenBefore(desk.organization, document_id=0).of_number(compared_number("RE-2"))
    assert [(bill.invoice_number, bill.gross_total) for bill in seen] == [("RE-2", Decimal(100))]
    code = str(Account.objects.get(name="Office Supplies").code)
    assert BooksOfAccount(desk.organization).history(str(desk.vendor.code)) == {code: 3}
    copy = ZohoCopy.objects.get(kind=CopyKind.HISTORY)
    assert copy.state == CopyState.DONE
    assert (copy.counts["bills"], copy.counts["accounts"]) == (3, 3)
    assert AuditEvent.objects.filter(verb="history.copied").count() == 1


def test_only_the_latest_three_bills_of_a_vendor_are_read_in_full(desk: Desk) -> None:
    old = "Travel Expense"
    for number in range(4):
        typed_by_hand(desk, number=f"OLD-{number}", account=old, days_ago=200)
    for number in range(3):
        typed_by_hand(desk, number=f"NEW-{number}", days_ago=10)
    before = desk.calls("GET /bills/{id}")

    copied(desk)

    assert desk.calls("GET /bills/{id}") - before == 3
    code = str(Account.objects.get(name="Office Supplies").code)
    assert BooksOfAccount(desk.organization).history(str(desk.vendor.code)) == {code: 3}


def test_what_is_older_than_two_years_or_void_blocks_nothing(desk: Desk) -> None:
    typed_by_hand(desk, number="ANCIENT", days_ago=1000)
    bill_id = typed_by_hand(desk, number="VOID-1")
    connection = Connection.objects.get()
    KnownBill.objects.create(
        organization=desk.organization,
        zoho_bill_id=bill_id,
        vendor=desk.vendor,
        number="VOID-1",
        compared_number=compared_number("VOID-1"),
        status="void",
    )

    seen = SeenBefore(desk.organization, document_id=0)
    assert seen.of_number(compared_number("VOID-1")) == []
    KnownBill.objects.all().delete()
    copied(desk)

    assert seen.of_number("ANCIENT") == []
    assert len(seen.of_number(compared_number("VOID-1"))) == 1
    assert connection.daily_limit == 5000


def test_a_second_copy_doubles_nothing_and_reads_no_bill_again(desk: Desk) -> None:
    typed_by_hand(desk, number="RE-1")
    copied(desk)
    before, vendors = desk.calls("GET /bills/{id}"), Vendor.objects.count()

    copied(desk)

    assert KnownBill.objects.count() == 1
    assert Vendor.objects.count() == vendors
    assert desk.calls("GET /bills/{id}") == before


def test_a_bill_of_ours_is_not_copied_as_somebody_elses(desk: Desk) -> None:
    document = desk.approved()
    desk.push(document)
    assert desk.posting(document).bill_id

    copied(desk)

    assert not KnownBill.objects.exists()


def test_it_goes_on_where_it_stopped_after_a_failure(desk: Desk) -> None:
    typed_by_hand(desk, number="RE-1")
    history.start(desk.organization, by="nora")
    assert history.turn(desk.organization, calls=2) is Turn.MORE
    copy = ZohoCopy.objects.get(kind=CopyKind.HISTORY)
    assert copy.step == "bills"
    desk.break_next("GET /bills", "503", times=3)

    assert history.turn(desk.organization) is Turn.LATER

    copy.refresh_from_db()
    assert copy.step == "bills"
    assert "HTTP 503" in copy.error_message
    assert not KnownBill.objects.exists()
    walks = desk.calls("GET /contacts")
    assert history.turn(desk.organization) is Turn.DONE
    assert KnownBill.objects.count() == 1
    assert desk.calls("GET /contacts") == walks, "the vendors are not walked again"


def test_a_document_that_is_due_goes_first(desk: Desk) -> None:
    history.start(desk.organization, by="nora")
    document = desk.approved()

    assert history.turn(desk.organization) is Turn.LATER
    desk.push(document)

    assert history.turn(desk.organization) is Turn.DONE


def test_without_calls_to_spare_it_waits(desk: Desk) -> None:
    history.start(desk.organization, by="nora")
    Connection.objects.update(daily_limit=5)
    before = sum(desk.zoho.snapshot()["calls"].values())

    assert history.turn(desk.organization) is Turn.LATER

    assert sum(desk.zoho.snapshot()["calls"].values()) == before


def test_two_workers_do_not_take_the_same_turn(desk: Desk) -> None:
    copy = history.start(desk.organization, by="nora")
    now = timezone.now()
    assert copy.claim(until=now + timedelta(minutes=1), now=now) is not None

    assert history.turn(desk.organization) is Turn.LATER


def test_who_asks_anew_takes_it_from_a_worker(desk: Desk) -> None:
    copy = history.start(desk.organization, by="nora")
    now = timezone.now()
    token = copy.claim(until=now + timedelta(minutes=1), now=now)
    assert token is not None

    history.start(desk.organization, by="nora")

    assert not copy.keep(token=token, step="accounts")
    assert ZohoCopy.objects.get(kind=CopyKind.HISTORY).step == "vendors"


def test_numbers_that_the_list_leaves_out_are_read_one_by_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some editions keep the number only in the contact itself."""
    with clients.books(desk.organization) as books:
        assert isinstance(books, ZohoBooks)
        books.create_contact(
            {"contact_name": "Leise AG", "contact_type": "vendor", "vat_reg_no": "DE811907981"}
        )
    Vendor.objects.all().delete()
    Connection.objects.update(vat_field="vat_reg_no")

    copied(desk)

    assert Vendor.objects.get(name="Leise AG").tax_id == "DE811907981"
