"""Several workers and zombies: one entry, and a lost lease sends nothing."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from tests.posting.conftest import Desk
from zohodocs import clients
from zohodocs.jobs import sync
from zohodocs.models import Posting
from zohodocs.posting.push import due, push

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_workers_at_once_post_one_bill(desk: Desk) -> None:
    document = desk.approved()
    ready = threading.Barrier(4)
    outcomes: list[str] = []

    def work(number: int) -> None:
        try:
            ready.wait(timeout=5)
            outcomes.append(push(document.pk, owner=f"worker-{number}").done)
        finally:
            connections.close_all()

    _together(work, 4)

    assert outcomes.count("confirmed") >= 1
    assert set(outcomes) <= {"confirmed", "busy"}
    assert len(desk.bills()) == 1
    assert len(desk.bills()[0]["files"]) == 1
    assert desk.posting(document).attempts == 1


def test_a_zombie_that_lost_its_lease_sends_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = desk.approved()

    def taken_over(place: str) -> None:
        if place == "push.after_sending":
            # As after a long pause of the machine: another worker has the posting by now.
            posting = Posting.objects.get(document=document)
            Posting.objects.update(lease_token=posting.lease_token + 1)

    monkeypatch.setattr("zohodocs.domain.crash.crash_here", taken_over)
    outcome = desk.push(document)
    monkeypatch.undo()

    assert outcome.done == "busy"
    assert desk.calls("PUT /bills") == 0
    assert desk.posting(document).state == "sending"


def test_a_zombie_does_not_hang_a_second_file_on_the_bill(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = desk.approved()

    def taken_over(place: str) -> None:
        # Between the confirmation and the upload: the lease is renewed just before the write.
        posting = Posting.objects.filter(document=document).first()
        if place == "push.before_hold" and posting and posting.state == "confirmed_without_file":
            Posting.objects.update(lease_token=posting.lease_token + 1)

    monkeypatch.setattr("zohodocs.domain.crash.crash_here", taken_over)
    outcome = desk.push(document)

    assert outcome.done == "busy"
    assert desk.calls("POST /bills/{id}/attachment") == 0


def test_a_lease_that_ran_out_before_the_call_sends_nothing(desk: Desk, settings: object) -> None:
    document = desk.approved()

    def an_hour_later_once_it_is_sending() -> datetime:
        sending = Posting.objects.filter(document=document, state="sending").exists()
        return timezone.now() + timedelta(hours=sending)

    outcome = desk.push(document, now=an_hour_later_once_it_is_sending)

    assert outcome.done == "busy"
    assert desk.calls("PUT /bills") == 0


def test_the_job_posts_and_a_vanished_document_does_not_kill_the_worker(desk: Desk) -> None:
    document = desk.approved()

    sync.post(document_id=document.pk, argument_of_a_newer_version=True)
    sync.post(document_id=0)

    document.refresh_from_db()
    assert document.state == "posted"


def test_the_job_counts_calls_by_endpoint_and_outcome(desk: Desk) -> None:
    from zohodocs import metrics

    counter = metrics.ZOHO_CALLS.labels("PUT /bills", "ok")
    before = counter._value.get()

    sync.post(document_id=desk.approved().pk)

    assert counter._value.get() == before + 1


def test_a_mistake_of_ours_is_kept_apart_and_tried_again_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = desk.approved()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("zohodocs.posting.planning.plan", broken)
    outcome = desk.push(document)
    monkeypatch.undo()

    assert outcome.done == "planned"
    assert outcome.not_before is not None
    assert desk.posting(document).error_code == "unforeseen"
    assert desk.bills() == []


def test_due_names_what_is_ready_and_nothing_else(desk: Desk) -> None:
    now = timezone.now()
    ready = desk.approved(number="A-1")
    held = desk.approved(number="A-2", hold_until=now + timedelta(seconds=30))
    desk.push(desk.approved(number="A-3"))
    leased = desk.approved(number="A-4")
    desk.break_next("PUT /bills", "503", times=0)
    desk.push(leased)

    assert due(now) == [ready.pk]
    assert set(due(now + timedelta(hours=2))) == {ready.pk, held.pk, leased.pk}


def test_an_organisation_without_zoho_keeps_its_documents(desk: Desk) -> None:
    document = desk.approved()
    desk.organization.connection.delete()

    outcome = desk.push(document)

    assert outcome.done == "not_connected"
    assert desk.posting(document).state == "planned"
    with pytest.raises(clients.NotConnected):
        clients.books_reader(desk.organization)


def _together(work: object, number: int) -> None:
    assert callable(work)
    threads = [threading.Thread(target=work, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
