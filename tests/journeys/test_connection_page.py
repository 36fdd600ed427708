"""The connection page in a real browser: with and without scripts, and for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from integrations.zoho_books.sandbox import Sandbox
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory
from tests.journeys.browsing import log_in
from zohodocs.models import Connection, ConnectionState, Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]


@pytest.fixture
def zoho(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(state=tmp_path / "zoho", requests_per_minute=5000) as sandbox:
        yield sandbox


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_admin_goes_through_every_step(
    browser: Browser,
    live_server: LiveServer,
    transactional_db: None,
    zoho: Sandbox,
    scripts: bool,
) -> None:
    acme = OrganizationFactory(code="acme", name="Acme GmbH")
    MembershipFactory(
        organization=acme, user=UserFactory(username="nora", is_superuser=True), role=Role.ADMIN
    )
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    log_in(page, live_server, "nora")
    page.get_by_role("link", name="Connection Acme GmbH").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme GmbH")
    assert not scripts or _complaints(page) == []

    page.get_by_label("Data centre").select_option("other")
    page.get_by_label("Log-in address").fill(zoho.accounts_url)
    page.get_by_label("Books address").fill(zoho.books_url)
    page.get_by_label("Client id").fill(zoho.client_id)
    page.get_by_label("Client secret").fill(zoho.client_secret)
    page.get_by_role("button", name="Keep the client").click()
    if scripts:  # the policy of our pages lets a link lead to Zoho and back
        page.get_by_role("link", name="Go to Zoho and allow it").click()
    else:
        page.get_by_label("Code", exact=True).fill(zoho.new_code())
        page.get_by_role("button", name="Use the code").click()
    page.get_by_label("Nordlicht Handel GmbH").check()
    page.get_by_role("button", name="Use this organization").click()

    expect(page.get_by_label("Field with a vendor's VAT number")).to_have_value("cf_vat_id")
    page.get_by_label("Our unique field on bills").fill("cf_document_id")
    page.get_by_role("button", name="Keep the fields").click()
    expect(page.locator("#copies")).to_contain_text("Waits for a worker")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.locator("#toasts")).to_contain_text("Zoho Books answers")
    found = Connection.objects.get(organization=acme)
    assert (found.state, found.vat_field) == (ConnectionState.WORKING, "cf_vat_id")
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    assert not scripts or _complaints(page) == []
    context.close()
    assert said == []


def _complaints(page: Page) -> list[str]:
    page.wait_for_load_state()
    result = Axe().run(page)
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in result.response["violations"]
        for node in each["nodes"][:3]
    ]
