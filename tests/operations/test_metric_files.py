"""Counters of a process that is restarted in its place."""

import subprocess
import sys
from pathlib import Path

from zohodocs.operations import metric_files

COUNT_ONE = """
import sys
from zohodocs.operations import metric_files
metric_files.take_place(sys.argv[1])
from prometheus_client import Counter, Gauge
Counter("papers", "Papers.").inc()
Gauge("busy", "At work.", multiprocess_mode="livesum").set(1)
"""
READ = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def python(code: str, *arguments: str, metrics: Path) -> str:
    return subprocess.run(
        (sys.executable, "-c", code, *arguments),
        env={metric_files.DIRECTORY: str(metrics)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_restarted_process_counts_on_in_the_files_of_its_predecessor(tmp_path: Path) -> None:
    for _ in range(3):
        python(COUNT_ONE, "pipeline-1", metrics=tmp_path)
    python(COUNT_ONE, "pipeline-2", metrics=tmp_path)

    assert "papers_total 4.0" in python(READ, metrics=tmp_path)
    assert len(list(tmp_path.glob("counter_*.db"))) == 2


def test_a_dead_process_is_no_longer_said_to_be_alive_but_what_it_counted_stays(
    tmp_path: Path,
) -> None:
    for place in ("pipeline-1", "pipeline-2"):
        python(COUNT_ONE, place, metrics=tmp_path)

    metric_files.leave_place("pipeline-1", tmp_path)

    read = python(READ, metrics=tmp_path)
    assert "busy 1.0" in read
    assert "papers_total 2.0" in read


def test_the_next_run_starts_without_files_of_the_last(tmp_path: Path) -> None:
    directory = tmp_path / "metrics"
    directory.mkdir()
    (directory / "counter_1.db").touch()

    metric_files.empty(directory)

    assert list(directory.iterdir()) == []
