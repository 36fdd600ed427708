"""The engines of text recognition. Both carry their models with them; nothing is downloaded."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .engine import Engine, OcrLine, Quad

if TYPE_CHECKING:
    # The worker asks which engines there are; only the child loads what they need.
    from PIL import Image

# Pixels of the longer side in which lines are looked for. Measured on photographed receipts, on
# letters and on tills' rolls: sheets are read better at 1120 than at 1600 and a third faster;
# rolls lose lines below 1600.
_SHEET_SIDE, _STRIP_SIDE = 1120, 1600
_STRIP = 1.6
SMALL, TINY, RAPID = "small", "tiny", "rapid"


class FasterPaddle:
    """PP-OCRv6 in Rust (PyPI faster-paddle), in the sizes `small` and `tiny`.

    Lines are looked for in a smaller copy of the picture, read in the picture itself. How small a
    copy does depends on the shape: the print of a till's roll fills its width, a sheet's does not.
    """

    def __init__(self, size: str) -> None:
        self._engine = cache(lambda side: _faster_paddle(size, side))

    def recognise(self, picture: Image.Image) -> tuple[OcrLine, ...]:
        """The lines; this engine gives their upright boxes only."""
        # It takes files, not pixels; BMP is written and read at the speed of memory.
        written = io.BytesIO()
        picture.save(written, "BMP")
        long, short = max(picture.size), max(min(picture.size), 1)
        side = _STRIP_SIDE if long > _STRIP * short else _SHEET_SIDE
        found = self._engine(side).ocr(written.getvalue())["bounds"]
        lines = []
        for line in found.values():
            (x0, y0), (x1, y1) = line["topLeftCoord"], line["bottomRightCoord"]
            quad = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
            lines.append(OcrLine(line["text"], quad, float(line["confidence"])))
        return tuple(lines)


def _faster_paddle(size: str, side: int) -> Any:
    # Not at the top: it is loaded in the child alone, and only where it is installed.
    import faster_paddle

    return faster_paddle.OcrEngine(model_size=size, threads=threads(), det_max_side=side)


class RapidOcr:
    """PP-OCRv6 small by ONNX Runtime in Python (PyPI rapidocr): the replacement."""

    def __init__(self) -> None:
        import rapidocr
        from rapidocr.utils.output import RapidOCROutput

        self._output = RapidOCROutput
        self._engine = rapidocr.RapidOCR(
            params={
                "Global.use_cls": False,  # Pages come upright; its guess costs time and lines.
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": threads(),
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def recognise(self, picture: Image.Image) -> tuple[OcrLine, ...]:
        """The lines with the true corners of each."""
        import numpy

        # It expects the colours in OpenCV's order.
        found = self._engine(numpy.asarray(picture)[:, :, ::-1])
        if not isinstance(found, self._output) or found.boxes is None:
            return ()
        return tuple(
            OcrLine(str(text), _quad(box), float(score))
            for box, text, score in zip(
                found.boxes, found.txts or (), found.scores or (), strict=True
            )
        )


def _quad(corners: Iterable[Iterable[Any]]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return a, b, c, d


_MAKERS: dict[str, tuple[tuple[str, ...], Callable[[], Engine]]] = {
    SMALL: (("faster_paddle",), lambda: FasterPaddle("small")),
    TINY: (("faster_paddle",), lambda: FasterPaddle("tiny")),
    RAPID: (("rapidocr", "onnxruntime"), RapidOcr),
}
NAMES = tuple(_MAKERS)


def is_installed(name: str) -> bool:
    """Whether this machine has what the engine needs; loads nothing."""
    packages, _ = _MAKERS[name]
    return all(find_spec(package) is not None for package in packages)


def installed() -> tuple[str, ...]:
    """The engines of this machine, the preferred first."""
    return tuple(name for name in NAMES if is_installed(name))


def quickest(name: str) -> str:
    """The engine to take for a first look, where `name` reads."""
    return TINY if name == SMALL else name


def load(name: str) -> Engine:
    """The engine, its models in memory."""
    return _MAKERS[name][1]()


def threads() -> int:
    """Cores the engine may use: all that this process may, up to four."""
    return min(len(os.sched_getaffinity(0)), 4)
