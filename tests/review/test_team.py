"""/review/team/: what a lead sees."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from review import team
from tests.cast import Cast, client_of
from tests.factories import DocumentFactory, ReviewItemFactory
from tests.page import part
from zohodocs.models import Correction, FieldValue, ReviewItem, ReviewState, Verdict

ADDRESS = reverse("review:team")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def waiting(cast: Cast, hours: float, **values: object) -> ReviewItem:
    document = DocumentFactory(organization=cast.nordlicht, in_review=True)
    opened = timezone.now() - timedelta(hours=hours)
    return ReviewItemFactory(document=document, opened_at=opened, **values)


def decided(cast: Cast, by: User, seconds: int, at: datetime) -> ReviewItem:
    return waiting(
        cast,
        1,
        state=ReviewState.DONE,
        verdict=Verdict.FILE,
        decided_by=by,
        claimed_at=at - timedelta(seconds=seconds),
        decided_at=at,
    )


def test_only_who_gives_the_second_approval_sees_it(cast: Cast) -> None:
    assert client_of(cast.bob).get(ADDRESS).status_code == 200
    assert client_of(cast.ana).get(ADDRESS).status_code == 403
    assert client_of(cast.omar).get(ADDRESS).status_code == 403
    assert "Team" in client_of(cast.bob).get(reverse("review:queue")).text
    assert "/review/team/" not in client_of(cast.ana).get(reverse("review:queue")).text


def test_the_queue_by_age_and_reason(cast: Cast, now: datetime) -> None:
    for hours in (0.5, 2, 5, 30, 100, 200):
        waiting(cast, hours, reason="vendor_new" if hours > 24 else "not_ours")

    found = team.of([cast.nordlicht], since=now - timedelta(hours=3), now=timezone.now())

    assert found.waiting == 6
    assert list(found.by_age) == [1, 1, 1, 1, 2]
    assert found.too_old == 2
    assert [(reason, number) for reason, number, _ in found.by_reason] == [
        ("not_ours", 3),
        ("vendor_new", 3),
    ]


def test_what_each_person_did_and_has_open(cast: Cast, now: datetime) -> None:
    for seconds in (10, 20, 60):
        decided(cast, cast.ana, seconds, now)
    decided(cast, cast.bob, 40, now)
    decided(cast, cast.bob, 40, now - timedelta(days=2))
    waiting(cast, 1, claimed_by=cast.bob, claimed_at=now, claimed_until=now + timedelta(minutes=5))

    found = team.of([cast.nordlicht], since=now - timedelta(hours=3), now=now)

    assert [(each.who, each.decided, each.seconds, each.open_now) for each in found.people] == [
        (cast.ana, 3, 20.0, 0),
        (cast.bob, 1, 40.0, 1),
    ]
    assert (found.decided, found.seconds) == (4, 30.0)


def test_the_share_of_fields_that_a_person_changed(cast: Cast, now: datetime) -> None:
    item = decided(cast, cast.ana, 10, now)
    for name in ("issue_date", "currency", "invoice_number", "gross_total"):
        FieldValue.objects.create(document=item.document, name=name, value="x", confidence=1)
    for after in ("1", "2"):
        Correction.objects.create(
            document=item.document, field="invoice_number", after=after, by=cast.ana
        )

    found = team.of([cast.nordlicht], since=now - timedelta(hours=3), now=now)

    assert found.changed_share == 0.25
    assert "25 %" in part(client_of(cast.bob).get(ADDRESS)).one(".figures").text


def test_without_anything_it_says_so(cast: Cast) -> None:
    page = client_of(cast.bob).get(ADDRESS).text

    assert "Nobody has decided anything today." in page
    assert "Nothing waits." in page


def test_the_number_of_questions_does_not_grow(cast: Cast) -> None:
    client = client_of(cast.bob)
    waiting(cast, 1)
    decided(cast, cast.ana, 10, timezone.now())
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS)
    for _ in range(5):
        waiting(cast, 30)
        decided(cast, cast.bob, 10, timezone.now())

    with CaptureQueriesContext(connection) as many:
        client.get(ADDRESS)

    assert len(many) <= len(few) <= 12
