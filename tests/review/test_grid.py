"""The grid of lines before it is saved: split, merged, summed; nothing is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import FieldValueFactory
from tests.page import HTMX, plain_static
from zohodocs.models import Document, FieldValue, ReviewItem

__all__ = ["plain_static"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def cast() -> Cast:
    """Nordlicht and its people."""
    return people.make()


@pytest.fixture
def item(cast: Cast) -> ReviewItem:
    """Two lines over 100.01 together."""
    made = people.in_review(cast.nordlicht, people.paper())
    lines = [
        {"description": "Chair", "line_total": "60.01", "tax_rate": "19"},
        {"description": "Desk", "line_total": "40.00", "tax_rate": "19"},
    ]
    Document.objects.filter(pk=made.document_id).update(line_items=lines)
    FieldValue.objects.filter(document=made.document, name="net_total").delete()
    FieldValueFactory(document=made.document, name="net_total", value="100.01")
    return made


def sent(cast: Cast, item: ReviewItem, do: str, **changed: Any) -> Any:
    """The grid as it stands, with these changes and this verb."""
    typed = {
        "line-1-description": "Chair",
        "line-1-line_total": "60.01",
        "line-1-tax_rate": "19",
        "line-2-description": "Desk",
        "line-2-line_total": "40,00",
        "line-2-tax_rate": "19",
        "version": item.document.version,
        "do": do,
    }
    address = reverse("review:lines", args=[item.code])
    return client_of(cast.ana).post(address, typed | changed, headers=HTMX)


def test_a_line_is_split_to_the_cent_and_nothing_is_saved(cast: Cast, item: ReviewItem) -> None:
    before = fresh(item.document)
    answer = sent(cast, item, "split-1").content.decode()

    assert 'value="30.01"' in answer
    assert 'value="30.00"' in answer
    assert 'name="line-3-description" value="Desk"' in answer
    assert "That is the net total." in answer
    after = fresh(item.document)
    assert (after.version, after.line_items) == (before.version, before.line_items)


def test_ticked_lines_become_one_where_their_tax_is_one(cast: Cast, item: ReviewItem) -> None:
    merged = sent(cast, item, "merge", pick=["1", "2"]).content.decode()
    apart = sent(cast, item, "merge", pick=["1", "2"], **{"line-2-tax_rate": "7"}).content.decode()
    alone = sent(cast, item, "merge", pick=["1"]).content.decode()

    assert 'value="Chair + Desk"' in merged
    assert 'value="100.01"' in merged
    assert "different tax rates" in apart
    assert 'value="Desk"' in apart
    assert "Tick two lines" in alone


def test_the_sum_says_what_is_missing(cast: Cast, item: ReviewItem) -> None:
    answer = sent(cast, item, "sum", **{"line-2-line_total": "38.00"})
    unread = sent(cast, item, "sum", **{"line-2-line_total": "forty"})

    assert "2.00" in answer.content.decode()
    assert "apart" in answer.content.decode()
    assert unread.status_code == 422
    assert unread["HX-Retarget"] == "#lines-sum"


def test_the_page_shows_it_without_script(cast: Cast, item: ReviewItem) -> None:
    typed = {"line-1-line_total": "10", "version": item.document.version, "do": "split-1"}
    page = client_of(cast.ana).post(reverse("review:lines", args=[item.code]), typed)

    assert '<details class="fold" data-fold="lines" open>' in page.content.decode()
    assert page.content.decode().count('value="5.00"') == 2
