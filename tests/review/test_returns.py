"""POST undo/, reopen/, again/: the ways back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from review import actions
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.page import HTMX, part
from zohodocs.models import Document, ReviewItem, ReviewState, State


@pytest.fixture
def approved(cast: Cast) -> Document:
    """Becker's invoice, approved by Ana and held."""
    item = people.in_review(cast.nordlicht, people.paper())
    actions.approve(item=item, by=cast.ana, version=fresh(item.document).version)
    return fresh(item.document)


@pytest.fixture
def filed(cast: Cast) -> Document:
    """Becker's invoice, filed by Ana."""
    item = people.in_review(cast.nordlicht, people.paper())
    actions.file(item=item, by=cast.ana, version=fresh(item.document).version)
    return fresh(item.document)


def undo(user: User, document: Document) -> int:
    address = reverse("review:undo", args=[document.code])
    return client_of(user).post(address, headers=HTMX).status_code


def test_undo_in_the_hold_brings_the_document_back_to_the_desk(
    cast: Cast, approved: Document
) -> None:
    response = client_of(cast.ana).post(reverse("review:undo", args=[approved.code]), headers=HTMX)

    item = ReviewItem.objects.get(document=approved, state=ReviewState.OPEN)
    document = fresh(approved)
    assert document.state == State.IN_REVIEW
    assert (document.approved_at, document.hold_until) == (None, None)
    assert response["HX-Push-Url"] == reverse("review:item", args=[item.code])
    assert part(response).ids == ["desk", "toasts"]


def test_undo_after_the_hold_is_too_late(cast: Cast, approved: Document) -> None:
    Document.objects.filter(pk=approved.pk).update(hold_until=timezone.now() - timedelta(seconds=1))

    assert undo(cast.ana, approved) == 204
    assert fresh(approved).state == State.APPROVED


def test_undo_of_what_is_being_posted_changes_nothing(cast: Cast, approved: Document) -> None:
    Document.objects.filter(pk=approved.pk).update(state=State.POSTING)

    undo(cast.ana, approved)

    assert fresh(approved).state == State.POSTING


def test_only_those_who_decide_undo(cast: Cast, approved: Document) -> None:
    assert undo(cast.omar, approved) == 204
    assert undo(cast.stine, approved) == 404
    address = reverse("review:undo", args=[approved.code])
    assert client_of(cast.ana).get(address).status_code == 405
    assert fresh(approved).state == State.APPROVED


def test_a_filed_document_is_opened_again(cast: Cast, filed: Document) -> None:
    response = client_of(cast.ana).post(
        reverse("review:reopen", args=[filed.code]), {"version": filed.version}
    )

    item = ReviewItem.objects.get(document=filed, state=ReviewState.OPEN)
    assert response.status_code == 303
    assert response["Location"] == reverse("review:item", args=[item.code])
    assert fresh(filed).state == State.IN_REVIEW


def test_reopening_by_a_stale_page_changes_nothing(cast: Cast, filed: Document) -> None:
    address = reverse("review:reopen", args=[filed.code])

    stale = client_of(cast.ana).post(address, {"version": filed.version - 1})
    viewer = client_of(cast.omar).post(address, {"version": filed.version})
    stranger = client_of(cast.stine).post(address, {"version": filed.version})

    assert stale["Location"] == reverse("document", args=[filed.code])
    assert viewer["Location"] == reverse("document", args=[filed.code])
    assert stranger.status_code == 404
    assert fresh(filed).state == State.FILED


def test_a_failed_document_is_read_again_or_taken_to_review(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    Document.objects.filter(pk=item.document.pk).update(state=State.FAILED, attempts=2)
    page = part(client_of(cast.ana).get(reverse("review:item", args=[item.code])))
    assert "Read again" in page.one(".verbs").text

    client_of(cast.ana).post(
        reverse("review:again", args=[item.code]), {"version": fresh(item.document).version}
    )

    document = fresh(item.document)
    assert (document.state, document.attempts) == (State.RECEIVED, 0)
    assert ReviewItem.objects.get(pk=item.pk).state == ReviewState.CANCELLED


def test_a_failed_document_can_be_rejected(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    Document.objects.filter(pk=item.document.pk).update(state=State.FAILED)

    item.document.refresh_from_db()
    actions.reject(item=item, by=cast.ana, version=item.document.version, reason="broken")

    assert fresh(item.document).state == State.REJECTED
