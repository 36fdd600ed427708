"""`make bench` and its page know every benchmark that there is."""

from __future__ import annotations

from pathlib import Path

from scripts import bench, performance_page
from zohodocs.operations.benchmarks import BENCHMARKS


def test_make_bench_runs_each_one() -> None:
    assert sorted(bench.NAMES) == sorted(BENCHMARKS)


def test_the_page_says_what_each_one_is_and_keeps_what_was_not_measured_again(
    tmp_path: Path,
) -> None:
    said = {"ratio": 1.0, "baseline": 2.0, "product": 0.5, "n": 60, "unit": "share"}
    entry = {"day": "2026-05-20", "commit": "c0ffee", "machine": "one", "said": said}
    names = [name for name in bench.NAMES if name != "scale"]
    path = tmp_path / "page.md"

    performance_page.write(path, dict.fromkeys(names, entry), order=bench.NAMES)
    performance_page.write(path, {"flags": {**entry, "day": "2026-05-21"}}, order=bench.NAMES)

    page = path.read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert [row[0].strip("| `") for row in rows] == names
    assert [row[0] for row in rows if not row[1].strip()] == []
    assert page.count("ratio 1; baseline 2; product 0.5; n 60.") == len(names)
    assert [row[0].strip("| `") for row in rows if "2026-05-21" in row[-1]] == ["flags"]
