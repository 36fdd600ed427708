"""A word on two papers that look alike; the vendor's next pair begins with it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review import actions
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from zohodocs.models import Document, ReviewItem, State, TwinKind, TwinVerdict


@pytest.fixture
def pair(cast: Cast) -> tuple[ReviewItem, Document]:
    """The same invoice twice, as two files: the second is asked about."""
    first = people.in_review(cast.nordlicht, people.paper())
    second = people.in_review(cast.nordlicht, people.paper() + b"%% again")
    item = ReviewItem.objects.select_related("document__organization").get(pk=second.pk)
    return item, first.document


def say(cast: Cast, item: ReviewItem, of: Document, kind: str) -> Document:
    document = fresh(item.document)
    response = client_of(cast.ana).post(
        reverse("review:judge", args=[item.code]),
        {"version": document.version, "of": str(of.code), "kind": kind},
    )
    assert response.status_code == 303, response.content.decode()
    return fresh(document)


@pytest.mark.parametrize(("kind", "note"), [("copy", "A copy of"), ("reminder", "A reminder of")])
def test_copies_and_reminders_are_closed(
    cast: Cast, pair: tuple[ReviewItem, Document], kind: str, note: str
) -> None:
    item, first = pair

    document = say(cast, item, first, kind)

    assert (document.state, document.duplicate_of) == (State.DUPLICATE, first)
    assert document.close_reason.startswith(note)
    assert TwinVerdict.objects.get().kind == kind


@pytest.mark.parametrize("kind", ["correction", "partial", "different"])
def test_the_others_go_on(cast: Cast, pair: tuple[ReviewItem, Document], kind: str) -> None:
    item, first = pair

    document = say(cast, item, first, kind)

    assert document.state == State.IN_REVIEW
    assert "duplicate_invoice" in document.overruled
    assert TwinVerdict.objects.get().kind == kind


def test_what_was_said_before_is_shown_for_the_next_pair_of_the_vendor(
    cast: Cast, pair: tuple[ReviewItem, Document]
) -> None:
    item, first = pair
    say(cast, item, first, "reminder")
    third = people.in_review(cast.nordlicht, people.paper() + b"%% once more")

    assert actions.earlier_twins(fresh(third.document)) == [(TwinKind.REMINDER, 1)]
    page = client_of(cast.ana).get(reverse("review:item", args=[third.code])).content.decode()
    assert "a reminder (1)" in page


def test_a_paper_is_not_judged_against_itself_or_strangers(
    cast: Cast, pair: tuple[ReviewItem, Document]
) -> None:
    item, _first = pair
    with pytest.raises(actions.Refused):
        actions.judge(item=item, by=cast.ana, version=1, of=item.document, kind=TwinKind.DIFFERENT)
    assert not TwinVerdict.objects.exists()
