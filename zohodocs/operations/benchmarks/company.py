"""What benchmarks stand on: a company, its papers, and its Zoho Books where that is a sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from zohodocs import clients
from zohodocs.arrivals.receive import receive
from zohodocs.jobs import doorbell
from zohodocs.models import (
    Account,
    Connection,
    ConnectionState,
    Document,
    FieldValue,
    Organization,
    State,
    Vendor,
)
from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.posting import reference

from .zoho import Zoho

TODAY = date(2026, 5, 20)
# More than any benchmark sends: where the limits are not what is measured.
NO_LIMIT = 10_000_000


def addressee(code: str) -> Organization:
    """The company that the papers are addressed to; its books are not connected."""
    return Organization.objects.create(
        code=code, name="Nordlicht Handel GmbH", vat_numbers=["DE342366712"], country="DE"
    )


def connected(code: str, zoho: Zoho, *, daily_limit: int = NO_LIMIT) -> Organization:
    """A company with working secrets, its chart, taxes and vendors copied."""
    organization = addressee(code)
    Connection.objects.create(
        organization=organization,
        accounts_url=zoho.url,
        books_url=f"{zoho.url}/books/v3",
        zoho_organization_id=zoho.organizations[0],
        client_id=zoho.client_id,
        client_secret_encrypted=clients.encrypt(zoho.client_secret),
        refresh_token_encrypted=clients.encrypt(zoho.refresh_token),
        vat_field="cf_vat_id",
        document_field="cf_document_id",
        daily_limit=daily_limit,
        state=ConnectionState.WORKING,
    )
    reference.refresh(organization, vendors=True, actor="bench")
    return organization


def arrived(organization: Organization, contents: Iterator[bytes], number: int) -> list[Document]:
    """The next so many papers, handed in over the door that all use."""
    return [handed_in(organization, next(contents), str(count)) for count in range(number)]


def handed_in(organization: Organization, content: bytes, name: str) -> Document:
    """One paper."""
    arrival = receive(
        organization=organization, content=content, filename=f"{name}.pdf", channel="bench"
    )
    if arrival.document is None:
        raise AssertionError("A paper of the benchmark was not accepted.")
    return arrival.document


def at_pace(
    organization: Organization, contents: Sequence[bytes], *, pause: float
) -> list[Document]:
    """One after the other, each with its bell, however long each takes at the door."""
    began = time.monotonic()
    found = []
    for number, content in enumerate(contents):
        # Papers keep coming, whatever the workers do.
        time.sleep(max(0.0, began + number * pause - time.monotonic()))
        found.append(handed_in(organization, content, str(number)))
        doorbell.ring(found[-1])
    return found


def approved(organization: Organization, number: int, *, first: int = 0) -> list[Document]:
    """So many approved invoices over different sums, as the pipeline leaves them, unread."""
    (paper,) = papers_for_benchmarks(TODAY, 1)
    vendor = Vendor.objects.get(organization=organization, name="Stadtwerke Hanse GmbH")
    account = Account.objects.get(organization=organization, name="Electricity, Gas and Water")
    found = arrived(
        organization, (paper + b"\n%% %d\n" % (first + count) for count in range(number)), number
    )
    values = []
    for count, document in enumerate(found, start=first):
        net = Decimal(1000 + count) / 10
        tax = (net * 19 / 100).quantize(Decimal("0.01"))
        said = {
            "supplier_name": vendor.name,
            "supplier_tax_id": vendor.tax_id,
            "invoice_number": f"SW-{700_000 + count}",
            "issue_date": TODAY.isoformat(),
            "due_date": (TODAY + timedelta(days=30)).isoformat(),
            "currency": "EUR",
            "net_total": f"{net:.2f}",
            "tax_total": f"{tax:.2f}",
            "gross_total": f"{net + tax:.2f}",
            "document_type": "invoice",
        }
        values += [
            FieldValue(document=document, name=name, value=value, confidence=1, source="bench")
            for name, value in said.items()
        ]
        document.state = State.APPROVED
        document.approved_at = document.decided_at = timezone.now()
        document.approved_by = "bench"
        document.document_type, document.currency = "invoice", "EUR"
        document.invoice_number = said["invoice_number"]
        document.compared_number = said["invoice_number"].replace("-", "")
        document.issue_date, document.gross_total = TODAY, net + tax
        document.vendor, document.account = vendor, account
        document.tax_lines = [{"rate": "19", "base": f"{net:.2f}", "tax": f"{tax:.2f}"}]
        document.save()
    FieldValue.objects.bulk_create(values)
    return found


__all__ = [
    "NO_LIMIT",
    "TODAY",
    "addressee",
    "approved",
    "arrived",
    "at_pace",
    "connected",
    "handed_in",
]
