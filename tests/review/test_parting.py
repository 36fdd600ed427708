"""pages/, pages/arrange/, put-back/: new documents of old pages, and the way back."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from review import actions
from review.actions import Pick
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import OrganizationFactory
from tests.page import part
from zohodocs.models import (
    Document,
    FieldValue,
    PagePick,
    ReviewItem,
    ReviewState,
    State,
)
from zohodocs.operations import ledger
from zohodocs.pipeline import runner


def stapled(*papers: bytes) -> bytes:
    """These papers as one PDF."""
    with pikepdf.new() as made:
        for paper in papers:
            with pikepdf.open(io.BytesIO(paper)) as one:
                made.pages.extend(one.pages)
        written = io.BytesIO()
        made.save(written)
    return written.getvalue()


OTHER = people.paper(**{"RG-2024-0334": "RG-2024-0335"})


@pytest.fixture
def two(cast: Cast) -> ReviewItem:
    """Two invoices that came in one file."""
    return people.in_review(cast.nordlicht, stapled(people.paper(), OTHER))


def plan(item: ReviewItem, *pages: tuple[int, int, int], others: Any = ()) -> dict[str, Any]:
    """What the form sends: document, place and turn of each page."""
    documents = [item.document, *others]
    sent: dict[str, Any] = {"with": [str(each.code) for each in others]}
    rows = [(each, n) for each in documents for n in range(1, each.page_count + 1)]
    for (document, number), (to, place, turn) in zip(rows, pages, strict=True):
        stem = f"{document.code}-{number}"
        sent |= {f"{stem}-part": to, f"{stem}-place": place, f"{stem}-turn": turn}
    return sent | {f"version-{each.code}": fresh(each).version for each in documents}


def arrange(user: User, item: ReviewItem, sent: dict[str, Any]) -> int:
    address = reverse("review:arrange", args=[item.code])
    return client_of(user).post(address, sent).status_code


def put_back(user: User, document: Document) -> int:
    address = reverse("review:put_back", args=[document.code])
    return client_of(user).post(address, {"version": fresh(document).version}).status_code


def bytes_of(document: Document) -> bytes:
    with document.original.open("rb") as file:
        return bytes(file.read())


def children(item: ReviewItem) -> list[Document]:
    return list(Document.objects.filter(picks__source=item.document).distinct().order_by("pk"))


def split(cast: Cast, item: ReviewItem) -> list[Document]:
    assert arrange(cast.ana, item, plan(item, (1, 1, 0), (2, 1, 0))) == 303
    return children(item)


def test_the_page_shows_every_page_with_its_controls(cast: Cast, two: ReviewItem) -> None:
    answer = client_of(cast.ana).get(reverse("review:pages", args=[two.code]))

    page = part(answer)
    assert len(page.all("fieldset")) == 2
    assert len(page.all("fieldset input")) == len(page.all("fieldset select")) * 2 == 4


def test_two_invoices_in_one_file_become_two_documents_that_are_read(
    cast: Cast, two: ReviewItem
) -> None:
    before = ledger.difference()

    first, second = split(cast, two)

    for child in (first, second):
        runner.run(child.pk, owner="test")
    assert fresh(two.document).state == State.SPLIT
    numbers = [fresh(child).invoice_number for child in (first, second)]
    assert numbers[0] != numbers[1]
    assert "RG-2024-0335" in numbers
    assert [fresh(child).page_count for child in (first, second)] == [1, 1]
    assert first.received_at == two.document.received_at
    two.refresh_from_db()
    assert (two.state, two.verdict) == ("done", "split")
    assert ledger.difference() == before


def test_the_original_stays_as_it_came(cast: Cast, two: ReviewItem) -> None:
    before = bytes_of(two.document)

    split(cast, two)

    assert bytes_of(fresh(two.document)) == before


def test_pages_are_reordered_and_turned(cast: Cast, two: ReviewItem) -> None:
    assert arrange(cast.ana, two, plan(two, (1, 2, 90), (1, 1, 0))) == 303

    (child,) = children(two)
    picks = PagePick.objects.filter(document=child).order_by("position")
    assert [(pick.number, pick.turn) for pick in picks] == [(2, 0), (1, 90)]
    with pikepdf.open(io.BytesIO(bytes_of(child))) as made:
        assert [int(page.get("/Rotate", 0)) for page in made.pages] == [0, 90]


def test_documents_are_merged(cast: Cast, item: ReviewItem) -> None:
    other = people.in_review(cast.nordlicht, OTHER).document

    sent = plan(item, (1, 1, 0), (1, 2, 0), others=[other])
    assert arrange(cast.ana, item, sent) == 303

    (child,) = children(item)
    assert PagePick.objects.filter(document=child).count() == 2
    assert {fresh(item.document).state, fresh(other).state} == {State.SPLIT}


def test_what_a_person_typed_about_the_sender_goes_with_every_part(
    cast: Cast, two: ReviewItem
) -> None:
    mine = FieldValue.objects.filter(document=two.document)
    mine.filter(name__in=["supplier_name", "invoice_number"]).update(source="human", value="Mine")

    first, second = split(cast, two)

    for child in (first, second):
        runner.run(child.pk, owner="test")
        values = {row.name: row.value for row in FieldValue.objects.filter(document=child)}
        assert values["supplier_name"] == "Mine"
        assert values["invoice_number"] != "Mine"


def test_a_split_is_put_back_and_can_be_made_again(cast: Cast, two: ReviewItem) -> None:
    before = ledger.difference()
    first, second = split(cast, two)
    runner.run(first.pk, owner="test")

    assert put_back(cast.ana, two.document) == 303

    assert fresh(two.document).state == State.IN_REVIEW
    assert {fresh(first).state, fresh(second).state} == {State.REJECTED}
    again = ReviewItem.objects.get(document=two.document, state=ReviewState.OPEN)
    assert not ReviewItem.objects.filter(document=first, state=ReviewState.OPEN).exists()
    assert arrange(cast.ana, again, plan(again, (1, 1, 0), (2, 1, 0))) == 303
    assert len(children(two)) == 4
    assert ledger.difference() == before


def test_a_merge_is_put_back_with_all_its_sources(cast: Cast, item: ReviewItem) -> None:
    other = people.in_review(cast.nordlicht, OTHER).document
    arrange(cast.ana, item, plan(item, (1, 1, 0), (1, 2, 0), others=[other]))

    put_back(cast.ana, other)

    assert {fresh(item.document).state, fresh(other).state} == {State.IN_REVIEW}


def test_a_part_that_was_approved_keeps_the_pages(cast: Cast, two: ReviewItem) -> None:
    first, second = split(cast, two)
    now = fresh(first).received_at
    Document.objects.filter(pk=first.pk).update(state=State.APPROVED, approved_at=now)

    put_back(cast.ana, two.document)

    assert fresh(two.document).state == State.SPLIT
    assert fresh(second).state == State.RECEIVED


def test_a_part_whose_pages_went_back_is_not_opened_again(cast: Cast, two: ReviewItem) -> None:
    first, _second = split(cast, two)
    put_back(cast.ana, two.document)

    with pytest.raises(actions.Refused, match="pages are back"):
        actions.reopen(document=fresh(first), by=cast.ana, version=fresh(first).version)


@pytest.mark.parametrize(
    "pages",
    [((1, 1, 0), (1, 2, 0)), ((0, 1, 0), (0, 1, 0)), ((1, 1, 45), (2, 1, 0)), ((-1, 1, 0),) * 2],
    ids=["nothing changes", "no page is left", "askew", "no such document"],
)
def test_a_plan_that_cannot_be_changes_nothing(
    cast: Cast, two: ReviewItem, pages: tuple[tuple[int, int, int], ...]
) -> None:
    assert arrange(cast.ana, two, plan(two, *pages)) == 422
    assert fresh(two.document).state == State.IN_REVIEW
    assert children(two) == []


def test_a_stale_version_is_a_conflict(cast: Cast, two: ReviewItem) -> None:
    sent = plan(two, (1, 1, 0), (2, 1, 0)) | {f"version-{two.document.code}": 1_000}

    assert arrange(cast.ana, two, sent) == 409
    assert children(two) == []


def test_sent_twice_it_is_done_once(cast: Cast, two: ReviewItem) -> None:
    sent = plan(two, (1, 1, 0), (2, 1, 0))

    assert arrange(cast.ana, two, sent) == 303
    assert arrange(cast.ana, two, sent) == 409
    assert len(children(two)) == 2


def test_pages_of_two_companies_are_not_merged(cast: Cast, item: ReviewItem) -> None:
    other = people.in_review(OrganizationFactory(), OTHER).document
    picks = [Pick(item.document, 1), Pick(other, 1)]

    with pytest.raises(actions.Refused):
        actions.arrange(by=cast.ana, parts=[picks], versions={})
    assert fresh(other).state == State.IN_REVIEW


def test_only_those_who_decide_arrange_pages(cast: Cast, two: ReviewItem) -> None:
    sent = plan(two, (1, 1, 0), (2, 1, 0))

    assert arrange(cast.omar, two, sent) == 422
    assert arrange(cast.stine, two, sent) == 404
    assert children(two) == []
