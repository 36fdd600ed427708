"""GET /review/ and /review/count/: the queue."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review import queries
from tests.cast import Cast, client_of
from tests.factories import DocumentFactory, MembershipFactory, ReviewItemFactory
from tests.page import HTMX, Page, part
from zohodocs.models import ReviewItem, ReviewState

ADDRESS = reverse("review:queue")


def waiting(cast: Cast, vendor: str, gross: str | None, hours: int, **values: str) -> ReviewItem:
    document = DocumentFactory(
        organization=cast.nordlicht,
        in_review=True,
        vendor_name=vendor,
        currency="EUR",
        gross_total=gross and Decimal(gross),
    )
    opened = timezone.now() - timedelta(hours=hours)
    return ReviewItemFactory(document=document, opened_at=opened, **values)


@pytest.fixture
def three(cast: Cast) -> list[ReviewItem]:
    """Three papers: the oldest is the cheapest, the newest has no amount."""
    return [
        waiting(cast, "Stadtwerke", "40", 9, reason="not_ours", message="Not to us."),
        waiting(cast, "Ozon Cargo", "8402.10", 3, reason="vendor_new", message="New vendor."),
        waiting(cast, "Lumi Print", None, 1, reason="missing_gross_total", message="No total."),
    ]


def names(page: Page) -> list[str]:
    return [card.text for card in page.all("#queue-items .card-name")]


def test_cards_say_vendor_amount_reason_and_age(cast: Cast, three: list[ReviewItem]) -> None:
    page = part(client_of(cast.ana).get(ADDRESS))

    assert page.one("#queue-count").text == "3 to review"
    assert names(page) == ["Stadtwerke", "Ozon Cargo", "Lumi Print"]
    card = page.all("#queue-items > li")[1].text
    assert "€8,402.10" in card
    assert "New vendor" in card
    assert "3 h" in card


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sort": "newest"}, ["Lumi Print", "Ozon Cargo", "Stadtwerke"]),
        ({"sort": "amount"}, ["Ozon Cargo", "Stadtwerke", "Lumi Print"]),
        ({"sort": "vendor"}, ["Lumi Print", "Ozon Cargo", "Stadtwerke"]),
        ({"q": "ozon"}, ["Ozon Cargo"]),
        ({"reason": "not_ours"}, ["Stadtwerke"]),
        ({"amount_from": "41"}, ["Ozon Cargo"]),
        ({"amount_to": "41"}, ["Stadtwerke"]),
        ({"organization": "elsewhere"}, []),
        ({"sort": "nonsense", "amount_from": "x"}, ["Stadtwerke", "Ozon Cargo", "Lumi Print"]),
    ],
)
def test_filters_and_orders_live_in_the_address(
    cast: Cast, three: list[ReviewItem], query: dict[str, str], expected: list[str]
) -> None:
    assert names(part(client_of(cast.ana).get(ADDRESS, query))) == expected


def test_filters_are_kept_in_the_links(cast: Cast, three: list[ReviewItem]) -> None:
    page = part(client_of(cast.ana).get(ADDRESS, {"q": "ozon", "sort": "amount"}))

    link = page.one("#queue-items a").get("href")
    assert link == reverse("review:item", args=[three[1].code]) + "?q=ozon&sort=amount"


@pytest.mark.parametrize("sort", list(queries.ORDERS))
def test_paging_shows_every_item_once(
    cast: Cast, three: list[ReviewItem], sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "QUEUE_SIZE", 1)
    client, seen = client_of(cast.ana), []
    address: str | None = f"{ADDRESS}?sort={sort}"

    while address is not None:
        page = part(client.get(address))
        seen += names(page)
        more = page.all(".card-more a")
        address = ADDRESS + (more[0].get("href") or "") if more else None

    assert sorted(seen) == ["Lumi Print", "Ozon Cargo", "Stadtwerke"]


def test_htmx_gets_the_next_cards_alone(
    cast: Cast, three: list[ReviewItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "QUEUE_SIZE", 2)
    client = client_of(cast.ana)
    more = part(client.get(ADDRESS)).one(".card-more a").get("hx-get")

    page = part(client.get(str(more), headers=HTMX))

    assert page.ids == [f"card-{three[2].code}"]


def test_a_stranger_sees_nothing_and_nobody_must_log_in(
    cast: Cast, three: list[ReviewItem]
) -> None:
    assert names(part(client_of(cast.stine).get(ADDRESS))) == []
    assert client_of(cast.stine).get(ADDRESS, {"organization": "nordlicht"}).status_code == 200
    anonymous = client_of(cast.ana)
    anonymous.logout()
    assert anonymous.get(ADDRESS)["Location"].startswith(reverse("account_login"))


def test_an_empty_queue_says_what_to_do(cast: Cast) -> None:
    page = part(client_of(cast.ana).get(ADDRESS))

    assert page.one("#nothing-title").text == "All done"
    assert "Upload papers" in page.one(".nothing").text


def test_a_filter_that_nothing_fits_does_not_say_that_all_is_done(
    cast: Cast, three: list[ReviewItem]
) -> None:
    page = part(client_of(cast.ana).get(ADDRESS, {"whose": "later"}))

    assert page.one("#nothing-title").text == "Nothing here"
    assert page.one(".nothing .button-first").get("href") == ADDRESS


def test_the_counter_answers_only_when_it_changed(cast: Cast, three: list[ReviewItem]) -> None:
    client, address = client_of(cast.ana), reverse("review:count")

    same = client.get(address, {"seen": "3"}, headers=HTMX)
    changed = client.get(address, {"seen": "2"}, headers=HTMX)

    assert same.status_code == 204
    assert part(changed).ids == ["queue-count"]
    assert part(changed).one("#queue-count").text == "3 to review"


def test_the_number_of_queries_does_not_grow_with_the_queue(
    cast: Cast, three: list[ReviewItem], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    MembershipFactory(user=cast.ana)
    client = client_of(cast.ana)
    for number in range(20):
        waiting(cast, f"Vendor {number}", "1", 1)

    client.get(ADDRESS)  # a new session asks once how its owner likes it

    with django_assert_max_num_queries(10):
        client.get(ADDRESS)


def test_decided_items_are_not_in_the_queue(cast: Cast, three: list[ReviewItem]) -> None:
    ReviewItem.objects.filter(pk=three[0].pk).update(
        state=ReviewState.DONE, verdict="file", decided_at=timezone.now()
    )

    assert names(part(client_of(cast.ana).get(ADDRESS))) == ["Ozon Cargo", "Lumi Print"]


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [
        ("amount", "NaN~1"),
        ("amount", "sNaN~1"),
        ("amount", "Infinity~1"),
        ("oldest", "9999-12-31T23:59:59-12:00~1"),
        ("oldest", "2024-01-01T00:00:00~1"),
        ("vendor", "%00~1"),
    ],
)
def test_a_cursor_of_nowhere_shows_the_beginning(
    cast: Cast, three: list[ReviewItem], sort: str, cursor: str
) -> None:
    page = part(client_of(cast.ana).get(f"{ADDRESS}?sort={sort}&after={cursor}"))

    assert len(names(page)) == 3


def test_the_open_item_is_in_the_queue_however_far_down(
    cast: Cast, three: list[ReviewItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "QUEUE_SIZE", 1)
    client = client_of(cast.ana)

    first, last = (
        part(client.get(reverse("review:item", args=[item.code]))) for item in (three[0], three[2])
    )

    assert names(first) == ["Stadtwerke"]
    assert not first.has(".card-first")
    assert names(last) == ["Lumi Print"]
    assert last.one(".card-first a").get("href") == ADDRESS
    assert last.one(".card.is-open .card-name").text == "Lumi Print"


@pytest.mark.parametrize(("here", "swapped"), [(ADDRESS, "desk"), ("/review/x/", "queue")])
def test_where_nothing_waited_the_papers_come_by_themselves(
    cast: Cast, three: list[ReviewItem], here: str, swapped: str
) -> None:
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{here}"}

    response = client_of(cast.ana).get(f"{ADDRESS}count/?seen=0", headers=headers)

    assert response["HX-Retarget"] == f"#{swapped}"
    assert swapped in part(response).ids
    assert len(names(part(response))) == 3


def test_reasons_are_counted_to_a_bound_and_the_chosen_one_stays(
    cast: Cast, three: list[ReviewItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.queries.COUNTED", 2)
    ReviewItem.objects.filter(reason="missing_gross_total").update(attention=-1)

    listed = queries.reasons(cast.ana)
    chosen = queries.reasons(cast.ana, "missing_gross_total")

    assert listed == [("not_ours", 1), ("vendor_new", 1)]
    assert chosen == [*listed, ("missing_gross_total", 1)]
