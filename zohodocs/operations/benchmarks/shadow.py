"""Whether documents notice that a new way is tried beside the old one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, median

from django.conf import settings

from zohodocs.models import Document, FlagMode, Organization, ShadowRun
from zohodocs.operations import metric_files, services
from zohodocs.operations.demo.samples import papers_for_benchmarks
from zohodocs.operations.process import Service
from zohodocs.rollout.flags import set_flag
from zohodocs.rollout.shadow import UNFINISHED

from .company import TODAY, addressee, at_pace
from .processes import UNDECIDED, until
from .result import Result

_FLAG = "ml_predictions"
_BLOCK = 20
# Each kind of block stands as often first as second, so that a machine that warms up, or is busy
# with something else for a while, favours none.
_ORDER = (False, True, True, False) * 8
_SECONDS_A_PAPER = 0.1  # 36,000 an hour


def shadow() -> Result:
    """Seconds from arrival to decided with the shadow off over those with it at 100 %.

    Papers arrive at a steady pace, in blocks of either kind by turns; one worker reads them, one
    tries the models beside it, both as `make run` starts them.
    """
    contents = iter(papers_for_benchmarks(TODAY, _BLOCK * len(_ORDER) + 2))
    organization = addressee("bench-shadow")
    set_flag(name="parallel_processing", mode=FlagMode.ON, why="benchmark", by="bench")
    with _workers():
        for beside in (False, True):
            _block(organization, [next(contents)], beside=beside)  # what is loaded once
        off, on = _by_turns(organization, contents)
    runs = ShadowRun.objects.filter(flag=_FLAG)
    return Result(
        ratio=mean(off) / mean(on),
        unit="seconds from arrival to decided; ratio = shadow off over shadow at 100 %",
        baseline=mean(off),
        product=mean(on),
        n=len(on),
        notes={
            "latency_ratio": mean(on) / mean(off),
            "latency_ratio_of_medians": median(on) / median(off),
            "compared": runs.filter(error="").count(),
            "broke": runs.exclude(error="").count(),
            "seconds_of_a_candidate": mean(runs.values_list("seconds", flat=True)),
        },
    )


def _by_turns(
    organization: Organization, contents: Iterator[bytes]
) -> tuple[list[float], list[float]]:
    """The seconds of each document without and with the shadow."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for beside in _ORDER:
        block = [next(contents) for _ in range(_BLOCK)]
        seconds[beside] += _block(organization, block, beside=beside)
    return seconds[False], seconds[True]


def _block(organization: Organization, contents: Sequence[bytes], *, beside: bool) -> list[float]:
    mode = FlagMode.SHADOW if beside else FlagMode.OFF
    set_flag(name=_FLAG, mode=mode, why="benchmark", by="bench")
    arrived = at_pace(organization, contents, pause=_SECONDS_A_PAPER)
    made = [document.pk for document in arrived]
    _await(made, beside=beside)
    rows = Document.objects.filter(pk__in=made)
    return [
        (decided - received).total_seconds()
        for received, decided in rows.values_list("received_at", "decided_at")
        if decided is not None
    ]


def _await(made: Sequence[int], *, beside: bool) -> None:
    """Until all are decided, and compared: one block's candidates must not meet the next block."""
    waiting = Document.objects.filter(pk__in=made, state__in=UNDECIDED)
    runs = ShadowRun.objects.filter(document__in=made).exclude(error=UNFINISHED)
    until(lambda: not waiting.exists() and (not beside or runs.count() == len(made)))


@contextmanager
def _workers() -> Iterator[None]:
    site = services.Site(
        data_dir=Path(settings.DATA_DIR), port=0, workers=1, allowed_hosts=["localhost"]
    )
    metric_files.empty(site.metrics_dir)
    running = [
        _started(service)
        for name in ("pipeline", "shadow")
        for service in services.parts(site, name)
    ]
    try:
        yield
    finally:
        for worker in running:
            worker.terminate()
        for worker in running:
            worker.wait(timeout=60)


def _started(service: Service) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        service.command,
        env={**os.environ, **service.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.nice(service.nice),
    )
