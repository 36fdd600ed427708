"""What a process takes: memory with its children, processor time."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int | None) -> float:
    """Processor time of the process alone; 0 where there is none."""
    if pid is None:
        return 0.0
    # Fields 14 and 15 of proc(5) stat, counted behind the command's closing bracket.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


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
