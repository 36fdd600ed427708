"""Run the benchmarks, on a PostgreSQL of their own, and write the page with their figures.

    python -m scripts.bench [NAME…] [--page FILE]

Each is a process on a fresh cluster; what is printed is what `manage.py bench --json` says. With
`--page` the figures go to that file as well (docs/performance.md), each with its day, commit and
machine; what was not measured now stays as it was.
"""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts import performance_page, postgresql

ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    *("pipeline", "latency", "scale", "old_vs_new", "budget", "starting"),
    *("extract", "ocr", "flags", "rollouts", "shadow"),
)
# On SQLite, as the demo is: it starts its service itself.
_WITHOUT = frozenset({"starting"})


def main() -> int:
    """0 if every benchmark ran."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("name", nargs="*")
    parser.add_argument("--page", type=Path)
    arguments = parser.parse_args()
    results: dict[str, Any] = {}
    failed = []
    for name in arguments.name or NAMES:
        found = measured(name)
        if found is None:
            failed.append(name)
            continue
        results[name] = found
        print(f"{name}: {', '.join(f'{key} {value}' for key, value in found.items())}", flush=True)
    if arguments.page:
        where = {"day": today(), "commit": commit(), "machine": machine()}
        new = {name: {**where, "said": found} for name, found in results.items()}
        performance_page.write(arguments.page, new, order=NAMES)
    if failed:
        print(f"did not run: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def measured(name: str) -> dict[str, Any] | None:
    """What one benchmark said; None if it failed (its reason is on standard error)."""
    command = [sys.executable, str(ROOT / "manage.py"), "bench", name, "--json"]
    try:
        with postgresql.cluster() as url:
            command += [] if name in _WITHOUT else ["--database", url]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    except postgresql.NoPostgres as reason:
        print(f"{name}: {reason}", file=sys.stderr)
        return None
    if done.returncode:
        return None
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])[name]
    return found


def machine() -> str:
    """Processors and memory, in words."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    count = Path("/proc/cpuinfo").read_text().count("processor\t:")
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    return f"{count} × {processor}, {kilobytes / 1e6:.0f} GB, shared"


def commit() -> str:
    """The commit that was measured, with a plus where files differ from it."""
    command = ["git", "describe", "--always", "--dirty=+"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def today() -> str:
    return datetime.now(UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main())
