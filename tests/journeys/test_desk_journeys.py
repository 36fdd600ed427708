"""What accountants do at the desk, by keyboard, in a real browser against the real database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast as people
from tests.cast import Cast, fresh
from tests.factories import PolicyFactory, VendorFactory
from tests.journeys.browsing import opened
from zohodocs.domain.identity import fold_name
from zohodocs.models import AuditEvent, FieldValue, Preference, ReviewItem, State, Verdict

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]
OTHER = {"RG-2024-0334": "RG-77"}


class Desk:
    """One person's browser at the desk, and the keys they pressed since they opened an item."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address, self.keys = page, address, 0
        self.toasts = page.locator("#toasts")

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def open(self, item: ReviewItem) -> None:
        self.page.goto(self._address + reverse("review:item", args=[item.code]))
        expect(self.page.locator("#panel-title")).to_be_visible()
        self.keys = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def tab_to(self, selector: str) -> None:
        """Tab until it has the focus: what no Tab reaches fails the test."""
        for _step in range(60):
            if self.page.locator(selector).evaluate("each => each === document.activeElement"):
                return
            self.press("Tab")
        pytest.fail(f"Tab never reaches {selector}")


@pytest.fixture
def desks(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[tuple[Desk, Desk]]:
    """Ana's and Bob's; an error of our scripts fails the test."""
    wrong: list[str] = []
    made = []
    for user in (cast.ana, cast.bob):
        page = opened(browser, live_server, user).new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        made.append(Desk(page, live_server.url))
    with closing(made[0].context), closing(made[1].context):
        yield made[0], made[1]
    assert wrong == []


@pytest.fixture
def desk(desks: tuple[Desk, Desk]) -> Desk:
    """Ana's."""
    return desks[0]


def row(item: ReviewItem) -> ReviewItem:
    return ReviewItem.objects.select_related("claimed_by", "first_approval_by").get(pk=item.pk)


def decisions(item: ReviewItem, verb: str) -> int:
    return AuditEvent.objects.filter(document=item.document, verb=verb).count()


def test_one_wrong_field_takes_at_most_three_keys(desk: Desk, cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    desk.open(item)

    desk.press("2")
    expect(desk.page.locator("#panel .left")).to_have_text("Nothing left to decide")
    desk.press("a")
    expect(desk.page.get_by_role("heading", name="All done")).to_be_visible()

    assert desk.keys <= 3
    document = fresh(item.document)
    assert (document.state, document.invoice_number) == (State.APPROVED, people.RUNNER_UP)


def test_another_vendor_is_chosen_by_keyboard_and_the_bill_follows(desk: Desk, cast: Cast) -> None:
    lumi = VendorFactory(
        organization=cast.nordlicht,
        name="Lumi Print GmbH",
        folded_name=fold_name("Lumi Print GmbH"),
    )
    item = people.in_review(cast.nordlicht, people.paper())
    desk.open(item)
    bill = desk.page.locator("[data-preview] .summary div", has_text="Vendor").first
    desk.press("p")
    expect(bill).to_contain_text("Becker")

    desk.page.locator("#panel-title").focus()
    desk.tab_to("[data-fold=vendor] > summary")
    desk.press("Enter")
    desk.tab_to("#vendor-search")
    desk.page.keyboard.type("lumi")
    desk.press("Enter")
    expect(desk.page.locator("#vendors")).to_contain_text("Lumi Print GmbH")
    desk.tab_to("#vendors .answer")
    desk.press("Enter")

    expect(bill).to_contain_text("Lumi Print GmbH")
    expect(bill).to_be_visible()  # what was unfolded stays unfolded
    assert fresh(item.document).vendor == lumi


def test_a_copy_is_closed_with_one_key(desk: Desk, cast: Cast) -> None:
    first = people.in_review(cast.nordlicht, people.paper())
    item = people.in_review(cast.nordlicht, people.paper(Lieferung="Fracht"))
    desk.open(item)

    expect(desk.page.locator(".twin img")).to_be_visible()
    desk.press("1")

    expect(desk.toasts).to_contain_text("closed as a copy")
    document = fresh(item.document)
    assert (document.state, document.duplicate_of) == (State.DUPLICATE, first.document)
    assert row(item).verdict == Verdict.DUPLICATE
    assert fresh(first.document).state == State.IN_REVIEW


def test_the_first_of_four_eyes_cannot_be_the_second(desks: tuple[Desk, Desk], cast: Cast) -> None:
    ana, bob = desks
    PolicyFactory(organization=cast.nordlicht, four_eyes_above=Decimal(1000))
    item = people.in_review(cast.nordlicht, people.paper())
    ana.open(item)
    ana.press("a")
    expect(ana.toasts).to_contain_text("first approval stored. Another person gives the second.")

    ana.open(item)
    ana.press("a")
    expect(ana.page.get_by_role("alert")).to_contain_text("nother person")
    assert fresh(item.document).state == State.IN_REVIEW
    assert row(item).first_approval_by == cast.ana
    ana.page.goto("about:blank")

    bob.open(item)
    expect(bob.page.locator("#panel")).to_contain_text("First approval by ana")
    if bob.page.get_by_role("button", name="Take it over").count():
        bob.page.get_by_role("button", name="Take it over").press("Enter")
        expect(bob.page.locator("#panel[data-claim]")).to_be_visible()
    bob.press("a")
    expect(bob.toasts).to_contain_text("approved")
    document = fresh(item.document)
    assert (document.state, document.approved_by) == (State.APPROVED, "ana + bob")


def test_what_follows_is_kept_and_its_picture_is_there_before_it_is_asked_for(
    desks: tuple[Desk, Desk], cast: Cast
) -> None:
    ana, bob = desks
    item = people.in_review(cast.nordlicht, people.paper())
    other = people.in_review(cast.nordlicht, people.paper(**OTHER))
    picture = reverse("page_picture", args=[other.document.code, 1])
    with ana.page.expect_response(lambda answer: picture in answer.url) as loaded:
        ana.open(item)
    assert loaded.value.status == 200
    expect(ana.page.locator("#panel")).to_have_attribute("data-kept", str(other.code))
    assert row(other).claimed_by == cast.ana

    # By hand Bob gets it without a word; Ana is not sent there any more.
    bob.open(other)
    expect(bob.page.locator("#panel[data-claim]")).to_be_visible()
    assert row(other).claimed_by == cast.bob
    with bob.page.expect_response("**/claim/leave/"):
        bob.press("k")
    expect(bob.page).to_have_url(re.compile(str(item.code)))
    ana.page.keyboard.press("r")
    ana.page.keyboard.type("Not ours")
    ana.press("Enter")
    expect(ana.page).to_have_url(re.compile(str(other.code)))
    expect(ana.page.locator("#panel")).to_contain_text("RG-77")
    assert row(other).claimed_by == cast.ana


def test_what_is_put_aside_by_keyboard_is_found_again(desk: Desk, cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    desk.open(item)
    desk.press("l")
    expect(desk.page.locator("#later")).to_be_focused()

    desk.press("ArrowDown")
    desk.press("Enter")
    expect(desk.page.get_by_role("heading", name="All done")).to_be_visible()
    assert row(item).postponed_until is not None

    desk.page.goto(f"{desk.page.url.partition('/review/')[0]}/review/?whose=later")
    expect(desk.page.locator("#queue-items > li")).to_have_count(1)


def test_the_words_name_the_key_its_owner_chose(desk: Desk, cast: Cast) -> None:
    Preference.objects.create(user=cast.ana, keys={"undo": "z"})
    item = people.in_review(cast.nordlicht, people.paper())
    desk.open(item)

    desk.press("a")

    expect(desk.toasts).to_contain_text("Z takes it back")
    expect(desk.page.locator("[data-undo] kbd")).to_have_text("Z")
    desk.press("z")
    expect(desk.toasts).to_contain_text("Taken back")


def test_u_takes_back_and_b_goes_back_to_what_was_just_done(desk: Desk, cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    other = people.in_review(
        cast.nordlicht, people.paper(**OTHER, **{"18.04.2024": people.printed(60)})
    )
    desk.open(item)
    desk.press("a")
    expect(desk.page).to_have_url(re.compile(str(other.code)))

    desk.press("b")
    expect(desk.page).to_have_url(re.compile(str(item.code)))
    expect(desk.page.locator("#panel .notice").first).to_contain_text("ana")
    assert fresh(item.document).state == State.APPROVED

    desk.press("u")
    expect(desk.toasts).to_contain_text("Taken back")
    expect(desk.page.locator("[data-approve]")).to_be_visible()
    assert fresh(item.document).state == State.IN_REVIEW


def test_a_network_that_goes_in_the_middle_loses_and_doubles_nothing(
    desk: Desk, cast: Cast
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    desk.page.clock.install()
    desk.open(item)
    page, typed = desk.page, desk.page.locator("#value-invoice_number")
    desk.press("3")
    page.keyboard.type("RG-2024-0335")

    desk.context.set_offline(True)
    expect(desk.toasts).to_contain_text("No connection.")
    desk.press("Enter")
    desk.press("Enter")
    # Longer than any other word stays: the desk says so for as long as it lasts.
    page.clock.run_for(10_000)
    expect(desk.toasts).to_contain_text("No connection. What you typed stays here")
    expect(typed).to_have_value("RG-2024-0335")
    assert decisions(item, "review.corrected") == 0

    desk.context.set_offline(False)
    expect(desk.toasts).to_contain_text("Connected again")
    desk.press("Enter")
    expect(page.locator("#panel .left")).to_have_text("Nothing left to decide")
    value = FieldValue.objects.get(document=item.document, name="invoice_number")
    assert (value.value, value.source) == ("RG-2024-0335", "human")
    assert decisions(item, "review.corrected") == 1

    desk.context.set_offline(True)
    desk.press("a")
    expect(desk.toasts).to_contain_text("No connection.")
    desk.context.set_offline(False)
    expect(desk.toasts).to_contain_text("Connected again")
    desk.press("a")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    assert fresh(item.document).state == State.APPROVED
    assert decisions(item, "review.approved") == 1


def test_a_form_of_the_browser_itself_stays_while_there_is_no_network(
    desk: Desk, cast: Cast
) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    desk.open(item)
    # As it is before our scripts have seen it.
    desk.page.evaluate(
        "() => { const old = document.getElementById('panel');"
        " old.replaceWith(old.cloneNode(true)); }"
    )

    desk.context.set_offline(True)
    desk.press("a")

    expect(desk.toasts).to_contain_text("No connection.")
    expect(desk.page.locator("#panel-title")).to_be_visible()
    expect(desk.page).to_have_url(re.compile(str(item.code)))
    desk.context.set_offline(False)
    assert fresh(item.document).state == State.IN_REVIEW


def test_an_approval_whose_answer_is_lost_is_given_once(desk: Desk, cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    desk.open(item)
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)  # it arrives and is done
        route.abort("connectionreset")

    desk.page.route("**/decide/*", lose, times=1)
    desk.press("a")
    expect(desk.toasts).to_contain_text("The connection broke. Nothing was done twice")
    assert lost == [200]
    assert fresh(item.document).state == State.APPROVED

    desk.press("a")
    expect(desk.page.get_by_role("heading", name="All done")).to_be_visible()
    assert fresh(item.document).state == State.APPROVED
    assert row(item).verdict == Verdict.APPROVE
    assert decisions(item, "review.approved") == 1
