"""Metric files that outlive a restart: named after the process's place, not after its number.

prometheus-client writes one set of files per process id and never removes those of counters, so a
worker that is restarted often leaves a heap. A process that knows its place ("pipeline-2") opens
the files of its predecessor and counts on.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from prometheus_client import values

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
PLACE = "PROCESS_NAME"


def empty(directory: Path) -> Path:
    """A directory without files of an earlier run."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)
    return directory


def take_place(place: str) -> None:
    """From here on this process counts in the files of `place`.

    Call it before the first metric is made. No two living processes may hold one place; children
    forked from this process get files of their own.
    """
    if DIRECTORY not in os.environ:
        return
    owner = os.getpid()
    make_value_class: Callable[[Callable[[], str]], type] = values.MultiProcessValue
    values.ValueClass = make_value_class(
        lambda: place if os.getpid() == owner else f"{place}-{os.getpid()}"
    )


def leave_place(place: str, directory: Path) -> None:
    """Take back what a dead process said about being alive; its counts stay."""
    for path in directory.glob(f"gauge_live*_{place}.db"):
        path.unlink(missing_ok=True)
