"""Several hands in one worker: side by side where the flag says so, one after another otherwise."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.factories import DocumentFactory
from zohodocs.domain.states import DocumentState
from zohodocs.jobs import crew, sync
from zohodocs.jobs.worker import OneQueueWorker
from zohodocs.models import Document
from zohodocs.posting.push import Outcome

PARALLEL = {"parallel_processing": {"arm": "candidate"}}


def test_without_a_crew_the_work_is_done_here_and_now() -> None:
    done: list[int] = []

    crew.do(lambda: done.append(threading.get_ident()))
    with crew.at_work(1):
        crew.do(lambda: done.append(threading.get_ident()))

    assert done == [threading.get_ident()] * 2
    assert crew.places_to_wait() == 0


def test_hands_work_side_by_side_and_the_block_waits_for_them() -> None:
    together = threading.Barrier(3)
    done: list[int] = []

    def work() -> None:
        together.wait(timeout=10)
        done.append(threading.get_ident())

    with crew.at_work(3):
        for _ in range(3):
            crew.do(work)

    assert len(set(done)) == 3


def test_who_hands_over_waits_for_a_free_hand() -> None:
    go = threading.Event()
    started = threading.Semaphore(0)

    def work() -> None:
        started.release()
        go.wait(timeout=10)

    with crew.at_work(2):
        crew.do(work)
        crew.do(work)
        assert started.acquire(timeout=10)
        assert started.acquire(timeout=10)
        third = threading.Thread(target=crew.do, args=(work,))
        third.start()
        third.join(timeout=0.2)
        assert third.is_alive(), "nobody had a free hand"
        go.set()
        third.join(timeout=10)
        assert not third.is_alive()


def test_a_hand_that_fails_serves_on() -> None:
    done: list[int] = []

    def fail() -> None:
        raise RuntimeError

    with crew.at_work(2):
        for _ in range(4):
            crew.do(fail)
        crew.do(lambda: done.append(1))

    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_documents_of_the_old_way_are_posted_one_after_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = threading.get_ident()
    seen: dict[int, int] = {}

    def push(document_id: int, **_: Any) -> Outcome:
        seen[document_id] = threading.get_ident()
        return Outcome("confirmed")

    monkeypatch.setattr(sync, "push", push)
    old: Document = DocumentFactory(approved=True)
    new: Document = DocumentFactory(approved=True, organization=old.organization, flags=PARALLEL)

    with crew.at_work(3):
        sync.post(document_id=old.pk)
        sync.post(document_id=new.pk)

    assert old.state == DocumentState.APPROVED.value
    assert seen[old.pk] == here
    assert seen[new.pk] != here


@pytest.mark.django_db(transaction=True)
def test_only_the_worker_of_sync_has_a_crew(monkeypatch: pytest.MonkeyPatch) -> None:
    from django_rq.workers import get_worker
    from rq.worker import SimpleWorker

    places: dict[str, int] = {}

    def work(worker: SimpleWorker, *_: Any, **__: Any) -> bool:
        places[worker.queue_names()[0]] = crew.places_to_wait()
        return True

    monkeypatch.setattr(SimpleWorker, "work", work)
    for queue in ("sync", "pipeline"):
        worker = get_worker(queue, prepare_for_work=False)
        assert isinstance(worker, OneQueueWorker)
        worker.work()

    assert places["sync"] > 0
    assert places["pipeline"] == 0


def test_a_connection_that_cannot_be_closed_costs_no_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    def broken() -> None:
        raise OSError

    with crew.at_work(2):
        with monkeypatch.context() as away:
            away.setattr(crew, "close_old_connections", broken)
            for _ in range(4):
                crew.do(lambda: None)
        for _ in range(3):
            crew.do(lambda: done.append(1))

    assert done == [1] * 3


def test_told_to_stop_the_crew_lets_nobody_wait() -> None:
    assert crew.closing() is None
    with crew.at_work(2):
        stop = crew.closing()
        assert stop is not None
        assert not stop.is_set()
        crew.go_home()
        assert stop.is_set()


def test_one_copy_at_a_time_leaves_the_other_hands_free() -> None:
    go, begun = threading.Event(), threading.Event()
    done: list[str] = []

    def long() -> None:
        begun.set()
        go.wait(timeout=10)
        done.append("long")

    with crew.at_work(3):
        crew.copy(long)
        assert begun.wait(timeout=10)
        crew.copy(lambda: done.append("second"))
        posted = threading.Event()
        crew.do(posted.set)
        assert posted.wait(timeout=10)
        go.set()

    assert done == ["long"]
