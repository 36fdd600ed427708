"""A company, its Zoho with planted secrets, and a crew of workers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.zoho_books.sandbox import Credentials, Sandbox
from tests.factories import OrganizationFactory
from tests.faults.crew import Crew, needs_postgresql, until
from tests.faults.oracle import prove
from tests.posting.conftest import Desk, connect
from tests.sync.processes import environment
from zohodocs import clients
from zohodocs.clients import DatabaseTokens
from zohodocs.models import (
    Arrival,
    Connection,
    CopyKind,
    CopyState,
    Document,
    Organization,
    ZohoCopy,
)
from zohodocs.posting import reference

TIME_SCALE = 60
SECRETS = Credentials(
    client_id="1000.CANARYCLIENT",
    client_secret="canary-secret-7f3e9a",
    refresh_token="1000.canary-refresh-51d0c2",
)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the crew finds the files."""
    return tmp_path_factory.mktemp("crew")


@pytest.fixture
def crew(transactional_db: None, place: Path) -> Iterator[Crew]:
    """Four workers and two sweeps; gone before the tables are emptied behind the test."""
    needs_postgresql()
    crew = Crew(environment(place, TIME_SCALE=str(TIME_SCALE)))
    crew.start()
    yield crew
    crew.end()


class Company(Desk):
    """The desk, with the crew's work to wait for and the proof to ask for."""

    crew: Crew
    sent: dict[str, str]

    def hand_in(self, number: str, **paper: Any) -> Document:
        """An approved document that arrived; the sweep rings for it."""
        document = self.approved(number=number, **paper)
        Arrival.objects.create(
            organization=self.organization,
            document=document,
            channel=document.channel,
            filename=document.filename,
            size=document.size,
            sha256=document.sha256,
            result="accepted",
        )
        with document.original.open("rb") as file:
            self.sent[str(document.code)] = hashlib.sha256(file.read()).hexdigest()
        return document

    def settled(self, *, seconds: float = 120) -> dict[str, int]:
        """When nothing is under way any more: how many documents stand in which state."""

        def done() -> bool:
            return not Document.objects.filter(state__in=["approved", "posting"]).exists()

        until(done, what="the last posting", seconds=seconds)
        states = list(Document.objects.values_list("state", flat=True))
        return {state: states.count(state) for state in set(states)}

    def prove(self, *, may_wait: bool = False) -> None:
        """The oracle."""
        connection = Connection.objects.get()
        secrets = [SECRETS.client_secret, SECRETS.refresh_token]
        if connection.access_token_encrypted:
            secrets.append(clients.decrypt(connection.access_token_encrypted))
        prove(
            self.zoho,
            sent=self.sent,
            said=self.crew.said,
            secrets=secrets,
            may_wait=may_wait,
        )


@pytest.fixture
def zoho(request: pytest.FixtureRequest, transactional_db: None) -> Iterator[Sandbox]:
    """The sandbox, parametrised with options of its own."""
    options: dict[str, Any] = {"requests_per_minute": 5000, "time_scale": TIME_SCALE}
    options |= getattr(request, "param", {})
    with Sandbox(credentials=SECRETS, **options) as sandbox:
        yield sandbox


@pytest.fixture
def company(crew: Crew, zoho: Sandbox, settings: Any, place: Path) -> Company:
    """A connected company whose workers are the crew."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": place / "files"},
        }
    }
    organization: Organization = OrganizationFactory()
    connect(organization, zoho)
    with clients.books_reader(organization) as reader:
        reference.refresh(organization, reader=reader, vendors=True)
    # Done long ago: no other call of the crew takes a fault that is meant for posting.
    ZohoCopy.objects.create(
        organization=organization, kind=CopyKind.HISTORY, state=CopyState.DONE, step="accounts"
    )
    company = Company(organization, zoho)
    company.crew, company.sent = crew, {}
    assert DatabaseTokens(organization.connection.pk).get()
    return company
