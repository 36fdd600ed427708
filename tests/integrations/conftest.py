"""A sandbox on loopback, clients for it, and a private Redis."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from redis import Redis

from integrations.zoho_books import AccessToken, MemoryTokens, ZohoBooks, refresh_access_token
from integrations.zoho_books.sandbox import Sandbox
from zohodocs.operations import embedded_redis

Payload = dict[str, Any]


@pytest.fixture(autouse=True)
def _no_second_tries() -> Iterator[None]:
    stamina.set_testing(True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def zoho() -> Iterator[Sandbox]:
    """A fresh sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def tokens(zoho: Sandbox) -> MemoryTokens:
    """Tokens from the sandbox's accounts host."""
    return MemoryTokens(lambda: access_token(zoho))


@pytest.fixture
def books(zoho: Sandbox, tokens: MemoryTokens) -> Iterator[ZohoBooks]:
    """A client of the euro organisation."""
    with ZohoBooks(
        books_url=zoho.books_url,
        organization_id=zoho.organization_ids[0],
        tokens=tokens,
    ) as client:
        yield client


@pytest.fixture
def bill_payload(books: ZohoBooks) -> Callable[..., Payload]:
    """Makes the payload of a bill of one vendor, 10 EUR net at 19 %."""
    vendor = books.find_vendors(name="Stadtwerke Hanse GmbH")[0]
    account = next(a for a in books.chart_of_accounts() if a.account_name == "Office Supplies")
    tax = next(t for t in books.taxes() if t.tax_name == "USt 19 %")

    def payload(number: str = "R-1", **changes: Any) -> Payload:
        return {
            "vendor_id": vendor.contact_id,
            "bill_number": number,
            "date": "2026-03-01",
            "line_items": [
                {"account_id": account.account_id, "rate": 10, "quantity": 1, "tax_id": tax.tax_id}
            ],
            **changes,
        }

    return payload


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of our own, for what must not disturb the product's."""
    directory = Path(tempfile.mkdtemp(prefix="zd-"))
    with embedded_redis.serving(directory) as url:
        yield url
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty Redis, over a connection with more patience than the product's."""
    with Redis.from_url(redis_url, socket_timeout=30) as client:
        client.flushall()
        yield client


def access_token(zoho: Sandbox) -> AccessToken:
    """Ask the sandbox for an access token."""
    return refresh_access_token(
        accounts_url=zoho.accounts_url,
        client_id=zoho.client_id,
        client_secret=zoho.client_secret,
        refresh_token=zoho.refresh_token,
    )
