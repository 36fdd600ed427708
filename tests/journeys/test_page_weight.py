"""What the two pages of the desk cost a browser: requests, bytes, and when the first key works."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast as people
from tests.factories import ReviewItemFactory
from tests.journeys.browsing import opened

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]
_MEASURE = """() => {
    const all = [
        ...performance.getEntriesByType("navigation"),
        ...performance.getEntriesByType("resource")
            .filter((each) => each.initiatorType !== "fetch"),
    ];
    const sent = all.filter((each) => each.transferSize > 0);
    return {
        requests: sent.length,
        sent: sent.reduce((sum, each) => sum + each.transferSize, 0),
        decoded: all.reduce((sum, each) => sum + each.decodedBodySize, 0),
        interactive: Math.round(performance.getEntriesByType("navigation")[0].domInteractive),
    };
}"""
_KEY_WORKS = """() => {
    const ask = () => {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
        return document.querySelector("dialog[open]") ? Math.round(performance.now()) : 0;
    };
    return ask();
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Requests that left the browser, their bytes and all bytes unpacked; times in ms."""

    requests: int
    sent: int
    decoded: int
    interactive: int
    key: int


def visit(page: Page, address: str) -> Visit:
    """Go there, and wait for the first key that works and for the last picture."""
    page.goto(address, wait_until="commit")
    key = page.wait_for_function(_KEY_WORKS, polling=10).json_value()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_load_state("load")
    return Visit(**page.evaluate(_MEASURE), key=key)


def test_the_pages_of_the_desk_are_light(
    browser: Browser,
    live_server: LiveServer,
    transactional_db: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cast = people.make()
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    ReviewItemFactory.create_batch(60, document__organization=cast.nordlicht)
    found = {}
    for name, address in {
        "queue": reverse("review:queue"),
        "item": reverse("review:item", args=[item.code]),
    }.items():
        # Each page is the first of an empty browser once, and then comes again.
        with opened(browser, live_server, cast.ana) as fresh:
            page = fresh.new_page()
            for time in ("first", "second"):
                found[f"{name}, {time} visit"] = visit(page, live_server.url + address)

    with capsys.disabled():
        for name, seen in found.items():
            sys.stdout.write(
                f"\n{name}: {seen.requests} requests, {seen.sent / 1000:.0f} kB sent"
                f" ({seen.decoded / 1000:.0f} kB unpacked), interactive after"
                f" {seen.interactive} ms, first key after {seen.key} ms"
            )
    for name in ("queue", "item"):
        first, second = found[f"{name}, first visit"], found[f"{name}, second visit"]
        assert first.requests <= 25
        assert first.sent <= 1_000_000
        # What does not change is not sent again.
        assert second.requests < first.requests
        assert second.sent < first.sent
