"""How long a paper takes from the door to “ready for review” while others keep arriving."""

from __future__ import annotations

import time

from django.conf import settings

from zohodocs.models import Document, FlagMode
from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.pipeline.extraction import extract
from zohodocs.pipeline.reading import read
from zohodocs.rollout.flags import set_flag

from .company import TODAY, addressee, at_pace
from .processes import UNDECIDED, running, until, worker
from .result import Result

_AN_HOUR = 2_000  # twice what is asked
_PAPERS = 60
_WARM = 4
_ALLOWED_SECONDS = 3.0


def latency() -> Result:
    """Seconds from arrival to decision, p95, at 2,000 papers an hour; ratio: 3 s over it."""
    organization = addressee("bench-latency")
    set_flag(name="parallel_processing", mode=FlagMode.ON, why="benchmark", by="bench")
    papers = list(papers_for_benchmarks(TODAY, _WARM + _PAPERS, first=5_000))
    extract(read(papers[0]), models=False)  # what is loaded once is not counted
    began = time.perf_counter()
    for content in papers[:_WARM]:
        extract(read(content), models=False)
    bare = (time.perf_counter() - began) / _WARM
    with running(*[worker("pipeline")] * settings.WORKERS):
        at_pace(organization, papers[:_WARM], pause=0)
        until(lambda: not Document.objects.filter(state__in=UNDECIDED).exists())
        warm = set(Document.objects.values_list("pk", flat=True))
        at_pace(organization, papers[_WARM:], pause=3600 / _AN_HOUR)
        until(lambda: not Document.objects.filter(state__in=UNDECIDED).exists())
    measured = Document.objects.exclude(pk__in=warm)
    taken = sorted(
        (decided - received).total_seconds()
        for received, decided in measured.values_list("received_at", "moved_at")
    )
    p95 = taken[round(0.95 * (len(taken) - 1))]
    return Result(
        ratio=_ALLOWED_SECONDS / p95,
        unit="p95 of seconds from arrival to ready for review; ratio = 3 s over it",
        baseline=bare,
        product=p95,
        n=len(taken),
        notes={
            "median_seconds": taken[len(taken) // 2],
            "longest_seconds": taken[-1],
            "papers_an_hour": _AN_HOUR,
        },
    )
