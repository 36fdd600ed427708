"""Whatever Zoho or the network does: never two bills, never a lost one, never a false success."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.errors import Unavailable
from integrations.zoho_books import Bill, ZohoBooks
from tests.posting.conftest import Desk
from tests.posting.waiting import until_done
from tests.waiting import until
from zohodocs import clients
from zohodocs.models import Account, Connection, ReviewItem, Tax
from zohodocs.posting.push import due

pytestmark = pytest.mark.django_db


@pytest.fixture
def impatient(desk: Desk) -> Iterator[ZohoBooks]:
    """A client that waits half a second."""
    with clients.books(desk.organization) as books:
        yield books.within(0.5)


@pytest.mark.parametrize(
    "fault",
    [
        "commit_then_reset",
        "500_after_commit",
        "half_json",
        "html_200",
        "empty_200",
        "no_id",
        "502_before",
        "500_before",
        "reset_before",
    ],
)
def test_a_broken_answer_leaves_exactly_one_bill(desk: Desk, fault: str) -> None:
    desk.break_next("PUT /bills", fault)
    document = desk.approved()

    done = until_done(desk, document)

    assert done == "confirmed"
    (bill,) = desk.bills()
    assert len(bill["files"]) == 1
    assert document.state == "posted"


def test_a_timeout_after_the_commit_is_found_at_the_first_look(
    desk: Desk, impatient: ZohoBooks
) -> None:
    desk.break_next("PUT /bills", "commit_then_hang", seconds=3)
    document = desk.approved()

    outcome = desk.push(document, books=impatient)

    assert outcome.done == "confirmed"
    assert len(desk.bills()) == 1
    assert desk.posting(document).attempts == 1


def test_not_found_does_not_count_before_the_grace_is_over(
    desk: Desk, impatient: ZohoBooks
) -> None:
    desk.break_next("PUT /bills", "hang_before", seconds=1)
    document = desk.approved()

    first = desk.push(document, books=impatient)
    second = desk.push(document, books=impatient)

    assert first.done == "unknown"
    assert first.not_before is not None
    assert second.done == "waiting"
    assert desk.calls("PUT /bills") + desk.calls("POST /bills") == 1


def test_a_bill_that_commits_after_the_first_look_is_not_sent_again(
    desk: Desk, impatient: ZohoBooks
) -> None:
    # 20b: the caller gave up, the first look finds nothing, then the bill appears.
    desk.break_next("PUT /bills", "late_commit", seconds=1.2)
    document = desk.approved()

    first = desk.push(document, books=impatient)
    assert first.done == "unknown"
    assert desk.bills() == []
    until(lambda: len(desk.bills()) == 1)
    done = until_done(desk, document)

    assert done == "confirmed"
    assert len(desk.bills()) == 1
    assert desk.posting(document).attempts == 1


def test_a_bill_that_commits_after_the_grace_is_refused_or_merged(
    desk: Desk, impatient: ZohoBooks
) -> None:
    # The late twin comes after our second sending: Zoho's unique field keeps it out.
    desk.break_next("PUT /bills", "late_commit", seconds=2.5)
    document = desk.approved()

    first = desk.push(document, books=impatient)
    assert first.done == "unknown"
    done = until_done(desk, document)
    assert done == "confirmed"
    assert desk.posting(document).attempts == 2
    until(lambda: desk.calls("PUT /bills") == 1)

    assert len(desk.bills()) == 1


def test_without_a_unique_field_the_number_keeps_the_twin_out(desk: Desk) -> None:
    Connection.objects.update(document_field="")
    desk.break_next("POST /bills", "commit_then_reset")
    document = desk.approved()

    done = until_done(desk, document)

    assert done == "confirmed"
    assert len(desk.zoho.snapshot()["bills"]) == 1
    assert desk.zoho.snapshot()["doubles"] == []


@pytest.mark.parametrize("zoho", [{"unique_document_field": False}], indirect=True)
def test_a_unique_field_switched_off_in_zoho_is_held_for_a_person(desk: Desk) -> None:
    document = desk.approved()

    until_done(desk, document)

    assert document.state == "in_review"
    assert len(desk.bills()) == 0


def test_a_refused_look_does_not_settle_an_unknown_outcome(desk: Desk) -> None:
    desk.break_next("PUT /bills", "commit_then_reset")
    desk.break_next("GET /bills", "code_200", nth=2, times=2)  # the first one is the plan's
    document = desk.approved()

    first = desk.push(document)
    assert first.done == "unknown"
    assert document.state == "posting"

    assert until_done(desk, document) == "confirmed"
    assert len(desk.bills()) == 1


def test_a_look_that_is_always_refused_ends_with_a_person_who_is_told_so(desk: Desk) -> None:
    desk.break_next("PUT /bills", "commit_then_reset")
    desk.break_next("GET /bills", "code_200", nth=2, times=0)
    document = desk.approved()

    done = until_done(desk, document, turns=12)

    assert done == "rejected"
    item = ReviewItem.objects.get(document=document)
    assert item.reason == "unknown_outcome"
    assert desk.posting(document).payload["reference_number"] in item.message


def test_a_page_of_a_proxy_does_not_say_that_the_bill_is_gone(desk: Desk) -> None:
    document = desk.approved()
    desk.break_next("GET /bills/{id}", "404_page", times=3)

    until_done(desk, document)

    assert document.state == "posted"
    assert not ReviewItem.objects.filter(document=document).exists()


def test_a_number_zoho_calls_taken_but_never_shows_is_sent_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.break_next("PUT /bills", "refused", times=0, code=13011)
    looks: list[int] = []

    def away_then_empty(_: ZohoBooks, **__: Any) -> list[Bill]:
        looks.append(1)
        if len(looks) == 1:
            raise Unavailable("away")
        return []

    monkeypatch.setattr(ZohoBooks, "find_bills", away_then_empty)
    document = desk.approved()

    assert until_done(desk, document) == "rejected"
    assert ReviewItem.objects.get(document=document).reason == "number_taken_in_zoho"
    assert desk.calls("PUT /bills") + desk.calls("POST /bills") == 1


def test_a_candidate_deleted_while_we_look_is_passed_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.break_next("PUT /bills", "commit_then_reset")
    document = desk.approved()
    found = ZohoBooks.find_bills

    def with_a_ghost(books: ZohoBooks, **query: Any) -> list[Bill]:
        ghost = Bill.model_validate({"bill_id": "46999", "vendor_id": "1", "bill_number": "x"})
        return [ghost, *found(books, **query)]

    monkeypatch.setattr(ZohoBooks, "find_bills", with_a_ghost)

    assert until_done(desk, document) == "confirmed"
    assert len(desk.bills()) == 1


def test_an_expense_of_unknown_outcome_without_a_guard_is_held_for_a_person(desk: Desk) -> None:
    Connection.objects.update(document_field="")
    desk.break_next("POST /expenses", "500_before")
    document = desk.approved(
        document_type="receipt", number="4711", values={"payment_terms": "cash"}
    )

    done = until_done(desk, document)

    assert done == "rejected"
    assert ReviewItem.objects.get(document=document).reason == "unknown_outcome"


def test_a_vendor_credit_of_unknown_outcome_is_not_sent_again_by_the_machine(desk: Desk) -> None:
    # Zoho refuses no second one: should the first one arrive after all, there would be two.
    desk.break_next("POST /vendorcredits", "500_before")
    document = desk.approved(document_type="credit_note")

    done = until_done(desk, document)

    assert done == "rejected"
    assert ReviewItem.objects.get(document=document).reason == "unknown_outcome"
    assert desk.calls("POST /vendorcredits") == 1


def test_a_vendor_credit_that_arrived_is_found_and_not_asked_about(desk: Desk) -> None:
    desk.break_next("POST /vendorcredits", "commit_then_reset")
    document = desk.approved(document_type="credit_note")

    until_done(desk, document)

    assert document.state == "posted"
    assert desk.calls("POST /vendorcredits") == 1


def test_a_bill_that_zoho_always_fails_on_ends_with_a_person(desk: Desk) -> None:
    desk.break_next("PUT /bills", "500_before", times=0)
    desk.break_next("POST /bills", "500_before", times=0)
    document = desk.approved()

    done = until_done(desk, document, turns=40)

    assert done == "rejected"
    assert ReviewItem.objects.get(document=document).reason == "zoho_always_fails"
    assert desk.calls("PUT /bills") + desk.calls("POST /bills") == 5


def test_a_bill_typed_in_by_hand_is_adopted_if_it_says_the_same(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        own = books.create_bill(_by_hand(desk))
    document = desk.approved()

    done = until_done(desk, document)

    assert done == "confirmed"
    (bill,) = desk.bills()
    assert bill["bill_id"] == own.bill_id
    assert [file["name"] for file in bill["files"]] == [f"{document.code}.pdf"]


def test_another_bill_with_the_number_goes_to_a_person(desk: Desk) -> None:
    with clients.books(desk.organization) as books:
        books.create_bill(_by_hand(desk, rate=500))
    document = desk.approved()

    until_done(desk, document)

    assert document.state == "in_review"
    item = ReviewItem.objects.get(document=document)
    assert item.reason == "already_in_zoho"
    assert "595" in item.message
    assert len(desk.bills()) == 1


def test_a_bill_of_another_document_of_ours_is_never_adopted(desk: Desk) -> None:
    Connection.objects.update(document_field="")
    first = desk.approved()
    desk.push(first)
    # Accepted as different by a person, yet Zoho knows only one bill of that number.
    second = desk.approved(
        content=b"%PDF-1.4 scanned again\n", overruled={"duplicate_invoice": "really another"}
    )

    until_done(desk, second)

    assert second.state == "in_review"
    assert len(desk.zoho.snapshot()["bills"]) == 1


def test_a_file_whose_upload_broke_after_the_commit_is_not_attached_twice(desk: Desk) -> None:
    desk.break_next("POST /bills/{id}/attachment", "commit_then_reset")
    document = desk.approved()

    done = until_done(desk, document)

    assert done == "confirmed"
    (bill,) = desk.bills()
    assert len(bill["files"]) == 1


def test_a_file_whose_upload_never_arrived_is_attached_later(desk: Desk) -> None:
    desk.break_next("POST /bills/{id}/attachment", "500_before")
    document = desk.approved()

    first = desk.push(document)
    assert first.done == "confirmed_without_file"
    assert document.state == "posting"
    done = until_done(desk, document)

    assert done == "confirmed"
    (bill,) = desk.bills()
    assert len(bill["files"]) == 1
    assert document.state == "posted"


def test_a_file_zoho_refuses_is_a_question_and_the_bill_stands(desk: Desk) -> None:
    desk.break_next("POST /bills/{id}/attachment", "refused", times=0)
    document = desk.approved()

    outcome = desk.push(document)

    assert outcome.done == "confirmed_without_file"
    assert document.state == "posted"
    assert ReviewItem.objects.get(document=document).reason == "file_refused"
    assert due(timezone.now() + timedelta(days=1)) == []


def test_an_entry_deleted_in_zoho_is_shown_and_not_posted_again(desk: Desk) -> None:
    desk.break_next("POST /bills/{id}/attachment", "503")
    document = desk.approved()
    desk.push(document)
    desk.delete_bill(desk.bills()[0]["bill_id"])

    until_done(desk, document)

    assert document.state == "posted"
    assert ReviewItem.objects.get(document=document).reason == "gone_in_zoho"
    assert desk.bills() == []


def _by_hand(desk: Desk, *, rate: int = 100) -> dict[str, object]:
    return {
        "vendor_id": desk.vendor.zoho_contact_id,
        "bill_number": "re-2024-118 ",
        "date": "2024-04-18",
        "line_items": [
            {
                "account_id": Account.objects.get(name="Office Supplies").zoho_account_id,
                "rate": rate,
                "quantity": 1,
                "tax_id": Tax.objects.get(rate=19).zoho_tax_id,
            }
        ],
    }
