"""From a file in somebody's hand to a bill with that file in Zoho Books, through the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations.zoho_books.sandbox import Sandbox
from tests import cast as people
from tests.cast import Cast
from tests.journeys.browsing import log_in
from tests.journeys.test_browser import page
from tests.posting.conftest import connect
from zohodocs import clients
from zohodocs.jobs import pipeline, sync
from zohodocs.models import Account, Document, State, Tax
from zohodocs.operations import ledger
from zohodocs.posting import reference

__all__ = ["page"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]


@pytest.fixture
def zoho(cast: Cast, tmp_path: Path, settings: Settings) -> Iterator[Sandbox]:
    """Nordlicht's Zoho Books, its chart and taxes copied; nothing waits in a hold."""
    settings.HOLD_SECONDS = 0
    Tax.objects.all().delete()
    with Sandbox(state=tmp_path / "zoho", requests_per_minute=5000) as sandbox:
        connect(cast.nordlicht, sandbox)
        with clients.books_reader(cast.nordlicht) as reader:
            reference.refresh(cast.nordlicht, reader=reader)
        real = Account.objects.get(organization=cast.nordlicht, name="Furniture and Equipment")
        number, real.zoho_account_id = real.zoho_account_id, "gone"
        real.save()
        Account.objects.filter(pk=cast.furniture.pk).update(zoho_account_id=number, active=True)
        yield sandbox


def test_an_uploaded_paper_becomes_a_bill_with_its_file(
    page: Page, live_server: LiveServer, cast: Cast, zoho: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "becker.pdf"
    file.write_bytes(people.paper())

    log_in(page, live_server)
    page.locator("#upload-file").set_input_files(file)
    expect(page.locator("#upload-results li").first).to_contain_text("waiting")
    document = Document.objects.get()
    pipeline.process(document_id=document.pk)
    people.sure_of_all_but(document, "invoice_number")

    page.get_by_role("navigation").get_by_role("link", name="Review").click()
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.locator("#q-invoice_number")).to_have_class(re.compile("is-current"))
    page.keyboard.press("1")
    expect(page.locator("#panel .left")).to_have_text("Nothing left to decide")
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("approved.")

    sync.post(document_id=document.pk)
    document.refresh_from_db()
    assert document.state == State.POSTED, document.findings.values_list("message")

    page.goto(f"{live_server.url}/documents/{document.code}/")
    expect(page.locator("#document-status")).to_contain_text("in Zoho")
    page.get_by_role("link", name="See it in Zoho Books").click()
    expect(page.locator("body")).to_contain_text("RG-2024-0334")
    expect(page.locator("body")).to_contain_text(re.compile(r"1,?121[.,]69"))
    expect(page.get_by_role("link", name=f"{document.code}.pdf")).to_be_visible()

    [bill] = zoho.snapshot()["bills"]
    assert [file["sha256"] for file in bill["files"]] == [document.sha256]
    assert ledger.difference() == 0
