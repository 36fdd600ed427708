"""The walk over what changed: short where Zoho keeps the order, whole where it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from integrations.zoho_books import Bill, Walk, ZohoBooks
from tests.integrations.test_answers import books_over

SINCE = datetime(2026, 7, 1, tzinfo=UTC)
NEWEST = SINCE + timedelta(hours=100)


class Bills:
    """A list of so many bills, an hour apart; counts the pages it gave."""

    def __init__(self, moments: list[str | None]) -> None:
        self._rows = [
            {"bill_id": str(number)} | ({"last_modified_time": moment} if moment else {})
            for number, moment in enumerate(moments)
        ]
        self.pages = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.pages += 1
        start = (int(request.url.params["page"]) - 1) * 200
        context = {"has_more_page": start + 200 < len(self._rows)}
        rows = self._rows[start : start + 200]
        return httpx.Response(200, json={"code": 0, "bills": rows, "page_context": context})


def all_of(books: ZohoBooks, since: datetime | None) -> list[Bill]:
    walk, found = Walk(since), []
    while not walk.done:
        found += books.bills_changed(walk)
    return found


def moments(number: int) -> list[str | None]:
    return [f"{NEWEST - timedelta(hours=hour):%Y-%m-%dT%H:%M:%S}+0000" for hour in range(number)]


def test_a_list_in_order_is_left_behind_the_first_page_that_is_too_old() -> None:
    bills = Bills(moments(1000))

    with books_over(bills) as books:
        found = all_of(books, SINCE)

    assert len(found) == 101
    assert bills.pages == 1


@pytest.mark.parametrize("since", [SINCE, None])
def test_a_list_in_another_order_is_walked_through(since: datetime | None) -> None:
    bills = Bills(moments(500)[::-1])

    with books_over(bills) as books:
        found = all_of(books, since)

    assert len(found) == (101 if since else 500)
    assert bills.pages == 3


def test_rows_that_do_not_say_when_they_changed_are_all_given() -> None:
    bills = Bills([None] * 450)

    with books_over(bills) as books:
        assert len(all_of(books, SINCE)) == 450


def test_a_walk_goes_on_with_the_page_where_it_stopped() -> None:
    bills = Bills(moments(500))
    with books_over(bills) as books:
        walk = Walk()
        first = books.bills_changed(walk)

        rest = books.bills_changed(Walk(page=walk.page, in_order=walk.in_order))

    assert (len(first), walk.page, walk.done) == (200, 2, False)
    assert [row.bill_id for row in rest] == [str(number) for number in range(200, 400)]


def test_a_server_that_does_not_page_is_left() -> None:
    class Deaf(Bills):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = super().__call__(httpx.Request("GET", request.url.copy_set_param("page", 1)))
            return answer

    bills = Deaf(moments(500))
    with books_over(bills) as books:
        assert len(all_of(books, None)) == 200
    assert bills.pages == 2
