"""What people do, in a real browser: log in, upload, correct with the keyboard, approve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import cast as people
from tests.cast import Cast, fresh
from tests.journeys.browsing import LAPTOP, log_in, shown
from tests.papers import BECKER, pdf
from zohodocs.models import Document, FieldValue, State
from zohodocs.pipeline import runner

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser; whatever its console complains about fails the test."""
    context = browser.new_context(viewport=LAPTOP)
    page = context.new_page()
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        expected = re.search(r"status of (401|409|422)", message.text)
        if message.type in ("error", "warning") and not expected:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert not said, said


def test_upload_correct_with_the_keyboard_approve_and_find_it_again(
    page: Page, live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    file = tmp_path / "becker.pdf"
    file.write_bytes(people.paper())

    # Upload: the row says what became of the file, and goes on by itself.
    log_in(page, live_server)
    page.locator("#upload-file").set_input_files(file)
    row = page.locator("#upload-results li").first
    expect(row).to_contain_text("waiting")
    document = Document.objects.get()
    runner.run(document.pk, owner="test")
    people.sure_of_all_but(document, "invoice_number")
    expect(row).to_contain_text("to review", timeout=15_000)

    # The desk: the doubtful number is asked for; the paper is there.
    page.get_by_role("navigation").get_by_role("link", name="Review").click()
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.locator("#q-invoice_number")).to_have_class(re.compile("is-current"))
    expect(page.locator(".sheet img")).to_have_js_property("complete", True)

    # Asleep, and says why.
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("Invoice number")

    # Keys: neither 1 nor 2 is right, so 3 goes to the field; Enter saves it; A approves.
    page.keyboard.press("3")
    page.keyboard.type("RG-2024-0335")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .left")).to_have_text("Nothing left to decide")
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("approved.")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    document = fresh(document)
    assert (document.state, document.invoice_number) == (State.APPROVED, "RG-2024-0335")
    assert document.approved_by == "ana"

    # The archive knows it and who did what.
    page.get_by_role("navigation").get_by_role("link", name="Documents").click()
    page.get_by_label("Number").fill("0335")
    page.keyboard.press("Enter")
    page.locator("tbody").get_by_role("link").click()
    expect(page.locator(".history")).to_contain_text(
        "changed Invoice number from RG-2024-0334 to RG-2024-0335"
    )
    expect(page.locator(".history")).to_contain_text("approved it")


def test_a_click_on_a_word_answers_the_question(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    words = item.document.pages.get().words
    at = next(index for index, word in enumerate(words) if word[0] == "RG-2024-0334")
    log_in(page, live_server)
    shown(page, item, live_server)
    here = page.locator("[data-here]")
    expect(here).not_to_have_attribute("width", "0")

    page.locator(f"#words rect[data-w='{at}']").click()

    expect(page.locator("#panel .left")).to_have_text("Nothing left to decide")
    value = FieldValue.objects.get(document=item.document, name="invoice_number")
    assert (value.value, value.source) == ("RG-2024-0334", "human")


def test_one_key_picks_and_undo_takes_it_back(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    log_in(page, live_server)
    shown(page, item, live_server)

    page.keyboard.press("1")
    expect(page.locator("#panel .left")).to_have_text("Nothing left to decide")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    page.keyboard.press("u")

    expect(page.locator(".toast")).to_contain_text("Taken back")
    expect(page.locator("#panel-title")).to_be_visible()
    assert fresh(item.document).state == State.IN_REVIEW


def test_a_double_click_on_approve_is_one_approval_and_the_next_item_follows(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    other = people.in_review(
        cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-77", "18.04.2024": people.printed(60)})
    )
    log_in(page, live_server)
    shown(page, item, live_server)

    page.locator("[data-approve]").dblclick()

    expect(page).to_have_url(re.compile(str(other.code)))
    expect(page.locator("#panel")).to_contain_text("RG-77")
    assert fresh(item.document).state == State.APPROVED
    assert fresh(other.document).state == State.IN_REVIEW


def test_help_opens_by_key_and_keys_rest_while_typing(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    log_in(page, live_server)
    shown(page, item, live_server)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("#value-invoice_number").fill("")
    page.keyboard.type("jar?1")

    expect(page.locator("#value-invoice_number")).to_have_value("jar?1")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_many_files_at_once_each_get_their_answer(
    page: Page, live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    files = []
    for number in range(8):
        files.append(tmp_path / f"paper-{number}.pdf")
        files[-1].write_bytes(people.paper(**{"RG-2024-0334": f"RG-{number}"}))
    files.append(tmp_path / "again.pdf")
    files[-1].write_bytes(people.paper(**{"RG-2024-0334": "RG-0"}))
    files.append(tmp_path / "empty.pdf")
    files[-1].write_bytes(b"")
    log_in(page, live_server)

    page.locator("#upload-file").set_input_files(files)

    expect(page.locator("[data-progress]")).to_have_text("10 / 10 · refused: 1")
    expect(page.locator("#upload-results .result-accepted")).to_have_count(8)
    expect(page.locator("#upload-results .result-repeated")).to_have_count(1)
    expect(page.locator("#upload-results .result-refused")).to_contain_text("empty")
    assert Document.objects.count() == 8


def test_the_page_turns_to_where_the_field_stands(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    first, second = BECKER[:11], BECKER[11:]
    item = people.in_review(cast.nordlicht, pdf(first, second), doubt="gross_total")
    log_in(page, live_server)
    shown(page, item, live_server)

    page.locator("#q-gross_total").focus()
    expect(page.locator("#paper")).to_have_attribute("data-page", "2")
    expect(page.locator("[data-here]")).not_to_have_attribute("width", "0")
    page.locator("details[data-field=supplier_name] > summary").click()
    expect(page.locator("#paper")).to_have_attribute("data-page", "1")
    expect(page.locator("[data-here]")).not_to_have_attribute("width", "0")
    page.get_by_role("link", name="Next page").click()

    expect(page.locator("#paper")).to_have_attribute("data-page", "2")
    expect(page.locator("#q-gross_total input[name=page]").first).to_have_value("2")
    # Who leafs stays there, though the open question stands on another page.
    page.wait_for_load_state("networkidle")
    expect(page.locator("#paper")).to_have_attribute("data-page", "2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, live_server: LiveServer, cast: Cast, scheme: str
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    ready = people.in_review(
        cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-78", "1.121,69_€": "1.121,69 EUR"})
    )
    context = browser.new_context(
        viewport=LAPTOP,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    found = {"login": _violations(page, f"{live_server.url}{reverse('account_login')}")}
    log_in(page, live_server)
    for name, address in {
        "dashboard": reverse("dashboard"),
        "upload": reverse("upload"),
        "queue": reverse("review:queue"),
        "item": reverse("review:item", args=[item.code]),
        "ready": reverse("review:item", args=[ready.code]),
        "archive": reverse("documents"),
        "document": reverse("document", args=[item.document.code]),
        "password": reverse("account_change_password"),
        "logout": reverse("account_logout"),
        "reset": reverse("account_reset_password"),
        "missing": "/nothing/here/",
    }.items():
        found[name] = _violations(page, f"{live_server.url}{address}")
    context.close()

    assert {name: what for name, what in found.items() if what} == {}


def _violations(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    for fold in page.locator("details.fold > summary, details.fact > summary").all():
        fold.click()
    found = _complaints(page)
    for opener in page.locator(".verbs summary, .filter summary, [data-open-keys]").all():
        opener.click()
        found += _complaints(page)
        page.keyboard.press("Escape")
    return found


def _complaints(page: Page) -> list[str]:
    result = Axe().run(page)
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in result.response["violations"]
        for node in each["nodes"][:3]
    ]


def test_everything_works_without_javascript(
    browser: Browser, live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    file = tmp_path / "other.pdf"
    file.write_bytes(people.paper(**{"RG-2024-0334": "RG-9"}))
    context = browser.new_context(viewport=LAPTOP, java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server)

    page.locator("#upload-file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#upload-results li")).to_contain_text("waiting")
    shown(page, item, live_server)
    page.locator("#value-invoice_number").fill("RG-1")
    page.locator("#q-invoice_number").get_by_role("button", name="Save").click()
    expect(page.locator("#panel .left")).to_have_text("Nothing left to decide")
    page.locator("[data-approve]").click()

    expect(page.locator(".toast")).to_contain_text("approved")
    assert fresh(item.document).state == State.APPROVED
    context.close()


def test_the_title_follows_and_the_way_back_is_a_whole_page(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    other = people.in_review(cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-77"}))
    Document.objects.filter(pk=other.document_id).update(vendor_name="Lumi Print")
    log_in(page, live_server)
    shown(page, item, live_server)

    page.keyboard.press("j")
    expect(page).to_have_title("Lumi Print · Review · ZohoDocs")
    page.go_back()
    expect(page).to_have_title("Becker Bürotechnik GmbH · Review · ZohoDocs")
    page.wait_for_load_state()
    page.keyboard.press("a")

    expect(page.locator(".toast")).to_contain_text("Invoice number")


def test_a_likely_copy_lies_beside_the_paper_while_it_is_asked_about(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    people.in_review(cast.nordlicht, people.paper())
    item = people.in_review(cast.nordlicht, people.paper(Lieferung="Fracht"))
    log_in(page, live_server)
    shown(page, item, live_server)

    page.locator("#q-duplicate").focus()
    expect(page.locator(".twin img")).to_be_visible()
    # “Lieferung” there is “Fracht” here, and nothing else differs.
    expect(page.locator("#marks .mark-differs")).to_have_count(1)
    expect(page.locator(".twin .mark-differs")).to_have_count(1)
    expect(page.locator(".twin figcaption")).to_contain_text("are the same")
    page.locator("details[data-field=iban] > summary, details[data-field] > summary").first.click()
    expect(page.locator(".twin img")).to_be_hidden()


def test_files_dropped_beside_the_box_are_taken_and_an_ended_session_is_told(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    drop = """text => {
        const brought = new DataTransfer();
        brought.items.add(new File([text], "note.txt"));
        const event = { bubbles: true, cancelable: true, dataTransfer: brought };
        document.querySelector("h1").dispatchEvent(new DragEvent("drop", event));
    }"""
    log_in(page, live_server)

    page.evaluate(drop, "hello")
    expect(page.locator(".result-refused")).to_contain_text("cannot be read")
    page.evaluate(
        "() => fetch('/accounts/logout/', {method: 'POST', body: new FormData("
        "document.querySelector('.menu-body form'))})"
    )
    page.evaluate(drop, "hello again")

    expect(page.locator(".result-failed")).to_contain_text("logged out")
