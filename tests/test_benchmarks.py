"""`make bench` and its page know every benchmark that there is."""

from __future__ import annotations

from scripts import bench, performance_page
from zohodocs.operations.benchmarks import BENCHMARKS


def test_make_bench_runs_each_one() -> None:
    assert sorted(bench.NAMES) == sorted(BENCHMARKS)


def test_the_page_says_what_each_one_is() -> None:
    result = {"ratio": 1.0, "baseline": 2.0, "product": 0.5, "n": 60, "unit": "share"}
    results = {name: result for name in BENCHMARKS if name != "scale"}

    page = performance_page.written(results, machine="one", commit="c0ffee", day="2026-05-20")

    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert {row[0].strip("| `") for row in rows} == set(results)
    assert [row[0] for row in rows if not row[1].strip()] == []
    assert page.count("ratio 1; baseline 2; product 0.5; n 60.") == len(results)
