"""Two people, two browsers, one document."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast as people
from tests.cast import Cast, fresh
from tests.journeys.browsing import LAPTOP, log_in, shown
from tests.waiting import until
from zohodocs.models import ReviewItem

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]


@pytest.fixture
def pages(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Two browsers that share nothing."""
    with ExitStack() as stack:
        contexts = [
            stack.enter_context(closing(browser.new_context(viewport=LAPTOP, locale=locale)))
            for locale in ("en-GB", "en-US")
        ]
        yield contexts[0].new_page(), contexts[1].new_page()


def test_a_second_browser_takes_the_document_over(
    pages: tuple[Page, Page], live_server: LiveServer, cast: Cast
) -> None:
    ana, bob = pages
    item = people.in_review(cast.nordlicht, people.paper())
    log_in(ana, live_server)
    log_in(bob, live_server, "bob")
    shown(ana, item, live_server)
    expect(ana.locator("#panel[data-claim]")).to_be_visible()

    shown(bob, item, live_server)
    expect(bob.get_by_text("ana opened it")).to_be_visible()
    if folder := os.environ.get("SCREENS"):
        bob.screenshot(path=Path(folder) / "claimed.png")
    assert not Axe().run(bob).response["violations"]
    bob.get_by_role("button", name="Take it over").click()
    expect(bob.locator("#panel[data-claim]")).to_be_visible()
    bob.locator("body").press("a")
    expect(bob.locator("#toasts")).to_contain_text("approved")
    assert fresh(item.document).state == "approved"

    # What the first one still has on the screen does nothing any more.
    ana.locator("body").press("a")
    expect(ana.get_by_role("alert").or_(ana.locator("#toasts p")).first).to_be_visible()
    assert fresh(item.document).approved_by == "bob"


def test_leaving_the_page_gives_the_claim_back(
    pages: tuple[Page, Page], live_server: LiveServer, cast: Cast
) -> None:
    ana, bob = pages
    item = people.in_review(cast.nordlicht, people.paper())
    log_in(ana, live_server)
    log_in(bob, live_server, "bob")
    shown(ana, item, live_server)
    expect(ana.locator("#panel[data-claim]")).to_be_visible()

    ana.goto(f"{live_server.url}{reverse('dashboard')}")

    # The browser sends it while the next page loads: Bob gets it as soon as it has arrived.
    until(lambda: not ReviewItem.objects.filter(pk=item.pk, claimed_by=cast.ana).exists())
    shown(bob, item, live_server)
    expect(bob.locator("#panel[data-claim]")).to_be_visible()
