"""The pages of a posting in a real browser: stop, compare, propose, confirm; axe finds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import MembershipFactory, UserFactory
from tests.journeys.browsing import LAPTOP, log_in
from tests.posting.conftest import Desk, desk, organization, zoho
from tests.posting.standing import in_zoho, later, posted, search
from tests.posting.test_entries import by_hand
from zohodocs.models import Document, ReviewItem

__all__ = ["desk", "organization", "zoho"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]


@pytest.fixture
def people(transactional_db: None, desk: Desk) -> list[User]:
    """Ana reviews, Bob gives the second approval."""
    ana, bob = (UserFactory(username=name) for name in ("ana", "bob"))
    MembershipFactory(organization=desk.organization, user=ana)
    MembershipFactory(organization=desk.organization, user=bob, role="approver")
    return [ana, bob]


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A laptop, by day and by night."""
    context = browser.new_context(
        viewport=LAPTOP,
        color_scheme="dark" if request.param == "dark" else "light",
    )
    yield context.new_page()
    context.close()


def clean(page: Page, name: str) -> None:
    """No barrier on this page, closed menus open; a picture of it where somebody wants one."""
    page.wait_for_load_state()
    if pictures := os.environ.get("PICTURES"):
        scheme = (
            "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else ""
        )
        page.screenshot(path=Path(pictures) / f"{name}{scheme}.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []


def test_stop_compare_propose_and_confirm(
    page: Page,
    live_server: LiveServer,
    desk: Desk,
    people: list[User],
) -> None:
    changed = posted(desk)
    posting = desk.posting(changed)
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20", "adjustment": 5})
    in_zoho(desk, "DELETE", f"/bills/{posting.bill_id}/attachment")
    search(desk)
    by_hand(desk, bill_number="RE-2024-120")
    in_the_way = desk.approved(number="RE-2024-120")
    desk.push(in_the_way)
    desk.break_next("PUT /bills", "429", retry_after=900)
    desk.push(desk.approved(number="RE-2024-121"))
    stopped = desk.approved(number="RE-2024-122")
    log_in(page, live_server, "ana")

    # Stop one; the list says who did and why.
    page.goto(f"{live_server.url}{reverse('posting', args=[stopped.code])}")
    page.get_by_text("Stop it", exact=True).click()
    page.get_by_label("Why do you stop it?").fill("The delivery came broken.")
    clean(page, "stop")
    page.get_by_role("button", name="Stop before the next step").click()
    expect(page.locator(".notice")).to_contain_text("The delivery came broken.")
    page.get_by_role("navigation").get_by_role("link", name="Postings").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("Stopped by ana: The delivery came broken.")
    expect(page.locator("tbody")).to_contain_text("Zoho asked us to slow down.")
    clean(page, "waiting")

    # The bill in the way, side by side.
    page.goto(f"{live_server.url}{reverse('posting', args=[in_the_way.code])}")
    expect(page.locator(".candidate .differs")).to_contain_text("€500.00")
    clean(page, "adopt")

    # What somebody changed in Zoho: from the desk to the comparison, and a correction proposed.
    item = ReviewItem.objects.get(document=changed)
    page.goto(f"{live_server.url}{reverse('review:item', args=[item.code])}")
    clean(page, "desk")
    page.get_by_role("link", name="Compare, or propose a correction").click()
    expect(page.locator(".sides .differs")).to_have_count(3)
    page.locator(".calls summary").first.click()
    clean(page, "drift")
    page.get_by_text("Propose a correction", exact=True).click()
    page.locator("#why-correct").fill("The paper says April.")
    page.get_by_role("button", name="Propose it").first.click()
    expect(page.get_by_text("You proposed it. Another person confirms it.")).to_be_visible()
    clean(page, "proposed")

    # The other one confirms.
    log_in(page, live_server, "bob")
    page.goto(f"{live_server.url}{reverse('postings')}")
    page.get_by_role("region", name="Changes to what stands in Zoho").get_by_role("link").click()
    page.get_by_role("button", name="Confirm it").click()
    expect(page.locator(".toast")).to_contain_text("Confirmed")
    clean(page, "confirmed")
    assert Document.objects.get(pk=changed.pk).state == "posted"
