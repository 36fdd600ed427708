"""The process that recognises print: `python -m zohodocs.pipeline.reading.ocr.child PARENT`.

It gets pixels and nothing else, never a file of a stranger's. It has more memory than the child
that opens files and, like that one, no network, no secrets and no file it could write.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from zohodocs.pipeline.reading import serving

from .reader import Reader

# Models, threads and one page of 40 million pixels; onnxruntime reserves more than it fills.
MEMORY_BYTES = 3 * 1024 * 1024 * 1024

_readers: dict[str, Reader] = {}


def recognise(body: bytes, *, width: int, height: int, engine: str) -> serving.Answer:
    """The words of a picture given as rows of RGB pixels."""
    picture = Image.frombuffer("RGB", (width, height), body, "raw", "RGB", 0, 1)
    reader = _readers.get(engine)
    if reader is None:
        reader = _readers[engine] = Reader(engine)
    return reader.read(picture).to_json(), b""


TASKS: dict[str, Any] = {"recognise": recognise}


def main() -> None:
    """Serves until the worker closes the pipe."""
    serving.serve(TASKS, memory_bytes=MEMORY_BYTES)


if __name__ == "__main__":
    main()
