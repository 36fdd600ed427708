"""Two readings of a field, judged blind: a correction and a trial at once."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from review import actions
from tests.cast import Cast, client_of, fresh
from zohodocs.models import Document, FieldValue, ReviewItem, ShadowDifference
from zohodocs.rollout import shadow


@pytest.fixture
def difference(item: ReviewItem) -> ShadowDifference:
    """The old way read what stands, the new one the runner-up."""
    made: ShadowDifference = ShadowDifference.objects.create(
        organization=item.organization,
        document=item.document,
        flag="ml_predictions",
        field="invoice_number",
        control="RG-2024-0334",
        candidate="RG-9",
    )
    return made


def choose(cast: Cast, item: ReviewItem, difference: ShadowDifference, choice: str) -> int:
    sent = {"version": fresh(item.document).version, "key": difference.pk, "choice": choice}
    response = client_of(cast.ana).post(reverse("review:pair", args=[item.code]), sent)
    difference.refresh_from_db()
    return int(response.status_code)


def place_of(difference: ShadowDifference, *, candidate: bool) -> str:
    return "first" if shadow.swapped(difference) == candidate else "second"


def value_of(item: ReviewItem) -> FieldValue:
    return FieldValue.objects.get(document=item.document, name="invoice_number")


def test_both_are_shown_and_nothing_says_which_is_which(
    cast: Cast, item: ReviewItem, difference: ShadowDifference
) -> None:
    (pair,) = actions.pairs_of(item)
    assert {pair.first, pair.second} == {"RG-2024-0334", "RG-9"}

    page = client_of(cast.ana).get(reverse("review:item", args=[item.code])).content.decode()

    block = page[page.index(f"q-pair-{difference.pk}") :].split("</section>")[0]
    assert "RG-9" in block
    for word in ("candidate", "control", "ml_predictions", "new way", "old way"):
        assert word not in block


def test_the_order_is_a_coin_that_falls_the_same_each_time(item: ReviewItem) -> None:
    rows = [ShadowDifference(pk=number) for number in range(1, 401)]
    swapped = sum(shadow.swapped(row) for row in rows)
    assert 150 < swapped < 250
    assert [shadow.swapped(row) for row in rows] == [shadow.swapped(row) for row in rows]


def test_the_new_ways_value_is_taken_over_and_counted(
    cast: Cast, item: ReviewItem, difference: ShadowDifference
) -> None:
    assert choose(cast, item, difference, place_of(difference, candidate=True)) == 303

    assert (difference.verdict, difference.judged_by) == ("candidate", cast.ana)
    assert (value_of(item).value, value_of(item).source) == ("RG-9", "human")


def test_the_old_ways_value_is_confirmed(
    cast: Cast, item: ReviewItem, difference: ShadowDifference
) -> None:
    choose(cast, item, difference, place_of(difference, candidate=False))

    assert difference.verdict == "control"
    assert (value_of(item).value, value_of(item).source) == ("RG-2024-0334", "human")


def test_neither_leaves_the_value_to_the_person(
    cast: Cast, item: ReviewItem, difference: ShadowDifference
) -> None:
    choose(cast, item, difference, "neither")

    assert difference.verdict == "neither"
    assert value_of(item).source != "human"


def test_a_second_word_on_the_same_pair_has_no_effect(
    cast: Cast, item: ReviewItem, difference: ShadowDifference
) -> None:
    choose(cast, item, difference, "neither")

    assert choose(cast, item, difference, "first") == 422
    assert difference.verdict == "neither"


def test_of_a_paper_that_went_on_only_the_verdict_is_kept(
    cast: Cast, item: ReviewItem, difference: ShadowDifference
) -> None:
    now = timezone.now()
    Document.objects.filter(pk=item.document_id).update(
        state="posted", approved_at=now, approved_by="worker", decided_at=now
    )
    ReviewItem.objects.update(kind="difference", reason="ways_differ")

    choose(cast, item, difference, place_of(difference, candidate=True))

    assert difference.verdict == "candidate"
    assert value_of(item).value == "RG-2024-0334"
    item.refresh_from_db()
    assert (item.state, item.verdict) == ("done", "accept")
