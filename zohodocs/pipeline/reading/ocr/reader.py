"""One picture to words: prepared, turned upright, recognised, split, put in order. In the child."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from zohodocs.domain.reading import Box
from zohodocs.pipeline.reading.lines import Piece, in_reading_order

from . import engines, geometry, preparation, splitting
from .engine import Engine, OcrLine, mean_confidence
from .geometry import Matrix
from .preparation import Prepared

# A page of which the engine is less sure may stand on its head.
_DOUBTFUL = 0.8
_STANDING = 1.5
_MOSTLY = 0.5
# For a first look at which way up a page is.
_GLANCE_SIDE = 1000
# Where this little is sure, what was read is texture, not print.
_TEXTURE = 0.35
# So many lines without a letter, and of such a share, are print the engine cannot read.
_MUTE_LINES, _MUTE_SHARE = 3, 0.15
# A turned page must be read so much better to be believed: by a factor and some letters.
_BETTER = 1.5
_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Read:
    """A picture read: the words, their places in it and on the page lying straight, in shares.

    `unread`: much of its print came out as nothing, as that of a script the engine does not know.
    """

    words: tuple[tuple[str, Box, Box, float], ...]
    to_shown: Matrix
    ratio: float
    engine: str
    unread: bool = False

    def to_json(self) -> dict[str, Any]:
        """For the way from the child to the worker."""
        return {
            "words": [
                [
                    text,
                    *(round(side, 4) for side in shown),
                    *(round(side, 5) for side in straight),
                    round(confidence, 3),
                ]
                for text, shown, straight, confidence in self.words
            ],
            "to_shown": self.to_shown,
            "ratio": self.ratio,
            "engine": self.engine,
            "unread": self.unread,
        }


class Reader:
    """Reads pictures with the engine of its name; others are loaded when they are first needed."""

    def __init__(self, name: str, *, load: Callable[[str], Engine] = engines.load) -> None:
        self._name = name
        self._engine = cache(load)

    def read(self, picture: Image.Image) -> Read:
        """The words of an RGB picture, as its print lies, in reading order."""
        ready = preparation.prepare(picture)
        lines = self._engine(self._name).recognise(ready.picture)
        if is_turned(lines):
            quarters = self._upright(picture, lines)
            if quarters:
                turn = preparation.turned(picture, quarters)
                again = preparation.prepare(turn.picture)
                ready = Prepared(again.picture, geometry.after(again.to_source, turn.to_source))
                lines = self._engine(self._name).recognise(ready.picture)
        return _in_shares(lines, ready, picture.size, self._name)

    def _upright(self, picture: Image.Image, lines: Sequence[OcrLine]) -> int:
        """By how many quarters to turn the picture clockwise so that its print stands upright."""
        small = picture.copy()
        small.thumbnail((_GLANCE_SIDE, _GLANCE_SIDE), Image.Resampling.BOX)
        engine = self._engine(engines.quickest(self._name))
        as_it_is = _legibility(engine.recognise(small))
        scores = {
            quarters: _legibility(engine.recognise(preparation.turned(small, quarters).picture))
            for quarters in ((1, 3) if _stands(lines) else (2,))
        }
        best = max(scores, key=lambda quarters: scores[quarters])
        return best if scores[best] > _BETTER * as_it_is + _LETTERS else 0


def is_turned(lines: Sequence[OcrLine]) -> bool:
    """Whether the reading looks like that of a page lying on its side or standing on its head."""
    return bool(lines) and (_stands(lines) or mean_confidence(tuple(lines)) < _DOUBTFUL)


def _stands(lines: Sequence[OcrLine]) -> bool:
    """Whether most lines are higher than wide."""
    long = [line for line in lines if len(line.text) > 3]
    standing = 0
    for line in long:
        x0, y0, x1, y1 = line.box
        standing += (y1 - y0) > _STANDING * (x1 - x0)
    return standing > _MOSTLY * max(len(long), 1)


def _legibility(lines: Sequence[OcrLine]) -> float:
    """How much was surely read, in letters; only print that runs from left to right counts."""
    total = 0.0
    for line in lines:
        x0, y0, x1, y1 = line.box
        if x1 - x0 > y1 - y0:
            total += len(line.text) * max(0.0, line.confidence - 0.5)
    return total


def _in_shares(
    lines: Sequence[OcrLine], ready: Prepared, size: tuple[int, int], engine: str
) -> Read:
    pieces: list[Piece] = []
    sure: list[float] = []
    for line in lines:
        if line.confidence < _TEXTURE:
            continue
        for text, box in splitting.words(line):
            pieces.append(Piece(text, box, len(sure), len(sure)))
            sure.append(line.confidence)
    width, height = ready.picture.size
    shrink = geometry.scaling(1 / size[0], 1 / size[1])
    to_shown = geometry.after(
        geometry.after(geometry.scaling(width, height), ready.to_source), shrink
    )
    words = []
    for piece in in_reading_order(pieces):
        x0, y0, x1, y1 = piece.box
        straight = _clipped((x0 / width, y0 / height, x1 / width, y1 / height))
        shown = _clipped(geometry.box_placed(straight, to_shown))
        confidence = min(sure[piece.start : piece.end + 1])
        words.append((piece.text, shown, straight, confidence))
    mute = sum(1 for line in lines if not line.text.strip())
    unread = mute >= _MUTE_LINES and mute > _MUTE_SHARE * len(lines)
    return Read(tuple(words), to_shown, width / height, engine, unread)


def _clipped(box: Box) -> Box:
    x0, y0, x1, y1 = (min(max(side, 0.0), 1.0) for side in box)
    return x0, y0, x1, y1
