"""The worker of every queue."""

import json
import os
import zlib

import django_rq
import pytest
from django.conf import settings
from django.db import connection
from django_rq.workers import get_worker
from rq.job import Job
from rq.registry import FailedJobRegistry

from zohodocs.jobs import doorbell
from zohodocs.jobs.worker import OneQueueWorker
from zohodocs.pipeline import lease

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


def worker_of_the_command(queue: str) -> OneQueueWorker:
    """The worker as `manage.py rqworker` makes it, with the values it always passes."""
    worker = get_worker(
        queue,
        worker_ttl=420,
        serializer="rq.serializers.DefaultSerializer",
        prepare_for_work=False,
    )
    assert isinstance(worker, OneQueueWorker)
    return worker


def run_one(worker: OneQueueWorker, job: Job) -> None:
    worker.execute_job(job, worker.queues[0])


@pytest.mark.parametrize("queue", settings.QUEUES)
def test_a_job_runs_in_the_process_of_its_worker(queue: str) -> None:
    job = django_rq.get_queue(queue).enqueue(os.getpid, result_ttl=60)
    worker = worker_of_the_command(queue)

    run_one(worker, job)

    assert job.return_value() == os.getpid()


def test_a_worker_serves_one_queue_alone() -> None:
    with pytest.raises(ValueError, match="one queue"):
        get_worker("pipeline", "sync", prepare_for_work=False)


def test_a_job_is_kept_as_json_which_no_reader_can_be_made_to_execute() -> None:
    queue = django_rq.get_queue("pipeline")
    job = queue.enqueue("zohodocs.jobs.pipeline.process", document_id=7)

    kept = queue.connection.hget(job.key, "data")

    assert isinstance(kept, bytes)
    assert json.loads(zlib.decompress(kept)) == [
        "zohodocs.jobs.pipeline.process",
        None,
        [],
        {"document_id": 7},
    ]


def test_an_idle_worker_looks_for_abandoned_jobs_every_half_minute() -> None:
    worker = worker_of_the_command("pipeline")

    assert worker.maintenance_interval == 15
    assert worker.dequeue_timeout <= 15


@pytest.mark.parametrize("queue", ["pipeline", "sequential"])
def test_a_long_paper_may_be_read_as_long_as_its_lease_is_kept(queue: str) -> None:
    kept_for = settings.PROCESS_LEASE_SECONDS * lease.RENEWALS / 3

    job = django_rq.get_queue(queue).enqueue(os.getpid)

    assert job.timeout is not None
    assert int(job.timeout) >= kept_for


def test_a_failed_job_is_forgotten_after_a_day() -> None:
    queue = django_rq.get_queue("pipeline")
    job = queue.enqueue("os.rmdir", "/nowhere/at/all")
    worker = worker_of_the_command("pipeline")

    run_one(worker, job)

    registry = FailedJobRegistry(queue=queue)
    assert registry.get_job_ids() == [job.id]
    expires = queue.connection.zscore(registry.key, job.id)
    assert expires is not None
    now = queue.connection.time()[0]
    assert expires - now == pytest.approx(86_400, abs=60)


def plans_kept() -> int:
    """A job that asks the same thing time and again: how many plans its connection then holds."""
    with connection.cursor() as cursor:
        for number in range(4):
            cursor.execute("SELECT name FROM django_migrations WHERE id = %s", [number])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(("queue", "are_kept"), [("pipeline", True), ("sync", False)])
def test_the_pipeline_alone_has_its_statements_planned_once(queue: str, are_kept: bool) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite plans in no time.")
    job = django_rq.get_queue(queue).enqueue(plans_kept, result_ttl=60)

    get_worker(queue).work(burst=True)

    assert bool(job.return_value()) is are_kept
    assert not plans_kept(), "what came after the worker still asks as the worker did"


def lose_the_database() -> None:
    """A job whose connection dies under it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_job_after_one_whose_database_went_away_has_a_new_connection() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's connection is a file.")
    queue = django_rq.get_queue("pipeline")
    jobs = [queue.enqueue(lose_the_database), queue.enqueue(plans_kept, result_ttl=60)]

    get_worker("pipeline").work(burst=True)

    assert [job.is_failed for job in jobs] == [True, False]


def test_a_sign_of_life_of_a_moment_ago_is_not_given_again() -> None:
    worker = get_worker("shadow")
    assert isinstance(worker, OneQueueWorker)
    worker.register_birth()  # type: ignore[no-untyped-call]  # RQ's is not typed
    redis = worker.connection

    def ttl_after(seconds: int | None = None) -> int:
        redis.expire(worker.key, 5)
        worker.heartbeat(seconds)
        return int(redis.ttl(worker.key))

    try:
        assert ttl_after() == 90
        assert ttl_after() == 5, "said a moment ago"
        assert ttl_after(1260) == 1260, "a longer promise is always given"
        assert ttl_after() == 5, "and covers the shorter one"
        worker._alive_at -= 1
        assert ttl_after() == 90, "after a second it is said again"
    finally:
        worker.register_death()  # type: ignore[no-untyped-call]  # RQ's is not typed


def test_a_worker_that_was_killed_is_not_counted_though_its_name_stands_there() -> None:
    living, dead = get_worker("shadow"), get_worker("shadow")
    living.register_birth()  # type: ignore[no-untyped-call]  # RQ's is not typed
    dead.register_birth()  # type: ignore[no-untyped-call]  # RQ's is not typed
    try:
        before = doorbell.workers()["shadow"]
        # As it is when nobody renews it: the kernel told nobody that it killed this one.
        dead.connection.delete(dead.key)

        assert (before, doorbell.workers()["shadow"]) == (2, 1)
    finally:
        living.register_death()  # type: ignore[no-untyped-call]  # RQ's is not typed
        dead.register_death()  # type: ignore[no-untyped-call]  # RQ's is not typed
