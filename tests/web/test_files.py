"""Originals and page pictures: only through the permission check."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import cast as people
from tests.cast import Cast, client_of
from zohodocs.models import AuditEvent, Document, Page


@pytest.fixture
def document(cast: Cast) -> Document:
    """Becker's invoice."""
    found = people.in_review(cast.nordlicht, people.paper()).document
    Document.objects.filter(pk=found.pk).update(filename='a"b/../../evil<script>.pdf')
    return found


def test_the_original_is_an_attachment_that_nothing_runs_or_keeps(
    cast: Cast, document: Document
) -> None:
    response = client_of(cast.ana).get(reverse("original", args=[document.code]))

    disposition = response["Content-Disposition"]
    assert b"".join(response) == people.paper()
    assert disposition.startswith("attachment; filename=")
    assert "/" not in disposition
    assert "<" not in disposition
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == "application/octet-stream"
    assert AuditEvent.objects.filter(document=document, verb="document.downloaded").exists()


def test_strangers_and_nobody_get_neither_file_nor_picture(cast: Cast, document: Document) -> None:
    for address in (
        reverse("original", args=[document.code]),
        reverse("page_picture", args=[document.code, 1]),
    ):
        anonymous = client_of(cast.ana)
        anonymous.logout()
        assert client_of(cast.stine).get(address).status_code == 404
        assert anonymous.get(address).status_code == 302
        assert client_of(cast.ana).post(address).status_code == 405


def test_a_picture_is_made_when_first_looked_at_and_kept(cast: Cast, document: Document) -> None:
    address = reverse("page_picture", args=[document.code, 1])
    client = client_of(cast.ana)
    assert not Page.objects.get(document=document).picture

    first = client.get(address)
    kept = Page.objects.get(document=document).picture.name
    second = client.get(address)

    assert first["Content-Type"] == "image/webp"
    assert first.content[8:12] == b"WEBP"
    assert second.content == first.content
    assert Page.objects.get(document=document).picture.name == kept
    assert "private" in first["Cache-Control"]


def test_a_lost_picture_is_made_again(cast: Cast, document: Document) -> None:
    address = reverse("page_picture", args=[document.code, 1])
    client = client_of(cast.ana)
    client.get(address)
    page = Page.objects.get(document=document)
    page.picture.storage.delete(str(page.picture.name))

    assert client.get(address).content[8:12] == b"WEBP"


def test_a_page_that_is_not_there_is_404(cast: Cast, document: Document) -> None:
    assert (
        client_of(cast.ana).get(reverse("page_picture", args=[document.code, 9])).status_code == 404
    )


def test_an_original_that_is_gone_is_404_not_500(cast: Cast, document: Document) -> None:
    document.original.storage.delete(str(document.original.name))

    assert client_of(cast.ana).get(reverse("original", args=[document.code])).status_code == 404
    assert (
        client_of(cast.ana).get(reverse("page_picture", args=[document.code, 1])).status_code == 404
    )
