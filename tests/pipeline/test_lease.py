"""Leases of a process: one thread renews those that last, whichever is due first."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from django.db import OperationalError, connections

from tests.factories import DocumentFactory
from tests.waiting import until
from zohodocs.models import Document
from zohodocs.pipeline import lease
from zohodocs.pipeline.lease import kept

pytestmark = pytest.mark.django_db(transaction=True)
_LONG, _SHORT = timedelta(seconds=600), timedelta(seconds=0.3)


def claimed(lease: timedelta) -> tuple[Document, int]:
    document = DocumentFactory()
    token = document.claim(owner="test", lease=lease, now=datetime.now(UTC))
    assert token is not None
    return document, token


def ends(document: Document) -> datetime:
    until_then = Document.objects.get(pk=document.pk).lease_until
    assert until_then is not None
    return until_then


def keepers() -> int:
    return sum(thread.name == "lease" for thread in threading.enumerate())


def test_a_short_lease_is_renewed_while_a_long_one_is_waited_for() -> None:
    long, its_token = claimed(_LONG)
    short, token = claimed(_SHORT)
    before = ends(long), ends(short)

    with kept(long, token=its_token, lease=_LONG), kept(short, token=token, lease=_SHORT):
        until(lambda: ends(short) > before[1] + _SHORT, what="two renewals")
        assert ends(long) == before[0]
        assert keepers() == 1

    last = ends(short)
    with kept(long, token=its_token, lease=_SHORT):
        until(lambda: ends(long) < before[0], what="the next paper's renewal")
    assert ends(short) == last


def test_a_lease_that_somebody_else_took_is_left_alone() -> None:
    taken, token = claimed(_SHORT)
    other, its_token = claimed(_SHORT)
    theirs = datetime.now(UTC) + _LONG
    Document.objects.filter(pk=taken.pk).update(lease_token=token + 1, lease_until=theirs)
    before = ends(other)

    with kept(taken, token=token, lease=_SHORT), kept(other, token=its_token, lease=_SHORT):
        until(lambda: ends(other) > before + _SHORT, what="two renewals")

    assert ends(taken) == theirs


def test_an_error_nobody_thought_of_costs_one_renewal_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (first, token), (second, its_token) = claimed(_SHORT), claimed(_SHORT)
    before, tried = (ends(first), ends(second)), []

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            tried.append(threading.current_thread().name)
            if len(tried) == 1:
                raise RuntimeError("nobody thought of it")
            return super().now(tz)

    monkeypatch.setattr(lease, "datetime", Clock)
    with kept(first, token=token, lease=_SHORT), kept(second, token=its_token, lease=_SHORT):
        until(lambda: (ends(first), ends(second)) != before, what="the other's renewal")

    assert tried[0] == "lease"
    assert keepers() == 1


def test_a_database_that_is_away_ends_one_renewal_not_the_next_papers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, token = claimed(_SHORT)
    second, its_token = claimed(_SHORT)
    before = ends(second)
    failed = threading.Event()

    with monkeypatch.context() as away, kept(first, token=token, lease=_SHORT):

        def refuse(*args: object, **options: object) -> None:
            failed.set()
            raise OperationalError("the connection is lost")

        away.setattr(type(connections["default"]), "get_new_connection", refuse)
        assert failed.wait(10)

    with kept(second, token=its_token, lease=_SHORT):
        until(lambda: ends(second) > before, what="a renewal")
    assert keepers() == 1
