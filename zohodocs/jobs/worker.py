"""The RQ worker of every queue: jobs run in its own process, one after another.

Only the jobs of `sync` may hand their work over to a crew of threads (`crew.py`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from redis.client import Pipeline
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from zohodocs import clients
from zohodocs.pipeline import lately, leaving
from zohodocs.timing import scaled

from . import crew, doorbell

# RQ would keep a failed job for a year; the document's own history is what people look at.
_KEEP_FAILED_SECONDS = 86_400
# A paper takes hundredths of a second: neither RQ's sign of life nor the look whether the database
# is still there is needed more often than that.
_OFTEN_SECONDS = 1.0
# From the second time on a statement runs as PostgreSQL planned it.
_PREPARED_AFTER = 2


class OneQueueWorker(SimpleWorker):
    """Runs jobs without a fork, so that a job costs milliseconds and counters live in one process.

    A dead worker's job is found soon: RQ looks for abandoned jobs every `maintenance_interval`, but
    an idle worker only gets there when its wait of `worker_ttl` - 15 seconds is over.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        # The management command always passes its own ttl and serialiser; ours are not a choice.
        options.update(
            worker_ttl=30,
            maintenance_interval=15,
            job_monitoring_interval=5,
            serializer=JSONSerializer,
        )
        super().__init__(*args, **options)
        if len(self.queues) != 1:
            # Of several, RQ takes a job out before it writes down who has it: killed there, gone.
            raise ValueError("A worker serves one queue; start one worker for each.")
        self._alive_at = self._alive_until = self._looked_at = float("-inf")

    def work(self, *args: Any, **options: Any) -> bool:
        """Work until told to stop, with a crew where jobs wait for Zoho.

        The crew's threads look nothing up that is remembered: that is the pipeline's alone.
        """
        posts = "sync" in self.queue_names()
        planned = nullcontext() if posts else _statements_planned_once()
        at_once = settings.POSTINGS_AT_ONCE if posts else 1
        with planned, lately.remembering(), crew.at_work(at_once):
            return bool(super().work(*args, **options))

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Stop after what is under way; whoever only waits for room with Zoho does not go on.

        A paper that takes longer than others is given back, and the next worker begins it anew.
        """
        leaving.leave(within=scaled(leaving.SECONDS))
        crew.go_home()
        clients.close()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's is not typed

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run the job on a database connection that is neither broken nor too old."""
        if job.failure_ttl is None:
            job.failure_ttl = _KEEP_FAILED_SECONDS
        doorbell.take_down(job.func_name, job.kwargs)
        self._look_at_the_database()
        try:
            super().execute_job(job, queue)
        finally:
            self._look_at_the_database()

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Say that this worker lives, unless it promised as much a moment ago."""
        now = time.monotonic()
        until = now + (timeout or self.worker_ttl + 60)  # as RQ has it
        if now - self._alive_at < _OFTEN_SECONDS and until - self._alive_until < _OFTEN_SECONDS:
            return
        self._alive_at, self._alive_until = now, until
        super().heartbeat(timeout, pipeline)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Say what it does, where that is not what it said last."""
        if pipeline is not None or state != self.get_state():
            super().set_state(state, pipeline)

    def handle_execution_ended(self, job: Job, queue: Queue, heartbeat_ttl: int) -> None:
        """Note when the job ended; that it lives no longer is written down with its result."""
        job.ended_at = datetime.now(UTC)

    def _look_at_the_database(self) -> None:
        """Close what is broken or too old; after an error begin anew, and with it every plan.

        A column that a migration made wider meanwhile makes PostgreSQL refuse a plan of before.
        """
        if connection.errors_occurred:
            connection.close()
        now = time.monotonic()
        if now - self._looked_at >= _OFTEN_SECONDS:
            self._looked_at = now
            close_old_connections()


@contextmanager
def _statements_planned_once() -> Iterator[None]:
    """Have PostgreSQL plan the same questions of every paper once, not for each.

    Not where people ask: what they ask differs, and a plan for all of them fits none.
    """
    if connection.vendor != "postgresql":
        yield
        return
    before = connection.settings_dict["OPTIONS"]
    planned = {"server_side_binding": True, "prepare_threshold": _PREPARED_AFTER}
    connection.close()
    connection.settings_dict["OPTIONS"] = before | planned
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = before
