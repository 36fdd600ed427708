"""The item that follows is kept for the person who is about to see it, and for nobody's harm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from review import actions, queries
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import ReviewItemFactory
from tests.page import HTMX, Answer, Page, part
from zohodocs.models import Document, ReviewItem


def address(item: ReviewItem, step: str) -> str:
    return reverse(f"review:{step}", args=[item.code])


def row(item: ReviewItem) -> ReviewItem:
    return ReviewItem.objects.select_related("document__organization", "claimed_by").get(pk=item.pk)


@pytest.fixture
def second(item: ReviewItem, cast: Cast) -> ReviewItem:
    """What follows `item`."""
    return people.in_review(cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-77"}))


@pytest.fixture
def ana(item: ReviewItem, second: ReviewItem, cast: Cast) -> Client:
    """Ana, who has `item` open and `second` kept."""
    client = client_of(cast.ana)
    client.get(address(item, "item"))
    kept = client.post(address(item, "ahead"))
    assert kept.json()["item"] == str(second.code)
    assert kept.json()["picture"] == reverse("page_picture", args=[second.document.code, 1])
    return client


def next_of(user: User, item: ReviewItem) -> ReviewItem | None:
    return queries.next_item(user, {}, item)


def test_what_follows_is_kept_and_nobody_else_is_sent_to_it(
    ana: Client, item: ReviewItem, second: ReviewItem, cast: Cast
) -> None:
    third = people.in_review(cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-78"}))

    assert row(second).claimed_by == cast.ana
    assert next_of(cast.bob, item) == third
    assert next_of(cast.ana, item) == second

    version = fresh(item.document).version
    ana.post(address(item, "decide"), {"verdict": "file", "version": version}, headers=HTMX)

    held = row(second)
    assert held.claimed_by == cast.ana
    assert held.claimed_at is not None


def test_who_opens_it_by_hand_has_it_and_the_first_is_sent_on(
    ana: Client, item: ReviewItem, second: ReviewItem, cast: Cast
) -> None:
    bob = client_of(cast.bob)

    page = bob.get(address(second, "item"))

    assert "opened it" not in page.text
    assert row(second).claimed_by == cast.bob
    assert ana.post(address(item, "ahead")).status_code == 204
    # And what is kept takes nothing from whoever has it open.
    assert not actions.keep_ahead(row(second), cast.ana)
    assert row(second).claimed_by == cast.bob


def test_it_stands_in_nobodys_way_before_it_is_opened(
    ana: Client, second: ReviewItem, cast: Cast
) -> None:
    answer = client_of(cast.bob).post(
        address(second, "decide"),
        {"verdict": "reject", "reason": "Not ours", "version": fresh(second.document).version},
    )

    assert answer.status_code == 303
    assert fresh(second.document).state == "rejected"


@pytest.mark.usefixtures("ana")
def test_it_ends_by_itself(item: ReviewItem, second: ReviewItem, cast: Cast) -> None:
    until = row(second).claimed_until
    assert until is not None
    assert until <= timezone.now() + timedelta(seconds=60)
    assert next_of(cast.bob, item) is None

    ReviewItem.objects.filter(pk=second.pk).update(
        claimed_until=timezone.now() - timedelta(seconds=1)
    )

    assert next_of(cast.bob, item) == second


def test_one_is_kept_a_person_and_leaving_gives_it_back(
    ana: Client, item: ReviewItem, second: ReviewItem, cast: Cast
) -> None:
    third = people.in_review(cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-78"}))

    ana.get(address(third, "item"))  # another one, chosen by hand
    ana.post(address(item, "let_go"))
    assert ana.post(address(third, "ahead")).json()["item"] == str(item.code)
    assert row(second).claimed_by is None

    ana.post(reverse("review:let_go_ahead"))

    assert row(item).claimed_by is None
    assert row(third).claimed_by == cast.ana


@pytest.mark.usefixtures("second")
def test_who_may_only_look_keeps_nothing(item: ReviewItem, cast: Cast) -> None:
    assert client_of(cast.omar).post(address(item, "ahead")).status_code == 204
    assert not ReviewItem.objects.exclude(claimed_by=None).exists()


@pytest.mark.parametrize(("has_the_copy", "most"), [(True, 16), (False, 32)])
def test_it_asks_the_database_as_often_however_long_the_queue(
    ana: Client, item: ReviewItem, cast: Cast, *, has_the_copy: bool, most: int
) -> None:
    have = ana.post(address(item, "ahead")).json()["name"] if has_the_copy else ""

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            ana.post(address(item, "ahead"), {"have": have})
        return len(seen)

    before = asked()
    ReviewItemFactory.create_batch(30, document__organization=cast.nordlicht)

    assert asked() <= before <= most


def test_the_copy_is_what_the_desk_shows_and_is_sent_once(
    ana: Client, item: ReviewItem, second: ReviewItem
) -> None:
    copy = ana.post(address(item, "ahead")).json()
    again = ana.post(address(item, "ahead"), {"have": copy["name"]}).json()
    assert "html" not in again
    assert again["name"] == copy["name"]

    kept = Page(f"<div id='desk'>{copy['html']}</div>")
    assert kept.one("title").text.startswith("Becker")
    assert kept.one("#panel-title").text == "Becker Bürotechnik GmbH"
    assert kept.one("#panel").get("data-claim") == address(second, "claim")
    # What can be taken back, and gone back to, changes with the decision.
    assert not kept.has("[data-undo], [data-back]")
    desk = part(ana.get(address(second, "item"), headers=HTMX))
    assert kept.one(".panel-body").text == desk.one(".panel-body").text
    assert [mark.get("x") for mark in kept.all(".mark")] == [
        mark.get("x") for mark in desk.all(".mark")
    ]


def decide(client: Client, item: ReviewItem, kept: str) -> Answer:
    sent = {"verdict": "file", "version": fresh(item.document).version}
    return client.post(address(item, "decide"), sent, headers={**HTMX, "X-Kept": kept})


def test_a_decision_confirms_the_copy_and_sends_only_what_it_changed(
    ana: Client, item: ReviewItem, second: ReviewItem, cast: Cast
) -> None:
    copy = ana.post(address(item, "ahead")).json()

    answer = decide(ana, item, copy["name"])

    assert answer["HX-Reswap"] == "none"
    assert answer["HX-Push-Url"] == address(second, "item")
    assert part(answer).ids == ["queue", "paper-foot", "toasts"]
    assert "back to Becker" in part(answer).one("#paper-foot").text
    assert "next question" in part(answer).one("#paper-foot").text
    assert part(answer).one(".card.is-open").get("id") == f"card-{second.code}"
    held = row(second)
    assert held.claimed_by == cast.ana
    assert held.claimed_at is not None


def test_the_foot_of_a_posted_paper_that_follows_offers_no_next_question(
    ana: Client, item: ReviewItem, second: ReviewItem
) -> None:
    Document.objects.filter(pk=second.document.pk).update(
        state="posted", approved_by="worker", approved_at=timezone.now()
    )
    copy = ana.post(address(item, "ahead")).json()

    answer = decide(ana, item, copy["name"])

    assert answer["HX-Reswap"] == "none"
    assert "next question" not in part(answer).one("#paper-foot").text


def test_a_copy_of_another_version_is_replaced(
    ana: Client, item: ReviewItem, second: ReviewItem
) -> None:
    copy = ana.post(address(item, "ahead")).json()
    assert ana.get(copy["check"]).status_code == 204
    Document.objects.filter(pk=second.document.pk).update(version=F("version") + 1)

    assert ana.get(copy["check"]).status_code == 409
    anew = ana.post(address(item, "ahead"), {"have": copy["name"]}).json()
    assert anew["name"] != copy["name"]
    assert "html" in anew
    answer = decide(ana, item, copy["name"])
    assert "HX-Reswap" not in answer
    assert part(answer).has("#desk #panel")


@pytest.mark.parametrize("deed", ["comment", "assign", "escalate", "postpone"])
def test_a_copy_without_what_a_colleague_did_to_it_is_replaced(
    ana: Client, item: ReviewItem, second: ReviewItem, cast: Cast, deed: str
) -> None:
    copy = ana.post(address(item, "ahead")).json()
    said = {"text": "Not before the call.", "to": "ana"}
    if deed == "postpone":
        ReviewItem.objects.filter(pk=second.pk).update(postponed_until=timezone.now())
    else:
        assert client_of(cast.bob).post(address(second, deed), said).status_code == 303

    assert ana.get(copy["check"]).status_code == 409
    assert "html" in ana.post(address(item, "ahead"), {"have": copy["name"]}).json()
    answer = decide(ana, item, copy["name"])
    assert answer["HX-Push-Url"] == address(second, "item")
    assert part(answer).has("#desk #panel")


def test_a_copy_of_what_somebody_else_opened_is_replaced(
    ana: Client, item: ReviewItem, second: ReviewItem, cast: Cast
) -> None:
    third = people.in_review(cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-78"}))
    copy = ana.post(address(item, "ahead")).json()
    client_of(cast.bob).get(address(second, "item"))

    assert ana.get(copy["check"]).status_code == 409
    answer = decide(ana, item, copy["name"])
    assert answer["HX-Push-Url"] == address(third, "item")
    assert part(answer).has("#desk #panel")
    assert row(second).claimed_by == cast.bob


def test_a_copy_that_is_not_kept_any_longer_does_not_hold(
    ana: Client, item: ReviewItem, second: ReviewItem
) -> None:
    copy = ana.post(address(item, "ahead")).json()
    ReviewItem.objects.filter(pk=second.pk).update(
        claimed_until=timezone.now() - timedelta(seconds=1)
    )

    assert ana.get(copy["check"]).status_code == 409


def test_the_way_back_to_what_was_decided_last(
    ana: Client, item: ReviewItem, second: ReviewItem
) -> None:
    version = fresh(item.document).version
    send = {"verdict": "file", "version": version}
    page = ana.post(address(item, "decide"), send, headers=HTMX)

    assert f'href="{address(item, "item")}"' in page.text
    assert "back to Becker" in page.text
    back = ana.get(address(item, "item"))
    assert back.status_code == 200
    assert "data-back" not in back.text
    assert "data-back" in ana.get(address(second, "item")).text
