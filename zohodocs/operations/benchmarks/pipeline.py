"""How much of the pipeline's work is the work itself: reading and extracting."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from zohodocs.jobs import doorbell
from zohodocs.models import Document, FlagMode
from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.pipeline.extraction import extract
from zohodocs.pipeline.reading import read, shared_child
from zohodocs.rollout.flags import set_flag

from .company import TODAY, addressee, arrived
from .footprint import cpu_seconds, megabytes
from .processes import UNDECIDED, until
from .result import Result

_MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
_DOCUMENTS = 1500


def pipeline() -> Result:
    """Bare CPU seconds a document over those of the parallel workers; and documents an hour.

    The workers are the ones of `make run`; the documents are one-page digital PDFs, all different.
    """
    contents = list(papers_for_benchmarks(TODAY, _DOCUMENTS))
    bare = _bare_seconds(contents[:300])
    organization = addressee("bench-pipeline")
    set_flag(name="parallel_processing", mode=FlagMode.ON, why="benchmark", by="bench")
    documents = arrived(organization, iter(contents), len(contents))
    idle = _cpu_of_workers(settings.WORKERS, burst=True)
    started = time.perf_counter()
    workers = _start(settings.WORKERS)
    for document in documents:
        doorbell.ring(document)
    until(lambda: not Document.objects.filter(state__in=UNDECIDED).exists())
    seconds = time.perf_counter() - started
    held = max(megabytes(worker.pid) for worker in workers)
    used = _stop(workers) - idle
    product = used / len(documents)
    return Result(
        ratio=bare / product,
        unit="share of bare CPU time",
        baseline=bare,
        product=product,
        n=len(documents),
        notes={
            "documents_an_hour": len(documents) / seconds * 3600,
            "workers": settings.WORKERS,
            "wall_seconds": seconds,
            "worker_megabytes": held,
        },
    )


def _bare_seconds(contents: Sequence[bytes]) -> float:
    """CPU seconds a document for reading and extracting alone, the reader's child included."""
    extract(read(contents[0]), models=False)  # what is loaded once is not counted
    before = time.process_time() + cpu_seconds(shared_child().pid)
    child = shared_child().pid
    for content in contents:
        extract(read(content), models=False)
    if shared_child().pid != child:
        raise AssertionError("The reader was exchanged while it was measured.")
    return (time.process_time() + cpu_seconds(child) - before) / len(contents)


def _start(number: int, *, burst: bool = False) -> list[subprocess.Popen[bytes]]:
    command = [sys.executable, str(_MANAGE), "rqworker", "pipeline", "--verbosity", "0"]
    return [
        subprocess.Popen(
            [*command, "--burst"] if burst else command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(number)
    ]


def _stop(workers: Sequence[subprocess.Popen[bytes]]) -> float:
    """End the workers; the CPU seconds they and their children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.wait(timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _cpu_of_workers(number: int, *, burst: bool) -> float:
    """What starting that many workers costs before the first document."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for worker in _start(number, burst=burst):
        worker.wait(timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
