"""Several at once: only what needs nothing but a yes, as it was shown."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review import bulk, queries
from tests import cast as people
from tests.cast import Cast, client_of
from zohodocs.models import Document, Policy, ReviewItem, State

APPROVE = reverse("review:approve_several")


@pytest.fixture
def clear(cast: Cast) -> list[ReviewItem]:
    """Three papers that nothing speaks against."""
    found = []
    for number in range(3):
        texts = {
            "RG-2024-0334": f"N{1111 * (number + 1)}",
            "18.04.2024": people.printed(20 * number),
        }
        item = people.in_review(cast.nordlicht, people.paper(**texts))
        ReviewItem.objects.filter(pk=item.pk).update(reason="approval_needed")
        found.append(ReviewItem.objects.select_related("document").get(pk=item.pk))
    return found


def ticked(items: list[ReviewItem]) -> dict[str, list[str]]:
    versions = dict(Document.objects.values_list("pk", "version"))
    return {"item": [f"{item.code}:{versions[item.document_id]}" for item in items]}


def states() -> list[str]:
    return list(Document.objects.order_by("pk").values_list("state", flat=True))


def test_the_preview_shows_what_will_be_posted_and_its_sum(
    cast: Cast, clear: list[ReviewItem]
) -> None:
    doubtful = people.in_review(
        cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-X"}), doubt="invoice_number"
    )
    ReviewItem.objects.filter(pk=doubtful.pk).update(reason="approval_needed")

    page = client_of(cast.ana).get(reverse("review:bulk"))

    preview = page.context["preview"]
    assert [item.pk for item in preview.items] == [item.pk for item in clear]
    assert preview.others == 1
    total = sum(item.document.gross_total for item in preview.items)
    assert preview.totals == {"EUR": total}
    assert "Office furniture" in page.content.decode()


def test_of_many_kinds_no_more_are_counted_than_the_first(
    cast: Cast, clear: list[ReviewItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    ReviewItem.objects.filter(pk=clear[0].pk).update(reason="above_limit")
    assert bulk.kinds(cast.ana) == [("approval_needed", "2"), ("above_limit", "1")]

    monkeypatch.setattr(queries, "COUNTED", 2)
    with CaptureQueriesContext(connection) as asked:
        listed = bulk.kinds(cast.ana)

    assert sum(int(number.removesuffix("+")) for _reason, number in listed) == 2
    assert all(number.endswith("+") for _reason, number in listed)
    counting = [q["sql"] for q in asked if 'FROM "zohodocs_reviewitem"' in q["sql"]]
    assert counting
    assert all("LIMIT 2" in sql for sql in counting)


def test_ticked_ones_are_approved_and_the_others_stay(cast: Cast, clear: list[ReviewItem]) -> None:
    response = client_of(cast.ana).post(APPROVE, ticked(clear[:2]))

    assert response.status_code == 303
    assert states() == [State.APPROVED, State.APPROVED, State.IN_REVIEW]


def test_what_changed_after_the_preview_is_not_approved(
    cast: Cast, clear: list[ReviewItem]
) -> None:
    chosen = ticked(clear)
    Document.objects.filter(pk=clear[0].document_id).update(version=99)

    response = client_of(cast.ana).post(APPROVE, chosen)

    assert states() == [State.IN_REVIEW, State.APPROVED, State.APPROVED]
    assert "changed meanwhile" in response.content.decode()


def test_what_is_blocked_never_goes_this_way(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")

    left = bulk.approve(cast.ana, {item.code: item.document.version}).left

    assert [each.pk for each, _why in left] == [item.pk]
    assert states() == [State.IN_REVIEW]


def test_four_eyes_are_not_closed_by_a_tick(cast: Cast, clear: list[ReviewItem]) -> None:
    Policy.objects.create(organization=cast.nordlicht, four_eyes_above=1)
    for item in clear:
        people.sure_of_all_but(item.document, "")
    ReviewItem.objects.update(reason="approval_needed")

    assert bulk.preview(cast.ana, "approval_needed").items == []


def test_who_may_only_look_sees_nothing_to_tick(cast: Cast, clear: list[ReviewItem]) -> None:
    assert client_of(cast.omar).get(reverse("review:bulk")).context["preview"].items == []
    client_of(cast.omar).post(APPROVE, ticked(clear))
    assert set(states()) == {State.IN_REVIEW}


def test_nothing_ticked_says_so(cast: Cast, clear: list[ReviewItem]) -> None:
    response = client_of(cast.ana).post(APPROVE, {"item": ["nonsense"]}, follow=True)

    assert "Tick the documents" in response.content.decode()
