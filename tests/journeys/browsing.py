"""What journeys in a browser begin with: a laptop, somebody who is logged in, an item shown."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import PASSWORD, client_of
from zohodocs.models import ReviewItem

LAPTOP: ViewportSize = {"width": 1366, "height": 768}


def opened(
    browser: Browser, live_server: LiveServer, user: User, *, viewport: ViewportSize = LAPTOP
) -> BrowserContext:
    """A browser that shares nothing, in which this person is logged in."""
    context = browser.new_context(viewport=viewport, locale="en-GB")
    session = client_of(user).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return context


def log_in(page: Page, live_server: LiveServer, name: str = "ana") -> None:
    """As people do, by the form; whoever was logged in is not any more."""
    page.context.clear_cookies()
    page.goto(f"{live_server.url}{reverse('account_login')}")
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    page.wait_for_load_state()


def shown(page: Page, item: ReviewItem, live_server: LiveServer) -> None:
    """The item on the desk."""
    page.goto(f"{live_server.url}{reverse('review:item', args=[item.code])}")
