"""A connection that throttles, dies or is revoked: postings wait, and the page says why."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.utils import timezone

from tests.posting.conftest import Desk
from tests.posting.waiting import until_done
from zohodocs import clients
from zohodocs.models import Connection, ReviewItem
from zohodocs.posting.push import due

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fault", ["429", "429_concurrency", "429_block", "429_day"])
def test_a_throttled_posting_stays_planned_and_waits(desk: Desk, fault: str) -> None:
    desk.break_next("PUT /bills", fault, retry_after=60)
    document = desk.approved()

    outcome = desk.push(document)

    assert outcome.done == "planned"
    assert outcome.not_before is not None
    assert outcome.not_before > timezone.now() + timedelta(seconds=50)
    posting = desk.posting(document)
    assert posting.attempts == 0
    assert document.pk not in due(timezone.now())
    assert document.pk in due(timezone.now() + timedelta(seconds=70))
    assert Connection.objects.get().state == "throttled"


def test_a_dead_connection_leaves_the_posting_planned(desk: Desk) -> None:
    document = desk.approved()
    desk.zoho.stop()

    outcome = desk.push(document)

    assert outcome.done == "planned"
    assert outcome.not_before is not None
    assert desk.posting(document).attempts == 0


def test_a_missing_permission_leaves_the_posting_planned_and_says_so(desk: Desk) -> None:
    desk.break_next("PUT /bills", "expired_token", times=0)
    document = desk.approved()

    outcome = desk.push(document)

    assert outcome.done == "planned"
    connection = Connection.objects.get()
    assert connection.state == "wrong"
    assert "permission" in connection.last_error
    assert ReviewItem.objects.count() == 0


def test_a_revoked_access_stops_all_until_somebody_connects_again(desk: Desk) -> None:
    Connection.objects.update(
        access_token_encrypted="",
        access_token_expires_at=None,
        refresh_token_encrypted=_sealed_yesterday(desk.zoho.refresh_token),
    )
    desk.break_next("POST /oauth/v2/token", "invalid_code", times=0)
    document, other = desk.approved(), desk.approved(number="RE-2")

    first = desk.push(document)
    desk.push(other)

    assert first.done == "planned"
    connection = Connection.objects.get()
    assert connection.state == "reconnect"
    assert due(timezone.now() + timedelta(hours=1)) == []
    assert desk.calls("POST /oauth/v2/token") <= 2  # one at the start, one that was refused

    desk.zoho.clear_faults()
    Connection.objects.update(refresh_token_encrypted=clients.encrypt(desk.zoho.refresh_token))
    assert set(due(timezone.now() + timedelta(hours=1))) == {document.pk, other.pk}
    assert until_done(desk, document) == "confirmed"
    assert Connection.objects.get().state == "working"


def _sealed_yesterday(secret: str) -> str:
    key = Fernet(settings.FIELD_ENCRYPTION_KEYS[0])
    return key.encrypt_at_time(secret.encode(), int(time.time()) - 86_400).decode()
