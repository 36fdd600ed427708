"""Who does what and when: given, put aside, called for, remarked; and what colleagues are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from review import actions, queries
from review.arranging_forms import moment
from tests import cast as people
from tests.cast import Cast, client_of
from zohodocs.domain import attention
from zohodocs.models import AuditEvent, Comment, Notice, ReviewItem
from zohodocs.operations import sweeping


def queue_of(cast: Cast, **filters: str) -> list[ReviewItem]:
    return queries.queue(cast.ana, filters).items.rows


def test_what_is_given_to_a_colleague_is_theirs_and_they_are_told(
    cast: Cast, item: ReviewItem
) -> None:
    response = client_of(cast.ana).post(
        reverse("review:assign", args=[item.code]), {"to": cast.bob.get_username()}
    )

    assert response.status_code == 303
    item.refresh_from_db()
    assert item.assigned_to == cast.bob
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.kind, notice.by) == (cast.bob, "assigned", cast.ana)
    assert [row.pk for row in queries.queue(cast.bob, {"whose": "mine"}).items.rows] == [item.pk]
    assert queue_of(cast, whose="mine") == []
    assert AuditEvent.objects.filter(verb="review.assigned").exists()


def test_nothing_follows_that_was_given_to_somebody_else(cast: Cast, item: ReviewItem) -> None:
    actions.assign(item=item, by=cast.ana, to=cast.bob)

    assert queries.next_item(cast.ana, {}, ReviewItem(pk=0, document=item.document)) is None


def test_it_is_given_only_to_who_may_decide(cast: Cast, item: ReviewItem) -> None:
    response = client_of(cast.ana).post(
        reverse("review:assign", args=[item.code]), {"to": cast.stine.get_username()}
    )

    assert response.status_code == 422
    item.refresh_from_db()
    assert item.assigned_to is None
    with pytest.raises(actions.Refused):
        actions.assign(item=item, by=cast.ana, to=cast.stine)


def test_what_is_put_aside_comes_back_in_time(cast: Cast, item: ReviewItem) -> None:
    response = client_of(cast.ana).post(
        reverse("review:postpone", args=[item.code]), {"until": "hour"}
    )

    assert response.status_code == 303
    assert queue_of(cast) == []
    assert [row.pk for row in queue_of(cast, whose="later")] == [item.pk]
    ReviewItem.objects.update(postponed_until=timezone.now() - timedelta(seconds=1))
    assert [row.pk for row in queue_of(cast)] == [item.pk]


@pytest.mark.parametrize("days", [-1, 91])
def test_it_cannot_be_put_aside_into_the_past_or_for_ever(
    cast: Cast, item: ReviewItem, days: int
) -> None:
    with pytest.raises(actions.Refused, match="ninety days"):
        actions.postpone(item=item, by=cast.ana, until=timezone.now() + timedelta(days=days))


def test_words_for_later_are_meant_on_the_persons_own_clock() -> None:
    friday = datetime(2026, 11, 27, 16, 30, tzinfo=ZoneInfo("Europe/Berlin"))

    assert moment("tomorrow", friday) == datetime(
        2026, 11, 28, 8, 0, tzinfo=ZoneInfo("Europe/Berlin")
    )
    monday = moment("monday", friday)
    assert monday is not None
    assert (monday.day, monday.hour, monday.weekday()) == (30, 8, 0)
    assert moment("now", friday) is None


def test_a_lead_that_is_called_finds_it_at_the_head(cast: Cast, item: ReviewItem) -> None:
    ReviewItem.objects.update(attention=1)
    response = client_of(cast.ana).post(
        reverse("review:escalate", args=[item.code]), {"text": "Is this ours?"}
    )

    assert response.status_code == 303
    item.refresh_from_db()
    assert item.escalated_at is not None
    assert item.attention > attention.AGED_FROM
    assert Comment.objects.get().text == "Is this ours?"
    assert [notice.user for notice in Notice.objects.all()] == [cast.bob]  # the only approver


def test_a_call_needs_its_reason(cast: Cast, item: ReviewItem) -> None:
    response = client_of(cast.ana).post(reverse("review:escalate", args=[item.code]), {"text": " "})

    assert response.status_code == 422
    item.refresh_from_db()
    assert item.escalated_at is None


def test_who_is_mentioned_is_told_and_strangers_are_not(cast: Cast, item: ReviewItem) -> None:
    text = f"@{cast.bob.get_username()}, @{cast.stine.get_username()}: look. a@b.de"

    actions.comment(item=item, by=cast.ana, text=text)

    assert [notice.user for notice in Notice.objects.all()] == [cast.bob]
    page = client_of(cast.bob).get(reverse("review:notices")).content.decode()
    assert "ana mentioned you" in page
    assert client_of(cast.bob).get(reverse("review:notice_count")).context["unread"] == 1
    client_of(cast.bob).post(reverse("review:read_notices"))
    assert client_of(cast.bob).get(reverse("review:notice_count")).context["unread"] == 0


def test_a_comment_is_shown_as_it_was_typed(cast: Cast, item: ReviewItem) -> None:
    actions.comment(item=item, by=cast.ana, text="<b>no</b>\nsecond line")

    page = client_of(cast.bob).get(reverse("review:item", args=[item.code])).content.decode()

    assert "&lt;b&gt;no&lt;/b&gt;<br>second line" in page


def test_what_was_decided_needs_no_arranging(cast: Cast, item: ReviewItem) -> None:
    ReviewItem.objects.update(state="cancelled")

    with pytest.raises(actions.Refused, match="decided meanwhile"):
        actions.assign(item=item, by=cast.ana, to=cast.bob)


def test_the_queue_begins_with_what_is_at_stake_and_never_forgets_the_old(cast: Cast) -> None:
    small = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    ReviewItem.objects.filter(pk=small.pk).update(
        attention=1, opened_at=timezone.now() - timedelta(days=2)
    )
    large = people.in_review(
        cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-2024-0816"}), doubt="gross_total"
    )
    assert [row.pk for row in queue_of(cast)] == [large.pk, small.pk]

    sweeping.move_up(now=timezone.now())

    assert [row.pk for row in queue_of(cast)] == [small.pk, large.pk]
    assert sweeping.move_up(now=timezone.now()) == 0


def test_a_view_is_kept_by_name_with_its_filters_alone(cast: Cast) -> None:
    client = client_of(cast.ana)
    query = "?sort=amount&page=3&whose=mine&sort_by=evil"

    response = client.post(reverse("review:keep_view"), {"name": "Mine, large", "query": query})

    assert response["Location"].endswith("?whose=mine&sort=amount")
    assert "Mine, large" in client.get(reverse("review:queue")).content.decode()
    assert "Mine, large" not in client_of(cast.bob).get(reverse("review:queue")).content.decode()
    client.post(reverse("review:forget_view"), {"name": "Mine, large"})
    assert "Mine, large" not in client.get(reverse("review:queue")).content.decode()
