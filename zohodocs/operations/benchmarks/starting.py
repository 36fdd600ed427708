"""How long the service takes to start, and how much memory each of its processes holds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zohodocs.operations import claims

from .footprint import megabytes
from .result import Result

_MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
_PART = re.compile(r"(?:manage\.py (run|sweep|scheduler)|rqworker (\w+)|(gunicorn)|(redis-server))")


def starting() -> Result:
    """Seconds from `run` to ready, on a data directory that was set up; ratio: Django's over it.

    `baseline`: `manage.py check`, which loads what every one of the processes loads.
    """
    with tempfile.TemporaryDirectory(prefix="zohodocs-start-") as directory:
        environment = {
            **os.environ,
            "DATA_DIR": directory,
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "PORT": str(claims.free_port_after(23_000)),
        }
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, str(_MANAGE), "check"],
            env=environment,
            check=True,
            capture_output=True,
        )
        bare = time.perf_counter() - began
        with _service(environment) as (first, _):
            pass
        with _service(environment) as (again, pid):
            time.sleep(2)  # what each loads after it said that it is there
            held = _held(pid)
    return Result(
        ratio=bare / again,
        unit="share of the start that one process's loading takes",
        baseline=bare,
        product=again,
        n=1,
        notes={
            "first_start_seconds": first,
            **{f"{name}_megabytes": value for name, value in held.items()},
            "megabytes": sum(held.values()),
        },
    )


@contextmanager
def _service(environment: dict[str, str]) -> Iterator[tuple[float, int]]:
    """The whole service; how long it took to be ready, and the process id of its supervisor."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(_MANAGE), "run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for line in process.stdout or ():
            if "is ready" in line:
                break
        else:
            raise AssertionError("The service did not start.")
        yield time.perf_counter() - began, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=90)


def _held(supervisor: int) -> dict[str, float]:
    """Resident megabytes of each part with what it started; parts of one kind are summed."""
    held: dict[str, float] = {}
    for task in Path(f"/proc/{supervisor}/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found = _PART.search(line)
            name = next(filter(None, found.groups())) if found else "other"
            held[name] = held.get(name, 0.0) + megabytes(int(child))
    return held
