"""A spot check by keyboard."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import cast as people
from tests.cast import Cast, fresh
from tests.factories import PolicyFactory
from tests.journeys.test_ahead import of_last_month, unhurried
from tests.journeys.test_desk_journeys import Desk, desk, desks
from zohodocs.models import Document, ReviewItem, ReviewKind
from zohodocs.posting import record

__all__ = ["desk", "desks"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("plain_static"),
]


def drawn(cast: Cast, content: bytes) -> ReviewItem:
    """A paper that was posted without a person, and drawn."""
    asked = people.in_review(cast.nordlicht, content)
    now = timezone.now()
    Document.objects.filter(pk=asked.document_id).update(
        state="posted", approved_by="worker", approved_at=now, decided_at=now
    )
    asked.delete()
    record.draw_for_a_spot_check(fresh(asked.document))
    return ReviewItem.objects.get(document_id=asked.document_id, kind=ReviewKind.SPOT_CHECK)


def test_two_unfolds_what_is_wrong_and_one_twice_answers_one(desk: Desk, cast: Cast) -> None:
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=100)
    first, second = (drawn(cast, of_last_month(number)) for number in ("RG-77", "RG-79"))
    desk.open(first)
    page = desk.page
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.method))

    desk.press("2")
    expect(page.locator("#right-invoice_number")).to_be_visible()
    expect(page.locator("#q-spot-check summary")).to_be_focused()

    desk.press("1")
    expect(page).to_have_url(re.compile(str(second.code)))
    desk.press("1")
    unhurried(page)
    assert sent.count("POST") == 1
    expect(page.locator("#panel .panel-sub")).to_contain_text("RG-79")

    desk.press("1")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    assert sent.count("POST") == 2
