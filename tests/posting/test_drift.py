"""Later edits in Zoho become one question each, and cost no call where nothing changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.zoho_books import _walking
from tests.posting.conftest import Desk
from tests.posting.standing import NIGHT, in_zoho, later, posted, search
from zohodocs.clients import CallsLeft
from zohodocs.jobs.books import may_search
from zohodocs.models import DriftWatch, Posting, ReviewItem, ReviewKind
from zohodocs.operations.nightly import last_night
from zohodocs.posting import drift

pytestmark = pytest.mark.django_db


def question(desk: Desk) -> ReviewItem:
    return ReviewItem.objects.get(kind=ReviewKind.DRIFT, state="open")


def test_what_nobody_touched_costs_one_walk_and_no_call_a_bill(desk: Desk) -> None:
    for number in ("A-1001", "A-1002", "A-1003"):
        posted(desk, number=number)
    search(desk)
    lists, reads = desk.calls("GET /bills"), desk.calls("GET /bills/{id}")

    found = search(desk)

    assert found.finished
    assert found.read == 0
    assert desk.calls("GET /bills/{id}") == reads
    assert desk.calls("GET /bills") == lists + 1
    assert not ReviewItem.objects.exists()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"date": "2024-05-20"}, "date 2024-04-18 → 2024-05-20"),
        ({"bill_number": "RE-9"}, "number RE-2024-118 → RE-9"),
        ({"adjustment": 5, "adjustment_description": "x"}, "total 119.00 → 124.00"),
    ],
)
def test_an_edit_is_one_question_in_words(desk: Desk, edit: dict[str, Any], said: str) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", edit)

    first, second = search(desk), search(desk)

    assert (first.read, first.drifted) == (1, 1)
    assert second.read == 0
    item = question(desk)
    assert item.document_id == document.pk
    assert said in item.message
    document.refresh_from_db()
    assert document.state == "posted"


def test_another_vendor_is_named(desk: Desk) -> None:
    posting = desk.posting(posted(desk))
    later(posting)
    other = next(
        contact
        for contact in desk.zoho.snapshot()["contacts"]
        if contact["contact_type"] == "vendor"
        and contact["contact_id"] != desk.vendor.zoho_contact_id
        and contact["organization_id"] == desk.zoho.organization_ids[0]
        and contact["status"] == "active"
    )
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"vendor_id": other["contact_id"]})

    search(desk)

    assert f"vendor {desk.vendor.name} → {other['contact_name']}" in question(desk).message


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("POST", "/status/void", "it was made void"),
        ("DELETE", "/attachment", "its file was removed"),
        ("DELETE", "", "it was deleted"),
    ],
)
def test_void_deleted_or_without_its_file(desk: Desk, method: str, path: str, said: str) -> None:
    posting = desk.posting(posted(desk))
    later(posting)
    in_zoho(desk, method, f"/bills/{posting.bill_id}{path}")

    search(desk, now=timezone.now() + NIGHT)

    assert said in question(desk).message


def test_what_is_deleted_is_asked_about_once(desk: Desk) -> None:
    posting = desk.posting(posted(desk))
    in_zoho(desk, "DELETE", f"/bills/{posting.bill_id}")
    search(desk, now=timezone.now() + NIGHT)
    assert question(desk).message
    ReviewItem.objects.update(state="cancelled")

    again = search(desk, now=timezone.now() + timedelta(days=9))

    assert again.read == 0
    assert not ReviewItem.objects.filter(state="open").exists()


def test_a_payment_is_no_drift(desk: Desk) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    credit = desk.posting(posted(desk, document_type="credit_note", number="GS-1"))
    path = f"/bills/{posting.bill_id}/credits"
    applied = [{"vendor_credit_id": credit.bill_id, "amount_applied": 119}]
    in_zoho(desk, "POST", path, {"apply_vendor_credits": applied})

    found = search(desk)

    assert found.drifted == 0
    assert desk.posting(document).stands["status"] == "paid"


def test_what_was_taken_back_in_zoho_is_no_question_any_more(desk: Desk) -> None:
    posting = desk.posting(posted(desk))
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})
    search(desk)
    assert question(desk).message
    later(desk.posting(posting.document))
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-04-18"})

    search(desk)

    assert ReviewItem.objects.get().state == "cancelled"


def test_bills_of_others_are_never_read(desk: Desk) -> None:
    document = posted(desk)
    search(desk)
    reads = desk.calls("GET /bills/{id}")
    in_zoho(
        desk,
        "POST",
        "/bills",
        {
            "vendor_id": desk.vendor.zoho_contact_id,
            "bill_number": "by hand",
            "line_items": [{"account_id": _account(desk, document), "rate": 5}],
        },
    )

    assert search(desk).read == 0
    assert desk.calls("GET /bills/{id}") == reads


def test_a_posting_from_before_is_compared_with_its_paper(desk: Desk) -> None:
    posting = desk.posting(posted(desk))
    Posting.objects.update(agreed={}, stands={})
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})

    search(desk)

    assert "date 2024-04-18 → 2024-05-20" in question(desk).message


def test_short_calls_stop_the_search_and_it_goes_on_where_it_stood(desk: Desk) -> None:
    for number in ("A-1001", "A-1002", "A-1003"):
        posting = desk.posting(posted(desk, number=number))
        later(posting)
        in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})

    none = search(desk, enough=lambda: False)
    some = search(desk, most_reads=2)
    rest = search(desk)

    assert (none.read, none.deferred) == (0, "short_of_calls")
    assert (some.read, some.deferred, some.finished) == (2, "more", False)
    assert (rest.read, rest.finished) == (1, True)
    assert ReviewItem.objects.filter(kind=ReviewKind.DRIFT).count() == 3


def test_it_never_searches_when_the_days_calls_are_short() -> None:
    def left(**changes: Any) -> CallsLeft:
        full: dict[str, Any] = {"minute": 90, "day": 5000, "in_flight": 8, "paused_seconds": 0.0}
        return CallsLeft(**(full | changes))

    assert may_search(left(), per_day=5000, waiting=0)
    assert not may_search(left(day=1400), per_day=5000, waiting=0)
    assert not may_search(left(day=2000), per_day=5000, waiting=200)
    assert not may_search(left(minute=30), per_day=5000, waiting=0)
    assert not may_search(left(paused_seconds=3.0), per_day=5000, waiting=0)


def test_zoho_away_ends_the_turn_and_loses_nothing(desk: Desk) -> None:
    posting = desk.posting(posted(desk))
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})
    desk.break_next("GET /bills", "503", times=3)

    away = search(desk)
    back = search(desk)

    assert (away.finished, away.deferred) == (False, "unavailable")
    assert back.drifted == 1


def test_two_searches_at_once_are_one(desk: Desk) -> None:
    posted(desk)
    now = timezone.now() + NIGHT
    watch, _ = DriftWatch.objects.get_or_create(organization=desk.organization)
    assert watch.claim(now=now, lease=timedelta(minutes=1))

    assert search(desk, now=now).deferred == "busy"


def test_it_is_due_once_a_night_by_the_organisations_clock(desk: Desk) -> None:
    now = timezone.now()
    document = posted(desk)
    assert not drift.due(now - timedelta(hours=1), desk.organization)

    Posting.objects.filter(document=document).update(confirmed_at=now - timedelta(hours=2))
    assert drift.due(now - timedelta(hours=1), desk.organization)
    search(desk, now=now)
    assert not drift.due(now - timedelta(hours=1), desk.organization)
    assert drift.due(now + timedelta(hours=1), desk.organization)


@pytest.mark.parametrize(
    ("hour", "night"), [(1, datetime(2026, 7, 1, 0, 0)), (9, datetime(2026, 7, 2, 0, 0))]
)
def test_the_night_begins_at_two_where_the_company_is(hour: int, night: datetime) -> None:
    # 02:00 in Berlin in summer is midnight UTC.
    now = datetime(2026, 7, 2, hour, 0, tzinfo=UTC) - timedelta(hours=2)

    assert last_night(now, "Europe/Berlin").astimezone(UTC) == night.replace(tzinfo=UTC)


def _account(desk: Desk, document: Any) -> str:
    return str(document.account.zoho_account_id)


def test_a_long_walk_goes_on_with_the_page_where_it_stopped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_walking, "PER_PAGE", 1)
    for number in ("A-1001", "A-1002", "A-1003"):
        posted(desk, number=number)
    deleted = desk.posting(posted(desk, number="A-1004"))
    in_zoho(desk, "DELETE", f"/bills/{deleted.bill_id}")
    others = len(desk.zoho.snapshot()["bills"]) - 3
    before, night = desk.calls("GET /bills"), timezone.now() + NIGHT
    monkeypatch.setattr(drift, "_MOST_PAGES", 2)

    found = search(desk, now=night)
    assert (found.finished, found.deferred) == (False, "more")
    turns = 1
    while not found.finished:
        found, turns = search(desk, now=night + timedelta(minutes=turns)), turns + 1
        assert turns < 40

    assert turns > 1
    assert desk.calls("GET /bills") - before <= 3 + others + 1
    assert "it was deleted" in question(desk).message
    watch = DriftWatch.objects.get()
    assert (watch.changed_until, watch.place) == (night, {})


def test_after_a_turn_that_found_no_calls_nobody_rings_for_a_while(desk: Desk) -> None:
    posted(desk)
    now = timezone.now()
    night = now + timedelta(minutes=1)

    search(desk, now=now, enough=lambda: False)

    assert drift.due(night, desk.organization)
    assert not drift.due(night, desk.organization, now=now + timedelta(minutes=1))
    assert drift.due(night, desk.organization, now=now + timedelta(minutes=11))
