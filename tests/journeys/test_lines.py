"""Lines pasted from a spreadsheet, split and saved by keyboard."""

from __future__ import annotations

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast as people
from tests.cast import fresh
from tests.journeys.browsing import opened
from tests.journeys.test_looks import keep_all
from zohodocs.models import FieldValue

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]
_FOLDER = os.environ.get("SCREENS", "")
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  const event = new ClipboardEvent("paste", how);
  document.activeElement.dispatchEvent(event);
}"""


def test_lines_are_pasted_split_and_saved_with_the_keyboard(
    browser: Browser, live_server: LiveServer, transactional_db: None
) -> None:
    cast = people.make()
    item = people.in_review(cast.nordlicht, people.paper())
    FieldValue.objects.update_or_create(
        document=item.document,
        name="net_total",
        defaults={"value": "100.01", "confidence": 1, "source": "rules"},
    )
    context = opened(browser, live_server, cast.ana)
    page = context.new_page()
    page.goto(live_server.url + reverse("review:item", args=[item.code]))

    page.locator("details[data-fold=lines] > summary").press("Enter")
    before = page.locator("#line-grid input[name$=line_total]").count()
    page.locator("#line-grid input[name$=description]").first.focus()
    page.evaluate(
        PASTE, "Chair\t1\t60,01\t60,01\t19\nDesk\t\t\t30.00\t19\nLamp\t\t\t5\t19\nRug\t\t\t2\t19\n"
    )
    expect(page.locator("#lines-sum")).to_contain_text("3.00")
    assert page.locator("#line-grid input[name$=line_total]").count() == max(before, 4)
    last = page.locator("#line-grid input[name$=line_total]").nth(3)
    last.fill("5.00")
    last.press("Tab")
    expect(page.locator("#lines-sum")).to_contain_text("That is the net total.")

    page.get_by_role("button", name="Merge the ticked lines").press("Enter")
    expect(page.locator("#lines-sum")).to_contain_text("Tick two lines")
    page.get_by_role("button", name="Split line 1 in two").press("Enter")
    expect(page.locator("#line-grid input[value='30.01']")).to_have_count(1)
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    if _FOLDER:
        keep_all(page, "lines")
    page.locator("#line-grid input[name$=line_total]").first.press("Enter")

    expect(page.locator("details[data-fold=lines]")).to_be_visible()
    expect(page.locator("table.lines:not(.lines-edit) tbody tr")).to_have_count(5)
    amounts = [line["line_total"] for line in fresh(item.document).line_items]
    assert amounts == ["30.01", "30.00", "30.00", "5", "5.00"]
    context.close()
