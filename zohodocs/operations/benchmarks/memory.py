"""How much memory a process and its children hold."""

from __future__ import annotations

import os
from pathlib import Path


def megabytes(pid: int | None) -> float:
    """Resident memory of the process and all below it; 0 where there is none."""
    if pid is None:
        return 0.0
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    own = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return own + sum(megabytes(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    # Each thread has its own list of the processes that it started.
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in lists for child in one.read_text(encoding="ascii").split()]
