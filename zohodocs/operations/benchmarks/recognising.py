"""What recognising a picture costs, beside the bare engine on the same picture."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from zohodocs.ml.synthetic import papers, rendering
from zohodocs.ml.synthetic.photographing import photograph
from zohodocs.pipeline.extraction.rules import phrases
from zohodocs.pipeline.reading import Recogniser, read
from zohodocs.pipeline.reading.ocr import engines

from .footprint import megabytes
from .result import Result

_PICTURES = 8
_SEED = 61


def ocr() -> Result:
    """Seconds of the bare engine over those of the whole reading, picture by picture in turn.

    Scanned sheets and photographed till receipts, made up from a seed; the engine that ships, warm.
    """
    pictures = _pictures()
    engine = engines.load(engines.SMALL)
    defaults = _with_defaults()
    spent = {"bare": 0.0, "whole": 0.0, "defaults": 0.0}
    with tempfile.TemporaryDirectory(prefix="zohodocs-ocr-") as directory:
        recogniser = Recogniser(Path(directory))
        try:
            read(pictures[0], recogniser=recogniser)
            for content in pictures:
                page = Image.open(io.BytesIO(content)).convert("RGB")
                spent["bare"] += _seconds(partial(engine.recognise, page))
                spent["whole"] += _seconds(partial(read, content, recogniser=recogniser))
                spent["defaults"] += _seconds(partial(defaults, page))
            held = megabytes(recogniser.pid)
        finally:
            recogniser.close()
    count = len(pictures)
    return Result(
        ratio=spent["bare"] / spent["whole"],
        unit="bare engine's seconds over the product's",
        baseline=spent["bare"] / count,
        product=spent["whole"] / count,
        n=count,
        notes={
            "engine_defaults_seconds": spent["defaults"] / count,
            "ocr_child_megabytes": held,
        },
    )


def _pictures() -> list[bytes]:
    """Half sheets as a scanner gives them, half receipts on a table."""
    found: dict[bool, list[bytes]] = {True: [], False: []}
    for sample in papers(20 * _PICTURES, seed=_SEED, lexicon=phrases()):
        is_receipt = sample.kind == "receipt"
        if len(sample.sheets) > 1 or len(found[is_receipt]) >= _PICTURES // 2:
            continue
        if sample.language == "ru":
            continue  # The engine knows no Cyrillic: it would turn each page to look again.
        printed = rendering.pdf(sample)
        found[is_receipt].append(
            photograph(printed, seed=sample.name)
            if is_receipt
            else rendering.picture(sample, printed)
        )
    return found[True] + found[False]


def _with_defaults() -> Callable[[Image.Image], Any]:
    """The engine as its authors set it."""
    import faster_paddle

    engine = faster_paddle.OcrEngine(model_size=engines.SMALL)

    def recognise(page: Image.Image) -> Any:
        written = io.BytesIO()
        page.save(written, "BMP")
        return engine.ocr(written.getvalue())

    return recognise


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
