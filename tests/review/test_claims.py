"""Who has an item open, and what the others see and may do meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import actions, queries
from review.actions.claiming import length
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import DocumentFactory, PolicyFactory, ReviewItemFactory
from tests.page import HTMX, part
from zohodocs.models import AuditEvent, ReviewItem, ReviewState, Verdict


def address(item: ReviewItem, step: str = "item") -> str:
    return reverse(f"review:{step}", args=[item.code])


def opened(user: User, item: ReviewItem) -> Client:
    client = client_of(user)
    assert client.get(address(item)).status_code == 200
    return client


def row(item: ReviewItem) -> ReviewItem:
    return ReviewItem.objects.select_related("document__organization", "claimed_by").get(pk=item.pk)


def test_opening_claims_and_looking_does_not(cast: Cast, item: ReviewItem) -> None:
    opened(cast.omar, item)
    assert row(item).claimed_by is None

    opened(cast.ana, item)

    assert row(item).claimed_by == cast.ana


def test_the_others_see_who_has_it_and_cannot_decide(cast: Cast, item: ReviewItem) -> None:
    opened(cast.ana, item)
    client = opened(cast.bob, item)

    page = client.get(address(item))
    answer = client.post(
        address(item, "decide"),
        {"verdict": "reject", "reason": "Not ours", "version": fresh(item.document).version},
    )

    assert "ana opened it" in page.text
    assert 'data-claim="' not in page.text
    assert answer.status_code == 422
    assert "ana has it open. Take it over first." in answer.text
    assert fresh(item.document).state == "in_review"
    assert "ana" in part(client.get(reverse("review:queue"))).one(".card-holder").text


def test_taking_over_turns_it_round_and_is_in_the_trail(cast: Cast, item: ReviewItem) -> None:
    ana, bob = opened(cast.ana, item), opened(cast.bob, item)

    assert bob.post(address(item, "take_over")).status_code == 303

    assert row(item).claimed_by == cast.bob
    beat = ana.post(address(item, "claim"), headers=HTMX)
    assert beat.status_code == 409
    assert "bob opened it" in beat.text
    event = AuditEvent.objects.get(verb="review.taken_over")
    assert (event.actor, event.data) == ("bob", {"from": "ana"})


def test_who_may_only_look_takes_nothing_over(cast: Cast, item: ReviewItem) -> None:
    opened(cast.ana, item)

    assert client_of(cast.omar).post(address(item, "take_over")).status_code == 422
    assert client_of(cast.stine).post(address(item, "take_over")).status_code == 404
    assert row(item).claimed_by == cast.ana


def test_the_heartbeat_holds_it_and_leaving_gives_it_back(cast: Cast, item: ReviewItem) -> None:
    client = opened(cast.ana, item)
    ReviewItem.objects.update(claimed_until=timezone.now() + timedelta(seconds=1))

    assert client.post(address(item, "claim")).status_code == 204
    held = row(item).claimed_until
    assert held is not None
    assert held > timezone.now() + timedelta(seconds=60)

    assert client_of(cast.bob).post(address(item, "let_go")).status_code == 204
    assert row(item).claimed_by == cast.ana
    assert client.post(address(item, "let_go")).status_code == 204
    assert row(item).claimed_by is None


def test_a_claim_that_ran_out_stops_nobody(cast: Cast, item: ReviewItem) -> None:
    opened(cast.ana, item)
    ReviewItem.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))

    opened(cast.bob, item)

    assert row(item).claimed_by == cast.bob


def test_the_next_one_is_one_that_nobody_has_open(cast: Cast, item: ReviewItem) -> None:
    taken, free = (
        ReviewItemFactory(
            document=DocumentFactory(organization=cast.nordlicht, in_review=True),
            opened_at=item.opened_at + timedelta(minutes=minutes),
        )
        for minutes in (1, 2)
    )
    opened(cast.bob, taken)

    assert queries.next_item(cast.ana, {}, item) == free
    assert queries.next_item(cast.bob, {}, item) == taken


def test_the_document_that_follows_a_decision_is_claimed_at_once(
    cast: Cast, item: ReviewItem
) -> None:
    following = ReviewItemFactory(
        document=DocumentFactory(organization=cast.nordlicht, in_review=True),
        opened_at=item.opened_at + timedelta(minutes=1),
    )
    client = opened(cast.ana, item)

    client.post(
        address(item, "decide"),
        {"verdict": "file", "reason": "", "version": fresh(item.document).version},
        headers=HTMX,
    )

    assert row(following).claimed_by == cast.ana


def test_after_the_first_approval_the_second_person_finds_it_free(cast: Cast) -> None:
    PolicyFactory(organization=cast.nordlicht, four_eyes_above=Decimal(1000))
    item = people.in_review(cast.nordlicht, people.paper())
    opened(cast.ana, item)

    given = actions.approve(
        item=row(item), by=cast.ana, version=fresh(item.document).version, accept_doubts=True
    )

    assert given is actions.Approval.FIRST
    assert row(item).claimed_by is None


@pytest.mark.parametrize(("handled", "seconds"), [(None, 300), (10, 120), (100, 300), (2000, 900)])
def test_a_claim_lasts_three_times_what_an_item_takes(
    cast: Cast, handled: int | None, seconds: int
) -> None:
    if handled is not None:
        now = timezone.now()
        for _ in range(3):
            ReviewItemFactory(
                document=DocumentFactory(organization=cast.nordlicht, in_review=True),
                state=ReviewState.DONE,
                verdict=Verdict.FILE,
                claimed_at=now - timedelta(seconds=handled),
                decided_at=now,
            )

    assert length(cast.nordlicht.pk).total_seconds() == pytest.approx(seconds)


def test_the_command_line_skips_what_somebody_has_open(cast: Cast, item: ReviewItem) -> None:
    opened(cast.ana, item)

    with pytest.raises(actions.Claimed):
        actions.approve(item=row(item), by=cast.bob, version=fresh(item.document).version)

    assert fresh(item.document).state == "in_review"
