"""Two invoices in one file are split by keyboard alone, and put back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests import cast as people
from tests.cast import fresh
from tests.journeys.browsing import opened
from tests.review.test_parting import OTHER, stapled
from zohodocs.models import Document, State

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]
_FOLDER = os.environ.get("SCREENS", "")


def test_two_invoices_are_split_with_the_keyboard_and_put_back(
    browser: Browser, live_server: LiveServer, transactional_db: None
) -> None:
    cast = people.make()
    item = people.in_review(cast.nordlicht, stapled(people.paper(), OTHER))
    context = opened(browser, live_server, cast.ana)
    page = context.new_page()
    axe = Axe()

    page.goto(live_server.url + reverse("review:item", args=[item.code]))
    page.get_by_role("link", name="Split, merge, reorder or rotate pages").press("Enter")
    page.wait_for_url("**/pages/*")
    wrong = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        wrong += [each["id"] for each in axe.run(page).response["violations"]]
    for width in (1366, 820):
        page.set_viewport_size({"width": width, "height": 768})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append(f"sideways at {width}")
        if _FOLDER:
            page.screenshot(path=Path(_FOLDER) / f"pages-{width}.png")
    assert wrong == []

    second = page.get_by_role("group", name="Page 2").get_by_role("spinbutton", name="document")
    second.fill("2")
    second.press("Enter")
    page.wait_for_url(lambda address: "/pages/" not in address)

    parts = Document.objects.filter(picks__source=item.document).distinct()
    assert parts.count() == 2
    assert fresh(item.document).state == State.SPLIT

    page.goto(live_server.url + reverse("document", args=[item.document.code]))
    page.get_by_role("button", name="Put its pages back").press("Enter")
    page.wait_for_url("**/review/**")
    assert fresh(item.document).state == State.IN_REVIEW
    assert {part.state for part in parts.all()} == {State.REJECTED}
    context.close()
