"""Stop, release, try now, adopt: each with its right, its version, its line in the trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review import actions
from tests.factories import MembershipFactory, UserFactory
from tests.posting.conftest import Desk
from tests.posting.standing import posted
from zohodocs import clients
from zohodocs.models import Account, AuditEvent, Document, Posting, ReviewItem
from zohodocs.posting.push import due

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(desk: Desk) -> User:
    return MembershipFactory(organization=desk.organization, user=UserFactory()).user


def by_hand(desk: Desk, **changes: Any) -> str:
    """A bill of the same number that somebody typed into Zoho; its id."""
    account = Account.objects.get(organization=desk.organization, name="Office Supplies")
    content = {
        "vendor_id": desk.vendor.zoho_contact_id,
        "bill_number": "RE-2024-118",
        "date": "2024-04-18",
        "line_items": [{"account_id": account.zoho_account_id, "rate": 500}],
    }
    with clients.books(desk.organization) as books:
        return books.create_bill({**content, **changes}).bill_id


def verbs(document: Document) -> list[str]:
    events = AuditEvent.objects.filter(document=document).order_by("sequence")
    return list(events.values_list("verb", flat=True))


def test_what_is_stopped_is_not_sent_until_it_is_released(desk: Desk, ana: User) -> None:
    document = desk.approved()
    actions.hold(document=document, by=ana, version=document.version, why="Ask the boss.")

    assert desk.push(document).done == "held"
    assert due(timezone.now()) == []
    assert desk.bills() == []
    posting = desk.posting(document)
    assert (posting.held_by, posting.held_why) == (ana.get_username(), "Ask the boss.")

    actions.release(document=document, by=ana, version=document.version)
    assert due(timezone.now()) == [document.pk]
    assert desk.push(document).done == "confirmed"
    assert verbs(document)[:2] == ["posting.held", "posting.released"]


def test_a_posting_in_the_middle_is_stopped_between_two_steps(desk: Desk, ana: User) -> None:
    document = desk.approved()
    desk.break_next("PUT /bills", "429", retry_after=60)
    desk.push(document)
    posting = desk.posting(document)
    now = timezone.now()
    Posting.objects.update(lease_until=now + timedelta(seconds=30), lease_owner="w")
    with pytest.raises(actions.Refused, match="right now"):
        actions.hold(document=document, by=ana, version=document.version, why="Wait.")
    document.refresh_from_db()
    Posting.objects.update(lease_until=None, lease_owner="")

    actions.hold(document=document, by=ana, version=document.version, why="Wait.")

    assert posting.claim(owner="w", until=now, now=now) is None


def test_what_is_stopped_goes_back_to_be_corrected(desk: Desk, ana: User) -> None:
    desk.break_next("GET /bills", "503", times=3)
    document = desk.approved(approved_by="bob")
    desk.push(document)
    assert (document.state, desk.posting(document).state) == ("posting", "planned")
    with pytest.raises(actions.Refused, match="Stop it first"):
        actions.take_back(document=document, by=ana, version=document.version)
    actions.hold(document=document, by=ana, version=document.version, why="Wrong number.")
    document.refresh_from_db()

    item = actions.take_back(document=document, by=ana, version=document.version)

    assert (document.state, document.approved_by, item.state) == ("in_review", "", "open")
    assert desk.push(document).done == "not_approved"
    actions.correct(
        item=item,
        by=ana,
        version=document.version,
        field="invoice_number",
        reading=actions.Reading("RE-2024-119"),
    )
    document.refresh_from_db()
    item = ReviewItem.objects.get(pk=item.pk)
    actions.approve(item=item, by=ana, version=document.version, accept_doubts=True)
    Document.objects.update(hold_until=None)
    assert desk.push(document).done == "confirmed"
    assert [bill["bill_number"] for bill in desk.bills()] == ["RE-2024-119"]
    assert "posting.taken_back" in verbs(document)


def test_what_was_stopped_before_its_turn_goes_back_too(desk: Desk, ana: User) -> None:
    document = desk.approved()
    actions.hold(document=document, by=ana, version=document.version, why="Wrong.")
    document.refresh_from_db()

    actions.take_back(document=document, by=ana, version=document.version)

    assert document.state == "in_review"
    assert desk.posting(document).held_at is None


@pytest.mark.parametrize("fault", ["commit_then_reset", "500_before"])
def test_what_may_have_arrived_does_not_go_back(desk: Desk, ana: User, fault: str) -> None:
    desk.break_next("PUT /bills", fault)
    desk.break_next("GET /bills", "503", nth=2, times=0)
    document = desk.approved()
    assert desk.push(document).done == "unknown"
    actions.hold(document=document, by=ana, version=document.version, why="Wrong number.")
    document.refresh_from_db()

    with pytest.raises(actions.Refused, match="may have arrived"):
        actions.take_back(document=document, by=ana, version=document.version)

    document.refresh_from_db()
    assert (document.state, desk.posting(document).state) == ("posting", "unknown")
    assert desk.posting(document).held_at is not None


@pytest.mark.parametrize("role", ["viewer", None])
def test_who_may_only_look_stops_nothing(desk: Desk, role: str | None) -> None:
    omar = UserFactory()
    if role:
        MembershipFactory(organization=desk.organization, user=omar, role=role)
    document = desk.approved()

    with pytest.raises(actions.NotAllowed):
        actions.hold(document=document, by=omar, version=document.version, why="No.")
    with pytest.raises(actions.NotAllowed):
        actions.retry(document=document, by=omar, version=document.version)
    with pytest.raises(actions.NotAllowed):
        actions.take_back(document=document, by=omar, version=document.version)
    with pytest.raises(actions.NotAllowed):
        actions.adopt(document=document, by=omar, version=document.version, bill_id="46000")


def test_an_old_page_stops_nothing(desk: Desk, ana: User) -> None:
    document = desk.approved()
    actions.hold(document=document, by=ana, version=document.version, why="Wait.")

    with pytest.raises(actions.StaleVersion):
        actions.release(document=document, by=ana, version=document.version)


def test_try_now_does_not_wait(desk: Desk, ana: User) -> None:
    document = desk.approved()
    desk.break_next("GET /bills", "503", times=3)
    desk.push(document)
    assert desk.push(document).done == "waiting"

    actions.retry(document=document, by=ana, version=document.version)

    assert desk.push(document).done == "confirmed"
    assert "posting.retried" in verbs(document)


def test_try_now_only_looks_for_what_may_have_arrived(desk: Desk, ana: User, settings: Any) -> None:
    settings.UNKNOWN_GRACE_SECONDS = 300
    document = desk.approved()
    desk.break_next("PUT /bills", "reset_before")
    desk.push(document)
    assert desk.posting(document).state == "unknown"

    actions.retry(document=document, by=ana, version=document.version)
    outcome = desk.push(document)

    assert outcome.done == "unknown"
    assert outcome.not_before is not None
    assert desk.calls("PUT /bills") + desk.calls("POST /bills") == 1


def test_try_now_does_not_attach_a_file_a_second_time(desk: Desk, ana: User) -> None:
    document = desk.approved()
    desk.break_next("POST /bills/{id}/attachment", "reset_before")
    desk.push(document)
    assert desk.posting(document).error_code == "file_unknown"

    with pytest.raises(actions.Refused, match="twice"):
        actions.retry(document=document, by=ana, version=document.version)


def test_a_person_says_that_the_bill_in_the_way_is_this_one(desk: Desk, ana: User) -> None:
    bill_id = by_hand(desk)
    document = desk.approved()
    desk.push(document)
    assert desk.posting(document).stands["id"] == bill_id

    actions.adopt(document=document, by=ana, version=document.version, bill_id=bill_id)
    assert desk.push(document).done == "confirmed"

    (bill,) = desk.bills()
    assert bill["bill_id"] == bill_id
    assert [file["name"] for file in bill["files"]] == [f"{document.code}.pdf"]
    assert document.state == "posted"
    # It says something else than the paper: shown, not hidden.
    assert ReviewItem.objects.get(document=document, state="open").reason == "differs_in_zoho"
    assert "posting.adopted" in verbs(document)


def test_an_adoption_interrupted_goes_on_with_the_same_bill(desk: Desk, ana: User) -> None:
    bill_id = by_hand(desk)
    document = desk.approved()
    desk.push(document)
    actions.adopt(document=document, by=ana, version=document.version, bill_id=bill_id)
    desk.break_next("GET /bills/{id}", "503", times=3)

    first = desk.push(document)
    assert first.not_before is not None
    after = first.not_before + timedelta(seconds=1)

    assert desk.push(document, now=lambda: after).done == "confirmed"
    assert len(desk.bills()) == 1


def test_a_bill_of_another_document_cannot_be_adopted(desk: Desk, ana: User) -> None:
    first = posted(desk)
    by_hand(desk, bill_number="RE-2")
    second = desk.approved(number="RE-2")
    desk.push(second)

    with pytest.raises(actions.Refused, match="RE-2024-118"):
        actions.adopt(
            document=second,
            by=ana,
            version=second.version,
            bill_id=desk.posting(first).bill_id,
        )
    assert second.state == "in_review"


def test_an_id_that_is_none_comes_back_with_zohos_words(desk: Desk, ana: User) -> None:
    by_hand(desk)
    document = desk.approved()
    desk.push(document)
    actions.adopt(document=document, by=ana, version=document.version, bill_id="46999")

    assert desk.push(document).done == "rejected"

    assert document.state == "in_review"
    assert desk.posting(document).adopt_id == ""
    assert len(desk.bills()) == 1


def test_a_type_corrected_while_it_was_stopped_counts(desk: Desk, ana: User) -> None:
    document = desk.approved(document_type="credit_note", number="GS-1")
    Document.objects.filter(pk=document.pk).update(document_type="invoice")
    document.refresh_from_db()
    actions.hold(document=document, by=ana, version=document.version, why="Is it a credit?")
    Document.objects.filter(pk=document.pk).update(document_type="credit_note")
    document.refresh_from_db()
    actions.release(document=document, by=ana, version=document.version)

    desk.push(document)

    assert desk.posting(document).kind == "vendor_credit"
    assert len(desk.bills("vendor_credits")) == 1
