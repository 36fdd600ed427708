"""A Zoho Books on loopback, an organisation connected to it, and papers approved for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations.zoho_books.sandbox import Sandbox
from tests.factories import (
    ConnectionFactory,
    DocumentFactory,
    FieldValueFactory,
    OrganizationFactory,
)
from tests.page import plain_static as plain_static
from zohodocs import clients
from zohodocs.clients import DatabaseTokens
from zohodocs.models import Account, Connection, Document, Organization, Posting, Vendor
from zohodocs.posting import reference
from zohodocs.posting.push import Outcome, push

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def zoho(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    """The sandbox, empty, with room for many calls; parametrised with options of its own."""
    options = getattr(request, "param", {})
    with Sandbox(state=tmp_path / "zoho", requests_per_minute=5000, **options) as sandbox:
        yield sandbox


@pytest.fixture
def organization(db: None, zoho: Sandbox, settings: Any, tmp_path: Path) -> Organization:
    """A German company whose chart and taxes were read from the sandbox."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    settings.UNKNOWN_GRACE_SECONDS = 0.4
    organization: Organization = OrganizationFactory()
    connect(organization, zoho)
    with clients.books_reader(organization) as reader:
        reference.refresh(organization, reader=reader, vendors=True)
    return organization


def connect(organization: Organization, zoho: Sandbox) -> Connection:
    """A connection with working secrets."""
    connection: Connection = ConnectionFactory(
        organization=organization,
        accounts_url=zoho.accounts_url,
        books_url=zoho.books_url,
        zoho_organization_id=zoho.organization_ids[0],
        client_id=zoho.client_id,
        client_secret_encrypted=clients.encrypt(zoho.client_secret),
        refresh_token_encrypted=clients.encrypt(zoho.refresh_token),
        daily_limit=5000,
    )
    return connection


@dataclass
class Desk:
    """Approves papers and pushes them, as workers would."""

    organization: Organization
    zoho: Sandbox

    @property
    def vendor(self) -> Vendor:
        """A vendor that stands in Zoho."""
        return Vendor.objects.get(organization=self.organization, name="Bürobedarf Lindner KG")

    def approved(
        self,
        *,
        document_type: str = "invoice",
        number: str = "RE-2024-118",
        values: Mapping[str, str] | None = None,
        lines: list[dict[str, Any]] | None = None,
        tax_lines: list[dict[str, Any]] | None = None,
        content: bytes = PDF,
        mime: str = "application/pdf",
        vendor: Vendor | None = None,
        **columns: Any,
    ) -> Document:
        """An approved paper over 119.00 EUR."""
        said = {
            "supplier_name": "Bürobedarf Lindner KG",
            "supplier_tax_id": "DE129273398",
            "buyer_tax_id": "DE136695976",
            "invoice_number": number,
            "issue_date": "2024-04-18",
            "due_date": "2024-05-02",
            "currency": "EUR",
            "net_total": "100.00",
            "tax_total": "19.00",
            "gross_total": "119.00",
            "document_type": document_type,
        } | dict(values or {})
        account = Account.objects.get(organization=self.organization, name="Office Supplies")
        unique = content + f"% {number} {document_type}".encode()
        content = unique if mime == "application/pdf" else content
        document: Document = DocumentFactory(
            approved=True,
            organization=self.organization,
            content=content,
            mime=mime,
            kind="xml" if mime.endswith("xml") else "pdf",
            document_type=document_type,
            invoice_number=said["invoice_number"],
            compared_number=said["invoice_number"].replace("-", ""),
            issue_date=date.fromisoformat(said["issue_date"]),
            currency=said["currency"],
            gross_total=Decimal(said["gross_total"]),
            vendor=vendor or self.vendor,
            account=account,
            line_items=lines or [],
            tax_lines=tax_lines
            if tax_lines is not None
            else [{"rate": "19", "base": "100.00", "tax": "19.00"}],
            **columns,
        )
        for name, value in said.items():
            FieldValueFactory(document=document, name=name, value=value)
        return document

    def push(self, document: Document, **options: Any) -> Outcome:
        """One turn of a worker."""
        outcome = push(document.pk, owner="worker-1", **options)
        document.refresh_from_db()
        return outcome

    def posting(self, document: Document) -> Posting:
        """The posting as it stands."""
        return Posting.objects.get(document=document)

    def bills(self, kind: str = "bills") -> list[dict[str, Any]]:
        """Entries in Zoho; never two of one document."""
        state = self.zoho.snapshot()
        assert state["doubles"] == []
        entries: list[dict[str, Any]] = state[kind]
        marks = [entry["custom"].get("cf_document_id") for entry in entries]
        assert len(marks) == len(set(marks))
        return entries

    def calls(self, name: str) -> int:
        """How often Zoho was called so."""
        return int(self.zoho.snapshot()["calls"].get(name, 0))

    def delete_bill(self, bill_id: str) -> None:
        """Somebody deletes a bill in Zoho."""
        connection = Connection.objects.get(organization=self.organization)
        answer = httpx.delete(
            f"{self.zoho.books_url}/bills/{bill_id}",
            params={"organization_id": connection.zoho_organization_id},
            headers={"Authorization": f"Zoho-oauthtoken {DatabaseTokens(connection.pk).get()}"},
        )
        assert answer.status_code == 200

    def break_next(self, match: str, fault: str, **more: Any) -> None:
        """Spoil the next call of this kind."""
        self.zoho.add_faults([{"match": match, "fault": fault, **more}])


@pytest.fixture
def desk(organization: Organization, zoho: Sandbox) -> Desk:
    """The desk of the connected company."""
    return Desk(organization, zoho)
