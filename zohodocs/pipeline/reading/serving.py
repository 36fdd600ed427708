"""How a child serves its worker: one frame in, one frame out, until the pipe is closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zohodocs.domain.reading import Unreadable

from . import confinement, frames

Answer = tuple[dict[str, Any], bytes]
Tasks = Mapping[str, Callable[..., Answer]]


def serve(tasks: Tasks, *, memory_bytes: int = confinement.MEMORY_BYTES) -> None:
    """Gives up what it can (`confinement`), then answers until its input ends."""
    cut = confinement.confine(parent=int(sys.argv[1]), memory_bytes=memory_bytes)
    # Native code that prints must not print into the answers.
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(frames.pack({"ready": True, "network_cut": cut}))
    answers.flush()
    while (request := frames.receive(requests)) is not None:
        header, content = answer(tasks, *request)
        header["resident_bytes"] = _resident_bytes()
        answers.write(frames.pack(header, content))
        answers.flush()


def answer(tasks: Tasks, header: dict[str, Any], body: bytes) -> Answer:
    """The answer to one request; whatever goes wrong in Python is an answer, too."""
    try:
        confinement.allow_cpu(header.pop("cpu_seconds"))
        result, content = tasks[header.pop("task")](body, **header)
    except Unreadable as refusal:
        return {"refused": refusal.code, "message": refusal.message}, b""
    except MemoryError:
        return {"failed": "MemoryError"}, b""
    except Exception as error:
        # The type only: an error's text may quote the document.
        return {"failed": type(error).__name__}, b""
    return {"result": result}, content


def _resident_bytes() -> int:
    # Not ru_maxrss: that one begins with what the worker had when it started this process.
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
