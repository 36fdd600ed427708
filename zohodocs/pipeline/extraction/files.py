"""Files on disk, each to one answer: the line that `extract` prints and `evaluate` judges."""

from __future__ import annotations

import itertools
import multiprocessing
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from zohodocs.domain.reading import Unreadable
from zohodocs.pipeline import reading as reading_stage
from zohodocs.pipeline.extraction import extract

TRUTH_SUFFIX = ".truth.json"


def found(paths: Iterable[Path]) -> Iterator[Path]:
    """The files as given, and all files below given directories (hidden ones and truths apart)."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for below in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in below.relative_to(path).parts)
            if below.is_file() and not hidden and not below.name.endswith(TRUTH_SUFFIX):
                yield below


def answer(path: Path, *, engine: str = "auto") -> dict[str, Any]:
    """One file's answer; a refusal is one, too: `{"file", "error": {"code", "message"}}`.

    Raises OSError where the file itself cannot be had.
    """
    content = path.read_bytes()
    started = time.perf_counter()
    try:
        reading = reading_stage.read(content, filename=path.name)
        extraction = extract(reading, engine=engine)
    except Unreadable as refusal:
        return {"file": str(path), "error": {"code": refusal.code, "message": refusal.message}}
    seconds = round(time.perf_counter() - started, 4)
    return {"file": str(path), **extraction.to_json(), "seconds": seconds}


def answers(
    paths: Sequence[Path], *, engine: str = "auto", processes: int = 1
) -> Iterator[dict[str, Any]]:
    """The answers in the order of the paths; what fails becomes an error with code `failed`."""
    if processes == 1 or len(paths) < 2:
        for path in paths:
            yield _sure_answer(path, engine)
        return
    # Spawned: a fork would copy the threads and connections of whoever calls.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(_sure_answer, paths, itertools.repeat(engine), chunksize=4)


def _sure_answer(path: Path, engine: str) -> dict[str, Any]:
    try:
        return answer(path, engine=engine)
    except OSError as error:
        message = f"The file cannot be opened: {error.strerror}."
    except Exception as error:
        # One document must not take the others with it; the command's exit status says it.
        message = f"The file could not be processed ({type(error).__name__}: {error})."
    return {"file": str(path), "error": {"code": "failed", "message": message}}
