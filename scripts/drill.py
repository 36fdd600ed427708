"""The drills, and the page with their figures: restore, release and rollback, the four stages.

    python -m scripts.drill [--page FILE]

Runs the tests that are the drills, on a PostgreSQL and Redis of their own. 0 if all went well.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts import run_tests
from scripts.bench import commit, machine, today

_DRILLS = (
    *("tests/operations/test_backup_drill.py", "tests/operations/test_release.py"),
    "tests/rollout/test_stage_drill.py",
)
# Those that measure; what else stands in these files needs no drill.
_CHOSEN = "disaster or comes_and_goes or each_stage"


def main() -> int:
    """0 if every drill ended well and in time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--page", type=Path)
    page = parser.parse_args().page
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        os.environ["DRILL_FIGURES"] = str(figures)
        # One after the other: what is measured must not wait for another drill.
        sys.argv[1:] = [*_DRILLS, "-n", "0", "-q", "-k", _CHOSEN]
        status = run_tests.main()
        lines = figures.read_text(encoding="utf-8").splitlines() if figures.exists() else []
    found = [json.loads(line) for line in lines]
    text = table(found)
    print(text)
    if status:
        print("A drill failed; its reason stands above.", file=sys.stderr)
    elif page:
        page.write_text(written(text), encoding="utf-8")
    return status


def table(found: Sequence[Mapping[str, Any]]) -> str:
    """What was done, how long it took, and what is asked, in Markdown."""
    rows = [
        f"| {each['what']} | {_time(each['seconds'])} | {_time(each['asked'])} | {each['how']} |"
        for each in found
    ]
    return "\n".join(["| what | took | may take | meanwhile |", "|---|---|---|---|", *rows])


def written(text: str) -> str:
    """The page."""
    return (
        "# Drills\n\n"
        f"Run on {today()} at commit {commit()}: {machine()}. `make drill` runs them anew, prints"
        " this table and writes this page;\neach is a test that also proves that nothing was lost"
        f" or doubled.\n\n{text}\n"
    )


def _time(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 and not seconds % 60 else f"{seconds:.1f} s"


if __name__ == "__main__":
    sys.exit(main())
