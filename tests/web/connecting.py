"""A company on its way into a sandbox's books, step by step, as an admin takes the steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from integrations.zoho_books.sandbox import Sandbox
from tests.cast import client_of
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory
from zohodocs.models import Organization, Role


@pytest.fixture
def zoho(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(state=tmp_path / "zoho", requests_per_minute=5000) as sandbox:
        yield sandbox


@pytest.fixture
def acme(db: None) -> Organization:
    return OrganizationFactory(code="acme", name="Acme GmbH")


@pytest.fixture
def nora(acme: Organization) -> User:
    return MembershipFactory(
        organization=acme,
        # Only who runs the service may name a Zoho that is none of Zoho's own.
        user=UserFactory(username="nora", is_superuser=True),
        role=Role.ADMIN,
    ).user


def address(step: str = "") -> str:
    return reverse(f"connection_{step}" if step else "connection", args=["acme"])


def client_form(zoho: Sandbox, **more: str) -> dict[str, str]:
    return {
        "data_centre": "other",
        "accounts_url": zoho.accounts_url,
        "books_url": zoho.books_url,
        "client_id": zoho.client_id,
        "client_secret": zoho.client_secret,
    } | more


def connected(nora: User, zoho: Sandbox) -> Client:
    """Steps 1 to 3 taken."""
    client = client_of(nora)
    assert client.post(address("client"), client_form(zoho)).status_code == 303
    assert client.post(address("code"), {"code": zoho.new_code()}).status_code == 303
    chosen = client.post(address("choose"), {"organization": zoho.organization_ids[0]})
    assert chosen.status_code == 303
    return client
