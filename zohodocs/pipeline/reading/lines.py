"""Pieces of print put into the order in which a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zohodocs.domain.reading import Box

# A piece this much taller than wide (and of several letters) runs up or down the margin.
_UPRIGHT = 2.0
# In heights: the same word printed again this near is one bold word.
_OVERPRINT = 0.25
# In heights: letters set apart by up to this are one s p a c e d word.
_SPACED_LETTERS = 1.2
_SPACED_AT_LEAST = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """Print between two gaps: text, place in points, and its characters' positions."""

    text: str
    box: Box
    start: int
    end: int

    @property
    def height(self) -> float:
        """Height of the print."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        """Vertical centre."""
        return (self.box[1] + self.box[3]) / 2


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around all."""
    if len(boxes) == 1:
        return boxes[0]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def in_reading_order(pieces: Iterable[Piece]) -> list[Piece]:
    """Line by line from the top, each from the left; print running up the margin comes last."""
    level: list[Piece] = []
    upright: list[Piece] = []
    for piece in pieces:
        stands = len(piece.text) > 2 and piece.height > _UPRIGHT * (piece.box[2] - piece.box[0])
        (upright if stands else level).append(piece)
    ordered: list[Piece] = []
    for line in _lines(level):
        ordered.extend(_without_spacing(_without_overprint(line)))
    return ordered + upright


def _lines(pieces: list[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = []
    middle = height = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        if lines and piece.middle - middle < 0.5 * min(height, piece.height):
            lines[-1].append(piece)
        else:
            lines.append([piece])
            middle, height = piece.middle, piece.height
    for line in lines:
        line.sort(key=lambda piece: piece.box[0])
    return lines


def _without_overprint(line: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    for piece in line:
        near = _OVERPRINT * piece.height
        if any(
            piece.text == other.text
            and piece.box[0] - other.box[0] < near
            and abs(piece.box[1] - other.box[1]) < near
            for other in kept[-2:]
        ):
            continue
        kept.append(piece)
    return kept


def _without_spacing(line: list[Piece]) -> list[Piece]:
    """`I N V O I C E` becomes one word; figures stay apart, they are columns more often."""
    joined: list[Piece] = []
    run: list[Piece] = []
    for piece in line:
        if len(piece.text) == 1 and piece.text.isalpha():
            if run and piece.box[0] - run[-1].box[2] > _SPACED_LETTERS * piece.height:
                joined.extend(_spaced(run))
                run = []
            run.append(piece)
            continue
        joined.extend(_spaced(run))
        run = []
        joined.append(piece)
    return joined + _spaced(run)


def _spaced(run: list[Piece]) -> list[Piece]:
    if len(run) < _SPACED_AT_LEAST:
        return run
    text = "".join(piece.text for piece in run)
    return [Piece(text, around([piece.box for piece in run]), run[0].start, run[-1].end)]
