"""What accountants do in Zoho Books itself, after something was posted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from django.utils import timezone

from integrations.zoho_books import ZohoBooks
from tests.posting.conftest import Desk
from tests.waiting import clock
from zohodocs import clients
from zohodocs.clients import DatabaseTokens
from zohodocs.models import Amendment, Connection, Document, Posting
from zohodocs.posting import drift
from zohodocs.posting.amending import amend
from zohodocs.posting.drift import Found

NIGHT = timedelta(hours=8)


def posted(desk: Desk, **paper: Any) -> Document:
    """A document that stands in Zoho with its file."""
    document = desk.approved(**paper)
    assert desk.push(document).done in ("confirmed", "confirmed_without_file")
    return document


def in_zoho(desk: Desk, method: str, path: str, content: dict[str, Any] | None = None) -> None:
    """Somebody does this in Zoho, a while after it was posted."""
    connection = Connection.objects.get(organization=desk.organization)
    answer = httpx.request(
        method,
        f"{desk.zoho.books_url}{path}",
        params={"organization_id": connection.zoho_organization_id},
        headers={"Authorization": f"Zoho-oauthtoken {DatabaseTokens(connection.pk).get()}"},
        json=content,
    )
    assert answer.status_code in (200, 201), answer.text


def later(posting: Posting) -> None:
    """Let what we saw be some minutes old: Zoho's moments have whole seconds."""
    for side in ("agreed", "stands"):
        stood = getattr(posting, side)
        if stood.get("changed_at"):
            stood["changed_at"] = (timezone.now() - timedelta(minutes=2)).isoformat()
    Posting.objects.filter(pk=posting.pk).update(agreed=posting.agreed, stands=posting.stands)


def search(desk: Desk, **options: Any) -> Found:
    """One turn of the nightly search."""
    with clients.books_reader(desk.organization) as reader:
        now = options.pop("now", timezone.now())
        return drift.check(desk.organization, now=now, reader=reader, **options)


def run(amendment: Amendment, *, turns: int = 6, books: ZohoBooks | None = None) -> str:
    """As the sweep would: each time its wait is over."""
    ahead = timedelta()
    state = ""
    for _ in range(turns):
        state = amend(amendment.pk, owner="w", books=books, now=clock(ahead))
        amendment.refresh_from_db()
        if state in ("done", "refused"):
            break
        if amendment.not_before:
            ahead = amendment.not_before - timezone.now() + timedelta(seconds=0.01)
    return state
