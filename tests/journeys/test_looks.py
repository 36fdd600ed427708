"""Every page of ours: readable by all, light and dark, on screens from a phone to a large one.

`SCREENS=DIR` keeps a picture of each (`docs/screens`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from review import actions
from tests import cast as people
from tests.cast import Cast, client_of
from tests.factories import ConnectionFactory, DocumentFactory, MembershipFactory, UserFactory
from tests.journeys.browsing import opened
from tests.review.test_team import decided, waiting
from zohodocs.models import (
    EvidenceSnapshot,
    FlagMode,
    Ramp,
    ReviewItem,
    Role,
    ShadowDifference,
)
from zohodocs.rollout import ramps
from zohodocs.rollout.flags import set_flag

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]
SIZES = {
    "laptop": (1366, 768),
    "large": (2560, 1440),
    "tablet": (820, 1180),
    "phone": (390, 844),
}
_FOLDER = os.environ.get("SCREENS", "")


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    """Logged in as one who may see everything."""
    nora = MembershipFactory(
        organization=cast.nordlicht,
        user=UserFactory(username="nora", is_superuser=True, is_staff=True),
        role=Role.ADMIN,
    ).user
    context = opened(browser, live_server, nora)
    yield context.new_page()
    context.close()


def rolling_out(item: ReviewItem) -> None:
    """A ramp at ten percent, with pairs judged and one that waits."""
    flag = "ml_predictions"
    ramps.start(flag=flag, by="ana", why="Fewer corrections.", steps=["0", "1", "5", "10", "25"])
    Ramp.objects.update(step=3)
    set_flag(name=flag, mode=FlagMode.PERCENT, percent=Decimal(10), why="Held.", by="ramp")
    for number, wins in ((4, 2), (20, 13), (60, 42), (128, 97)):
        share = wins / number
        said = {"control": number - wins, "candidate": wins, "neither": 9}
        figure = {
            "name": "pairs",
            "candidate": share,
            "low": share * 0.8,
            "high": min(1, share * 1.2),
        }
        EvidenceSnapshot.objects.create(flag=flag, data={"figures": [figure], "pairs": said})
    ShadowDifference.objects.create(
        organization=item.organization,
        document=item.document,
        flag=flag,
        field="due_date",
        control="2024-02-05",
        candidate="2024-05-02",
    )


def addresses(cast: Cast) -> dict[str, str]:
    """Each kind of page once, with something on it."""
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    for hours in (0.5, 5, 100):
        waiting(cast, hours, reason="vendor_new", message="New vendor.")
    for seconds in (12, 25, 40):
        decided(cast, cast.ana, seconds, timezone.now())
    DocumentFactory(
        organization=cast.nordlicht, approved=True, hold_until=timezone.now() + timedelta(hours=1)
    )
    ConnectionFactory(organization=cast.nordlicht)
    clear = people.paper(**{"RG-2024-0334": "N1111", "18.04.2024": people.printed(40)})
    people.in_review(cast.nordlicht, clear)
    actions.comment(item=item, by=cast.bob, text="@nora, is this the chair we sent back?")
    actions.assign(item=item, by=cast.bob, to=cast.ana)
    rolling_out(item)
    alike = people.in_review(cast.nordlicht, people.paper(Lieferung="Fracht"))
    return {
        "today": reverse("dashboard"),
        "queue": reverse("review:queue"),
        "item": reverse("review:item", args=[item.code]),
        "alike": reverse("review:item", args=[alike.code]),
        "several": reverse("review:bulk"),
        "vendor": reverse("review:vendor_aside", args=[item.code]),
        "pages": reverse("review:pages", args=[item.code]),
        "why": reverse("review:what_if", args=[item.code]),
        "notices": reverse("review:notices"),
        "preferences": reverse("preferences"),
        "people": reverse("people", args=[cast.nordlicht.code]),
        "rollout": reverse("rollout"),
        "setup": reverse("setup"),
        "team": reverse("review:team"),
        "documents": reverse("documents"),
        "document": reverse("document", args=[item.document.code]),
        "posting": reverse("posting", args=[item.document.code]),
        "postings": reverse("postings"),
        "connection": reverse("connection", args=[cast.nordlicht.code]),
        "password": reverse("account_change_password"),
        "components": reverse("components"),
    }


def test_every_page_is_readable_in_light_and_dark_on_every_screen(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    axe = Axe()
    wrong: list[str] = []
    for name, address in addresses(cast).items():
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{live_server.url}{address}")
        page.wait_for_load_state()
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = axe.run(page).response["violations"]
            wrong += [f"{name}, {scheme}: {each['id']}: {each['help']}" for each in found]
            if _FOLDER and scheme == "dark":
                keep(page, f"{name}-dark")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wrong.append(f"{name}, {size}: one must scroll sideways")
            if _FOLDER:
                keep(page, f"{name}-{size}")

    assert not wrong, "\n".join(wrong)


def test_the_quick_answer_on_a_phone(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    """One doubtful field: its picture and big buttons, with or without our scripts."""
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    session = client_of(cast.ana).cookies["sessionid"].value
    wrong: list[str] = []
    for scripts in (True, False):
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, locale="en-GB", java_script_enabled=scripts
        )
        with closing(context):
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
            page = context.new_page()
            page.goto(live_server.url + reverse("review:item", args=[item.code]))
            expect(page.get_by_role("heading", name="Quick answer: Invoice number")).to_be_visible()
            expect(page.locator("#queue, #paper, .verbs").first).to_be_hidden()
            if scripts:
                for scheme in ("dark", "light"):
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    found = Axe().run(page).response["violations"]
                    wrong += [f"{scheme}: {each['id']}: {each['help']}" for each in found]
                    if _FOLDER:
                        keep(page, "quick-dark" if scheme == "dark" else "quick-phone")
                page.get_by_role("link", name="the whole document").click()
                expect(page.locator("#paper")).to_be_visible()
                expect(page.locator(".quick")).to_have_count(0)
            else:
                # Its picture has come.
                crop = page.locator(".quick-crop").bounding_box()
                assert crop is not None
                assert crop["height"] > 40
                page.get_by_role("button", name=people.RUNNER_UP).click()
                expect(page.get_by_text("Nothing left to decide")).to_be_visible()
                page.get_by_role("button", name="Approve").click()
                expect(page.get_by_role("heading", name="All done")).to_be_visible()

    assert not wrong, "\n".join(wrong)


def keep_all(page: Page, name: str) -> None:
    """Pictures of one state of a page, at every size and in the dark."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    keep(page, f"{name}-dark")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        keep(page, f"{name}-{size}")


def keep(page: Page, name: str) -> None:
    """A picture for `docs/screens`."""
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.save(Path(_FOLDER) / f"{name}.webp", quality=60, method=6)
