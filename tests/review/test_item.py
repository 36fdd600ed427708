"""GET /review/<uuid>/: one document to decide about."""

from __future__ import annotations

from django.urls import reverse

from tests.cast import Cast, client_of
from tests.page import HTMX, part
from zohodocs.models import ReviewItem


def test_the_page_shows_paper_questions_and_verbs(cast: Cast, item: ReviewItem) -> None:
    response = client_of(cast.ana).get(reverse("review:item", args=[item.code]))

    page = part(response)
    assert response.status_code == 200
    assert "Becker Bürotechnik GmbH" in page.one("#panel-title").text
    assert page.one(".panel-amount").text == "€1,121.69"
    assert page.one("#panel .left").text == "1 decision left"
    assert page.one("#q-invoice_number h2").text == "Invoice number"
    assert page.one("[data-approve]").get("aria-disabled") == "true"
    assert page.has("#words rect")
    assert {mark.get("data-mark") for mark in page.all("#marks [data-mark]")} >= {"gross_total"}


def test_htmx_gets_the_desk_alone_with_the_same_parts(cast: Cast, item: ReviewItem) -> None:
    response = client_of(cast.ana).get(reverse("review:item", args=[item.code]), headers=HTMX)

    page = part(response)
    assert page.ids == ["desk"]
    assert page.has("#panel")
    assert "HX-Request" in response["Vary"]


def test_a_part_is_chosen_by_the_address_not_by_the_client(cast: Cast, item: ReviewItem) -> None:
    response = client_of(cast.ana).get(reverse("review:paper", args=[item.code]), headers=HTMX)

    assert part(response).ids == ["paper"]


def test_a_stranger_does_not_learn_that_it_exists(cast: Cast, item: ReviewItem) -> None:
    address = reverse("review:item", args=[item.code])

    assert client_of(cast.stine).get(address).status_code == 404
    assert client_of(cast.omar).get(address).status_code == 200


def test_who_may_only_look_gets_no_verbs(cast: Cast, item: ReviewItem) -> None:
    page = part(client_of(cast.omar).get(reverse("review:item", args=[item.code])))

    assert not page.has("[data-approve]")
    assert not page.has("#panel form[data-typed]")


def test_searching_a_vendor_finds_it_by_name_and_by_number(cast: Cast, item: ReviewItem) -> None:
    address = reverse("review:vendors", args=[item.code])
    client = client_of(cast.ana)

    by_name = part(client.get(address, {"q_vendor": "becker büro"}, headers=HTMX))
    by_number = part(client.get(address, {"q_vendor": "DE 811907980"}, headers=HTMX))
    by_nonsense = part(client.get(address, {"q_vendor": "zzz"}, headers=HTMX))

    assert by_name.one("button[name=vendor]").get("value") == str(cast.becker.code)
    assert by_number.one("button[name=vendor]").get("value") == str(cast.becker.code)
    assert not by_nonsense.all("button[name=vendor]")
