"""/connection/: an admin leads a company into Zoho Books, step by step, against a real sandbox."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from integrations.zoho_books.sandbox import Sandbox
from tests.cast import client_of
from tests.factories import (
    MembershipFactory,
)
from tests.page import part
from tests.web.connecting import acme, address, client_form, connected, nora, zoho
from zohodocs import clients
from zohodocs.clients import connecting
from zohodocs.jobs import sync
from zohodocs.models import (
    Account,
    AuditEvent,
    Connection,
    ConnectionState,
    CopyState,
    Location,
    Organization,
    Role,
    Vendor,
    ZohoCopy,
)

pytestmark = pytest.mark.django_db


__all__ = ["acme", "nora", "zoho"]  # fixtures


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.APPROVER])
def test_only_an_admin_of_the_company_sees_the_page(acme: Organization, role: Role) -> None:
    user = MembershipFactory(organization=acme, role=role).user
    MembershipFactory(user=user, role=Role.ADMIN)  # of another company

    assert client_of(user).get(address()).status_code == 404
    for step in ("client", "code", "choose", "fields", "look", "refresh", "history"):
        assert client_of(user).post(address(step)).status_code == 404
    assert client_of(user).get(address("consent")).status_code == 404
    assert not Connection.objects.exists()


def test_nobody_logged_out_gets_in(acme: Organization) -> None:
    assert Client().get(address()).status_code == 302


def test_the_content_policy_stays_strict_and_the_page_is_not_kept(nora: User) -> None:
    answer = client_of(nora).get(address())

    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_looking_at_the_page_keeps_nothing(nora: User) -> None:
    client = client_of(nora)

    assert client.get(address()).status_code == 200
    assert client.get(address("consent")).status_code == 422

    assert not Connection.objects.exists()


# --- the steps ----------------------------------------------------------------------------------


def test_all_steps_end_with_everything_copied(
    nora: User, acme: Organization, zoho: Sandbox
) -> None:
    client = connected(nora, zoho)
    client.post(
        address("fields"),
        {"vat_field": "cf_vat_id", "document_field": "cf_document_id", "daily_limit": 5000},
    )
    sync.refresh_reference(organization_id=acme.pk)
    sync.copy_history(organization_id=acme.pk)

    found = Connection.objects.get(organization=acme)
    assert (found.state, found.vat_field) == (ConnectionState.WORKING, "cf_vat_id")
    assert (found.daily_limit, found.books_facts["plan"]) == (5000, "PROFESSIONAL")
    assert Account.objects.filter(organization=acme, name="Office Supplies").exists()
    assert Vendor.objects.get(name="Bürobedarf Lindner KG").tax_id == "DE129273398"
    assert Location.objects.get(organization=acme).name == "Head Office"
    assert set(ZohoCopy.objects.values_list("state", flat=True)) == {CopyState.DONE}
    page = part(client.get(address()))
    assert "Is done" in page.one("#copies").text
    assert page.one("#state-title ~ .stack .state").text == "working"


def test_a_data_centre_fills_in_its_hosts(nora: User) -> None:
    form = {"data_centre": "ca", "client_id": "1000.X", "client_secret": "canary-secret"}

    assert client_of(nora).post(address("client"), form).status_code == 303

    found = Connection.objects.get()
    assert found.accounts_url == "https://accounts.zohocloud.ca"
    assert found.books_url == "https://www.zohoapis.ca/books/v3"


def test_a_company_s_admin_names_no_address_of_their_own(
    acme: Organization, zoho: Sandbox, settings: Any
) -> None:
    ben = MembershipFactory(organization=acme, role=Role.ADMIN).user

    answer = client_of(ben).post(address("client"), client_form(zoho))

    assert answer.status_code == 422
    assert "set by whoever runs ZohoDocs" in answer.text
    assert not Connection.objects.get().client_id
    # The one that the environment names is known to whoever runs it.
    settings.ZOHO_ACCOUNTS_URL, settings.ZOHO_BOOKS_URL = zoho.accounts_url, zoho.books_url
    assert client_of(ben).post(address("client"), client_form(zoho)).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        "ftp://accounts.example.net",
        "https://",
        "https://accounts.zoho.eu@example.net",
        "https://example.net/?q=",
        "javascript:alert(1)",
        "https://[broken",
    ],
)
def test_an_address_that_is_none_is_refused(nora: User, zoho: Sandbox, wrong: str) -> None:
    answer = client_of(nora).post(address("client"), client_form(zoho, accounts_url=wrong))

    assert answer.status_code == 422
    assert "not an address" in answer.text
    assert not Connection.objects.get().client_id


def test_secrets_go_in_and_never_come_out(
    nora: User, zoho: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    client = connected(nora, zoho)
    kept = Connection.objects.get()
    hidden = {
        zoho.client_secret,
        clients.decrypt(kept.refresh_token_encrypted),
        clients.decrypt(kept.access_token_encrypted),
    }
    refused = client.post(address("client"), client_form(zoho, accounts_url="nonsense"))
    page = client.get(address())
    trail = str(list(AuditEvent.objects.values_list("data", flat=True)))

    for secret in hidden:
        assert secret
        assert secret not in page.text
        assert secret not in refused.text
        assert secret not in trail
        assert secret not in caplog.text
        assert secret not in kept.refresh_token_encrypted
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {
        "connection.client_set",
        "connection.connected",
        "connection.organization_chosen",
        "connection.looked_at",
        "history.asked",
    } <= verbs
    assert set(AuditEvent.objects.values_list("actor", flat=True)) == {"nora"}


def test_a_stored_secret_does_not_follow_to_another_host(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)
    moved = client_form(zoho, accounts_url="https://accounts.example.net", client_secret="")

    answer = client.post(address("client"), moved)

    assert answer.status_code == 422
    assert "Enter the client secret" in answer.text
    assert Connection.objects.get().accounts_url == zoho.accounts_url


def test_another_client_must_be_let_in_again(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)

    client.post(address("client"), client_form(zoho, client_id="1000.OTHER"))

    found = Connection.objects.get()
    assert not found.refresh_token_encrypted
    assert not found.access_token_encrypted
    assert found.state == ConnectionState.RECONNECT
    assert clients.needs_a_person(found)


def test_a_used_code_is_refused_and_the_present_access_stays(nora: User, zoho: Sandbox) -> None:
    client = connected(nora, zoho)
    before = Connection.objects.get()

    answer = client.post(address("code"), {"code": "1000.used"})

    after = Connection.objects.get()
    assert answer.status_code == 422
    assert "make a new one" in answer.text
    assert after.refresh_token_encrypted == before.refresh_token_encrypted
    assert after.state == ConnectionState.WORKING


def test_a_revoked_connection_says_so_and_is_connected_again(
    nora: User, acme: Organization, zoho: Sandbox
) -> None:
    client = connected(nora, zoho)
    token = clients.decrypt(Connection.objects.get().refresh_token_encrypted)
    httpx.post(f"{zoho.accounts_url}/oauth/v2/token/revoke", data={"token": token})
    zoho.expire_tokens()

    tried = client.post(address("look"))

    assert tried.status_code == 422
    assert Connection.objects.get().state == ConnectionState.RECONNECT
    assert "Connect again in step 2" in tried.text
    assert client.post(address("code"), {"code": zoho.new_code()}).status_code == 303
    assert Connection.objects.get().state == ConnectionState.WORKING
    assert client.post(address("look")).status_code == 303


# --- Zoho's consent page ------------------------------------------------------------------------


def consent(client: Client) -> str:
    """Where Zoho's page sends the browser back to."""
    sent = client.get(address("consent"))
    assert sent.status_code == 302
    query = parse_qs(urlsplit(sent["Location"]).query)
    assert query["access_type"] == ["offline"]
    assert query["prompt"] == ["consent"]
    assert "ZohoBooks.bills.CREATE" in query["scope"][0]
    back = httpx.get(sent["Location"], follow_redirects=False).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def test_the_consent_page_connects_and_the_permissions_are_known(nora: User, zoho: Sandbox) -> None:
    client = client_of(nora)
    client.post(address("client"), client_form(zoho))

    back = consent(client)
    first, again = client.get(back), client.get(back)

    assert first.status_code == 303
    assert again.status_code == 403, "an answer counts once"
    found = Connection.objects.get()
    assert "ZohoBooks.bills.CREATE" in found.scopes
    client.post(address("choose"), {"organization": zoho.organization_ids[0]})
    assert "not proven" not in client.get(address()).text


def test_an_answer_that_another_session_asked_for_is_refused(nora: User, zoho: Sandbox) -> None:
    client = client_of(nora)
    client.post(address("client"), client_form(zoho))
    back = consent(client)

    assert client_of(nora).get(back).status_code == 403
    assert not Connection.objects.get().refresh_token_encrypted


@pytest.mark.parametrize("extra", ["", "&state=wrong"])
def test_an_answer_without_the_right_state_is_refused(
    nora: User, zoho: Sandbox, extra: str
) -> None:
    client = client_of(nora)
    client.post(address("client"), client_form(zoho))
    consent(client)

    answer = client.get(f"{reverse('connection_consented')}?code={zoho.new_code()}{extra}")

    assert answer.status_code == 403
    assert not Connection.objects.get().refresh_token_encrypted


def test_nothing_is_sent_to_a_host_that_only_the_browser_names(nora: User, zoho: Sandbox) -> None:
    client = client_of(nora)
    client.post(address("client"), client_form(zoho))
    back = consent(client)
    parts = parse_qs(urlsplit(back).query)
    before = zoho.snapshot()["calls"].get("POST /oauth/v2/token", 0)

    answer = client.get(
        reverse("connection_consented"),
        {
            "state": parts["state"][0],
            "code": parts["code"][0],
            "accounts-server": "http://127.0.0.1:9",
        },
    )

    assert answer.status_code == 422
    assert "not Zoho" in answer.text
    assert zoho.snapshot()["calls"].get("POST /oauth/v2/token", 0) == before
    assert not Connection.objects.get().refresh_token_encrypted


EU = "https://accounts.zoho.eu"


@pytest.mark.parametrize(
    ("own", "location", "server", "host"),
    [
        (EU, "", "", EU),
        (EU, "in", "", "https://accounts.zoho.in"),
        (EU, "us", "https://accounts.zoho.com", "https://accounts.zoho.com"),
        (EU, "us", "https://accounts.zoho.com/", "https://accounts.zoho.com"),
        (EU, "us", "https://accounts.zoho.in", None),
        (EU, "xx", "", None),
        (EU, "", "https://accounts.zoho.eu.example.net", None),
        (EU, "", "https://accounts.zoho.eu@example.net", None),
        (EU, "", "http://accounts.zoho.eu", None),
        ("http://sim:9", "eu", "http://sim:9", "http://sim:9"),
        ("http://sim:9", "eu", "", "http://sim:9"),
        ("http://sim:9", "", "http://sim:90", None),
    ],
)
def test_the_answer_may_only_choose_among_known_hosts(
    own: str, location: str, server: str, host: str | None
) -> None:
    connection = Connection(accounts_url=own)

    if host is None:
        with pytest.raises(connecting.StepRefused):
            connecting.accounts_server(connection, location=location, server=server)
    else:
        found = connecting.accounts_server(connection, location=location, server=server)
        assert found == host
