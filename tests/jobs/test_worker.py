"""The worker of every queue."""

import json
import os
import zlib

import django_rq
import pytest
from django.conf import settings
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
