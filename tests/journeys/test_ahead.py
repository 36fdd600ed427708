"""What follows stands on the desk while the decision is on its way, and never a stale one."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from review import actions
from tests import cast as people
from tests.cast import Cast, fresh
from tests.journeys.test_desk_journeys import Desk, desk, desks, row
from zohodocs.models import AuditEvent, Document, ReviewItem, State

__all__ = ["desk", "desks"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]
# Every number that ever stood in the panel, in their order.
_SEEN = """() => {
    window.seen = [];
    const look = () => {
        const sub = document.querySelector("#panel .panel-sub")?.textContent.trim() ?? "";
        if (window.seen.at(-1) !== sub) window.seen.push(sub);
    };
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


class Held:
    """Decisions on their way, which the server has not got yet."""

    def __init__(self, page: Page, address: str = "**/decide/*") -> None:
        self.routes: list[Route] = []
        page.route(address, lambda route: self.routes.append(route))

    def answer(self) -> None:
        """Let it go on to the server."""
        self.routes.pop().continue_()


@pytest.fixture
def item(cast: Cast) -> ReviewItem:
    """What is decided first."""
    return people.in_review(cast.nordlicht, people.paper())


@pytest.fixture
def other(item: ReviewItem, cast: Cast) -> ReviewItem:
    """What follows it, with one question."""
    return people.in_review(cast.nordlicht, of_last_month("RG-77"), doubt="invoice_number")


def of_last_month(number: str) -> bytes:
    """A paper that looks like no other."""
    return people.paper(**{"RG-2024-0334": number, "18.04.2024": people.printed(40)})


def ready(desk: Desk, item: ReviewItem, other: ReviewItem) -> None:
    """Open the first and wait until what follows is kept."""
    desk.open(item)
    expect(desk.page.locator("#panel")).to_have_attribute("data-kept", str(other.code))
    desk.page.evaluate(_SEEN)


def unhurried(page: Page) -> None:
    """A tap of A right after another paper came was meant for the one before; here it is not."""
    now = page.evaluate("performance.now()")
    page.wait_for_function("end => performance.now() > end", arg=now + 700)


def seen(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.seen")
    return [re.sub(r"\s+", " ", each) for each in found]


def test_what_follows_stands_there_before_the_decision_is_answered(
    desk: Desk, cast: Cast, item: ReviewItem, other: ReviewItem
) -> None:
    page, panel = desk.page, desk.page.locator("#panel")
    ready(desk, item, other)
    held = Held(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    with page.expect_request("**/decide/*"):
        desk.press("a")

    expect(panel.locator(".panel-sub")).to_contain_text("RG-77")
    assert len(held.routes) == 1
    # The picture is the browser's own by now.
    paths = {urlsplit(url).path for url in asked if "/documents/" not in url}
    assert paths == {
        reverse("review:kept", args=[other.code]),
        reverse("review:decide", args=[item.code]),
    }
    expect(page.locator("#panel .question.is-current")).to_be_focused()
    # Not ours to say before it is confirmed.
    expect(page).to_have_url(re.compile(str(item.code)))

    held.answer()

    expect(desk.toasts).to_contain_text("approved")
    expect(page).to_have_url(re.compile(str(other.code)))
    expect(page.locator(f"#card-{item.code}")).to_have_count(0)
    expect(page.locator("#paper-foot")).to_contain_text("undo Becker")
    # Nothing flashed: the first, then what follows, and nothing between or after.
    numbers = [re.search(r"RG-\S+", text) for text in seen(page)]
    assert [number[0] for number in numbers if number] == ["RG-2024-0334", "RG-77"]
    assert fresh(item.document).state == State.APPROVED
    assert (row(other).claimed_by, row(other).claimed_at is None) == (cast.ana, False)
    assert ReviewItem.objects.filter(state="open", claimed_by=cast.ana).count() == 1

    # Pages of the history come fresh from the server.
    with page.expect_event("load"):
        page.go_back()
    expect(page).to_have_url(re.compile(str(item.code)))
    expect(panel).to_contain_text("Approved by ana")
    with page.expect_event("load"):
        page.go_forward()
    expect(panel.locator(".panel-sub")).to_contain_text("RG-77")


def test_a_stale_copy_is_never_shown(desk: Desk, item: ReviewItem, other: ReviewItem) -> None:
    ready(desk, item, other)
    Document.objects.filter(pk=other.document.pk).update(
        version=F("version") + 1, invoice_number="RG-78"
    )

    with desk.page.expect_response(lambda answer: "/kept/" in answer.url) as checked:
        desk.press("a")
    assert checked.value.status == 409

    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-78")
    assert not [text for text in seen(desk.page) if "RG-77" in text]
    assert fresh(item.document).state == State.APPROVED


def test_a_copy_of_what_a_colleague_opened_is_never_shown(
    desks: tuple[Desk, Desk], cast: Cast, item: ReviewItem, other: ReviewItem
) -> None:
    ana, bob = desks
    third = people.in_review(cast.nordlicht, of_last_month("RG-79"), doubt="invoice_number")
    ready(ana, item, other)
    bob.open(other)
    expect(bob.page.locator("#panel[data-claim]")).to_be_visible()

    ana.press("a")

    expect(ana.page.locator("#panel .panel-sub")).to_contain_text("RG-79")
    assert not [text for text in seen(ana.page) if "RG-77" in text]
    assert (row(other).claimed_by, row(third).claimed_by) == (cast.bob, cast.ana)


def test_a_decision_without_effect_brings_the_first_back(
    desk: Desk, item: ReviewItem, other: ReviewItem
) -> None:
    ready(desk, item, other)
    Document.objects.filter(pk=item.document.pk).update(version=F("version") + 1)
    held = Held(desk.page)

    desk.press("a")
    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-77")
    held.answer()

    expect(desk.page.get_by_role("alert")).to_contain_text("changed meanwhile")
    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-2024-0334")
    expect(desk.page.locator("#paper img").first).to_have_attribute(
        "src", reverse("page_picture", args=[item.document.code, 1])
    )
    expect(desk.page).to_have_url(re.compile(str(item.code)))
    assert fresh(item.document).state == State.IN_REVIEW
    # And from there it goes on as ever.
    desk.page.unroute("**/decide/*")
    desk.press("a")
    assert fresh(item.document).state == State.IN_REVIEW
    unhurried(desk.page)
    desk.press("a")
    expect(desk.toasts).to_contain_text("approved")
    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-77")


def test_a_lost_decision_brings_the_first_back_and_is_given_once(
    desk: Desk, item: ReviewItem, other: ReviewItem
) -> None:
    ready(desk, item, other)

    def lose(route: Route) -> None:
        route.fetch()  # it arrives and is done
        route.abort("connectionreset")

    desk.page.route("**/decide/*", lose, times=1)
    desk.press("a")
    expect(desk.toasts).to_contain_text("The connection broke. Nothing was done twice")
    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-2024-0334")

    unhurried(desk.page)
    desk.press("a")
    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-77")
    expect(desk.page).to_have_url(re.compile(str(other.code)))
    assert AuditEvent.objects.filter(document=item.document, verb="review.approved").count() == 1


def test_what_is_answered_meanwhile_is_sent_when_the_decision_is_confirmed(
    desk: Desk, item: ReviewItem, other: ReviewItem
) -> None:
    ready(desk, item, other)
    held = Held(desk.page)
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.press("a")
    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-77")

    desk.press("2")
    assert not [url for url in asked if "/correct/" in url]
    held.answer()

    expect(desk.page.locator("#panel .left")).to_have_text("Nothing left to decide")
    assert len([url for url in asked if "/correct/" in url]) == 1
    assert fresh(other.document).invoice_number == people.RUNNER_UP
    assert fresh(item.document).state == State.APPROVED


def test_what_is_put_aside_no_longer_stays_with_its_own_paper(
    desk: Desk, item: ReviewItem, other: ReviewItem
) -> None:
    until = timezone.now() + timedelta(days=3)
    ReviewItem.objects.filter(pk=item.pk).update(postponed_until=until)
    ready(desk, item, other)
    page = desk.page
    held = Held(page, "**/postpone/*")

    desk.press("l")
    page.locator("[data-postpone] select").select_option("now")
    page.locator("[data-postpone] button").click()
    expect(page.locator("#panel .panel-sub")).to_contain_text("RG-77")
    held.answer()

    expect(page.locator("#panel .panel-sub")).to_contain_text("RG-2024-0334")
    expect(page.locator("#panel option[value=now]")).to_have_count(0)
    expect(page.locator("#paper img").first).to_have_attribute(
        "src", reverse("page_picture", args=[item.document.code, 1])
    )
    expect(page).to_have_url(re.compile(str(item.code)))
    assert row(item).postponed_until is None


def test_a_copy_without_a_colleagues_comment_is_never_shown(
    desk: Desk, cast: Cast, item: ReviewItem, other: ReviewItem
) -> None:
    ready(desk, item, other)
    actions.comment(item=other, by=cast.bob, text="Not before the call.")

    with desk.page.expect_response(lambda answer: "/kept/" in answer.url) as checked:
        desk.press("a")
    assert checked.value.status == 409

    expect(desk.page.locator("#panel .panel-sub")).to_contain_text("RG-77")
    expect(desk.page.locator("#panel .comments")).to_contain_text("Not before the call.")


@pytest.mark.parametrize("way", ["key", "card"])
def test_where_they_go_meanwhile_they_are_once_the_decision_is_confirmed(
    desk: Desk, cast: Cast, item: ReviewItem, other: ReviewItem, way: str
) -> None:
    third = people.in_review(cast.nordlicht, of_last_month("RG-79"), doubt="invoice_number")
    for attention, each in enumerate([third, other, item], 1):
        ReviewItem.objects.filter(pk=each.pk).update(attention=attention)
    ready(desk, item, other)
    page, held = desk.page, Held(desk.page)
    desk.press("a")
    expect(page.locator("#panel .panel-sub")).to_contain_text("RG-77")

    if way == "key":
        desk.press("j")
    else:
        page.locator(f"#card-{third.code} a").click()
    held.answer()

    expect(page.locator("#panel .panel-sub")).to_contain_text("RG-79")
    expect(page).to_have_url(re.compile(str(third.code)))
    expect(page.locator(".card.is-open")).to_have_id(f"card-{third.code}")
    assert fresh(item.document).state == State.APPROVED
