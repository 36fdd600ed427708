"""The sandbox keeps what it is told, counts what it should, and shows it to a person."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations import errors
from integrations.zoho_books import AccessToken, MemoryTokens, ZohoBooks
from integrations.zoho_books.sandbox import Sandbox

from .conftest import access_token
from .crowd import ROOT

Payloads = Callable[..., dict[str, Any]]


@pytest.fixture
def web(zoho: Sandbox) -> Iterator[httpx.Client]:
    """A browser of sorts."""
    with httpx.Client(base_url=zoho.url, trust_env=False) as client:
        yield client


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with Sandbox(state=tmp_path) as first:
        token = access_token(first).value
        with books_of(first, token) as books:
            vendor = books.create_contact({"contact_name": "Kept", "contact_type": "vendor"})
            account = books.chart_of_accounts()[0]
            line = {"account_id": account.account_id, "rate": 0.1, "quantity": 3}
            bill = books.create_bill(
                {"vendor_id": vendor.contact_id, "bill_number": "1", "line_items": [line]}
            )
            books.attach(bill.bill_id, filename="a.pdf", content=b"%PDF", mime="application/pdf")
            before = books.bill(bill.bill_id)

    with Sandbox(state=tmp_path) as second, books_of(second, token) as books:
        assert books.bill(bill.bill_id) == before
        assert books.bill_attachment(bill.bill_id).content == b"%PDF"
        assert len(second.snapshot()["organizations"]) == 2


def books_of(zoho: Sandbox, token: str) -> ZohoBooks:
    return ZohoBooks(
        books_url=zoho.books_url,
        organization_id=zoho.organization_ids[0],
        tokens=MemoryTokens(lambda: AccessToken(token)),
    )


def test_the_call_above_the_limit_of_a_minute_blocks_the_organisation() -> None:
    with Sandbox(requests_per_minute=5, block_seconds=90) as zoho:
        with books_of(zoho, access_token(zoho).value) as books:
            for _ in range(5):
                books.taxes()
            for _ in range(2):
                with pytest.raises(errors.Throttled) as caught:
                    books.taxes()
        assert (caught.value.code, caught.value.retry_after) == (44, 90)
        assert zoho.snapshot()["most_in_a_minute"] == 5


def test_the_day_ends_with_code_45() -> None:
    with Sandbox(daily_limit=2) as zoho, books_of(zoho, access_token(zoho).value) as books:
        books.taxes()
        books.taxes()
        with pytest.raises(errors.Throttled) as caught:
            books.taxes()

    assert caught.value.scope == "day"


def test_one_call_too_many_at_once_is_1070() -> None:
    with (
        Sandbox(at_once=0) as zoho,
        books_of(zoho, access_token(zoho).value) as books,
        pytest.raises(errors.Throttled) as caught,
    ):
        books.taxes()

    assert (caught.value.code, caught.value.scope) == (1070, "concurrency")


def test_a_token_ends_with_its_time() -> None:
    with Sandbox(time_scale=3600) as zoho:
        token = access_token(zoho)

        assert token.expires_in == 1


def test_unknown_parameters_are_ignored_without_a_word(zoho: Sandbox, web: httpx.Client) -> None:
    token = access_token(zoho).value

    answer = web.get(
        "/books/v3/contacts",
        params={"organization_id": zoho.organization_ids[0], "vat_reg_no": "DE1", "per_page": 3},
        headers={"Authorization": f"Zoho-oauthtoken {token}"},
    ).json()

    assert len(answer["contacts"]) == 3
    assert answer["page_context"]["has_more_page"] is True
    assert answer["contacts"][0]["cf_vat_id"] == "DE811907980"


@pytest.mark.parametrize(
    ("header", "code"), [({}, 14), ({"Authorization": "Zoho-oauthtoken dead"}, 57)]
)
def test_without_a_living_token_there_is_nothing(
    zoho: Sandbox, web: httpx.Client, header: dict[str, str], code: int
) -> None:
    answer = web.get("/books/v3/organizations", headers=header)

    assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_doubles_are_kept_and_shown(
    zoho: Sandbox, books: ZohoBooks, bill_payload: Payloads
) -> None:
    one = books.create_bill(bill_payload("R-1"))
    other = books.create_bill(bill_payload("R-2"))
    records = zoho._store.records(zoho.organization_ids[0], "bills")
    records[other.bill_id]["bill_number"] = "r-1"

    [double] = zoho.snapshot()["doubles"]

    assert double["bill_ids"] == [one.bill_id, other.bill_id]


def test_a_fault_strikes_the_named_call_and_no_other(
    zoho: Sandbox, books: ZohoBooks, web: httpx.Client
) -> None:
    rule = {"match": "GET /settings/taxes", "nth": 2, "times": 1, "fault": "503"}
    assert web.post("/_sandbox/faults", json=rule).status_code == 200

    books.taxes()
    with pytest.raises(errors.Unavailable):
        books.taxes()
    books.taxes()
    books.currencies()

    [listed] = web.get("/_sandbox/state").json()["faults"]
    assert listed["seen"] == 3


@pytest.mark.parametrize(
    "rule",
    [{"match": "POST /bills", "fault": "earthquake"}, {"fault": "503"}, {"match": "x", "y": 1}, 7],
)
def test_a_fault_that_makes_no_sense_is_refused(web: httpx.Client, rule: object) -> None:
    answer = web.post("/_sandbox/faults", content=json.dumps([rule]))

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_reset_brings_the_first_day_back(
    zoho: Sandbox, books: ZohoBooks, bill_payload: Payloads, web: httpx.Client
) -> None:
    books.create_bill(bill_payload())

    web.post("/_sandbox/reset")

    state = web.get("/_sandbox/state").json()
    assert (state["bills"], state["calls"], len(state["organizations"])) == ([], {}, 2)


def test_a_person_sees_the_bills_and_opens_their_files(
    books: ZohoBooks, bill_payload: Payloads, web: httpx.Client
) -> None:
    vendor = books.create_contact(
        {"contact_name": "<script>alert(1)</script>", "contact_type": "vendor"}
    )
    bill = books.create_bill(bill_payload('"><b>9', vendor_id=vendor.contact_id))
    books.attach(bill.bill_id, filename="rechnung.pdf", content=b"%PDF-1", mime="application/pdf")
    books.attach(bill.bill_id, filename="page.pdf", content=b"<script>", mime="text/html")

    page = web.get("/")

    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "11.90 EUR" in page.text
    paper, disguised = re.findall(r'href="(/files/\d+)"', page.text)
    assert web.get(paper).content == b"%PDF-1"
    assert web.get(paper).headers["Content-Disposition"].startswith("inline")
    assert web.get(disguised).headers["Content-Disposition"].startswith("attachment")
    assert web.get(disguised).headers["Content-Type"] == "application/octet-stream"
    details = re.findall(r'href="(/bills/[^"]+)"', page.text)[0]
    assert "Office Supplies" in web.get(details).text


def test_the_consent_page_sends_back_a_code_that_works_once(
    zoho: Sandbox, web: httpx.Client
) -> None:
    answer = web.get(
        "/oauth/v2/auth",
        params={
            "client_id": zoho.client_id,
            "redirect_uri": "http://localhost/callback",
            "state": "s&1",
        },
    )

    target = httpx.URL(answer.headers["Location"])
    assert (target.path, target.params["state"]) == ("/callback", "s&1")
    assert target.params["accounts-server"] == zoho.accounts_url
    assert target.params["code"]


def test_the_command_prints_what_a_person_needs_and_stops_gracefully(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps([{"match": "GET /organizations", "fault": "503"}]))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "integrations.zoho_books.sandbox", "--port", "0"),
            *("--state", str(tmp_path / "state"), "--faults", str(faults)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process, httpx.Client(trust_env=False) as web:
        line = process.stdout.readline()
        url = re.findall(r"http://127\.0\.0\.1:\d+", line)[0]
        assert web.get(f"{url}/books/v3/organizations").status_code == 503
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=5) == 0

    assert "client_id=1000.SANDBOX" in line
    assert "refresh_token=" in line


def test_the_command_says_in_one_line_why_it_cannot_start(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"match": "GET /bills", "fault": "earthquake"}]')

    ended = subprocess.run(
        [
            *(sys.executable, "-m", "integrations.zoho_books.sandbox", "--port", "0"),
            *("--faults", str(faults)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith("The Zoho sandbox cannot start: Unknown fault 'earthquake'")
    assert ended.stderr.count("\n") == 1
