"""Geometry: words become segments (one cell or phrase), segments become lines.

All lengths are points from the page's top left. A line's text joins the words of a segment with a
blank and the segments with a tab, so one expression per line finds values that never cross a
column.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from zohodocs.domain.reading import Box, PageText

from .text import fold, without_ligatures

# A gap wider than this share of the type height starts a new segment: a word space is about 0.25.
_SEGMENT_GAP = 0.85
# So many single letters in a row are one word printed with spacing.
_SPACED_LETTERS = 5
# Longer "words" are encoded data; no field is that long, and patterns slow down on them.
_LONGEST_WORD = 120


@dataclass(slots=True)
class Token:
    """One word with its place in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def height(self) -> float:
        """Height of the type."""
        return self.y1 - self.y0


@dataclass(slots=True)
class Segment:
    """Neighbouring words of one line without a column gap between them."""

    line: Line
    index: int
    first: int  # first token of the line that belongs here
    last: int  # one after the last
    start: int  # offset in the line's text
    end: int
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def height(self) -> float:
        """Height of the type."""
        return self.y1 - self.y0

    @property
    def text(self) -> str:
        """The words, one blank between them."""
        return self.line.text[self.start : self.end]

    @property
    def folded(self) -> str:
        """The words folded for comparison."""
        return self.line.folded[self.start : self.end]


@dataclass(slots=True)
class Line:
    """Words on one baseline, left to right."""

    page: int
    index: int  # within the document
    tokens: list[Token]
    y0: float
    y1: float
    width: float  # of the page
    page_height: float
    text: str = ""
    folded: str = ""
    starts: list[int] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    @property
    def height(self) -> float:
        """Height of the type."""
        return self.y1 - self.y0

    @property
    def top(self) -> float:
        """Where the line begins, as a share of the page's height."""
        return self.y0 / self.page_height

    def token_at(self, offset: int) -> int:
        """Index of the token that holds this offset of the line's text."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def segment_at(self, offset: int) -> Segment:
        """The segment that holds this offset of the line's text."""
        for segment in self.segments:
            if offset < segment.end:
                return segment
        return self.segments[-1]

    def extent(self, start: int, end: int) -> tuple[float, float]:
        """Left and right end of the text between the two offsets."""
        return (
            self.tokens[self.token_at(start)].x0,
            self.tokens[self.token_at(max(end - 1, start))].x1,
        )

    def box(self, start: int, end: int) -> Box:
        """The place of the text between the two offsets, as shares of the page."""
        first, last = self.token_at(start), self.token_at(max(end - 1, start))
        tokens = self.tokens[first : last + 1]
        return (
            tokens[0].x0 / self.width,
            min(token.y0 for token in tokens) / self.page_height,
            tokens[-1].x1 / self.width,
            max(token.y1 for token in tokens) / self.page_height,
        )


@dataclass(slots=True)
class Layout:
    """All lines of a document in reading order."""

    lines: list[Line]
    pages: int

    def below(self, line: Line, *, reach: int) -> Iterator[Line]:
        """Up to `reach` lines that follow on the same page."""
        for following in self.lines[line.index + 1 : line.index + 1 + reach]:
            if following.page != line.page:
                return
            yield following

    def segments(self) -> Iterator[Segment]:
        """Every segment of the document."""
        for line in self.lines:
            yield from line.segments


def lay_out(pages: tuple[PageText, ...]) -> Layout:
    """Lines and segments of all pages; every word takes part, however long the document."""
    lines: list[Line] = []
    for page in pages:
        tokens = [
            Token(
                without_ligatures(word.text),
                word.box[0] * page.width,
                word.box[1] * page.height,
                word.box[2] * page.width,
                word.box[3] * page.height,
            )
            for word in page.words
            if word.text.strip() and len(word.text) <= _LONGEST_WORD
        ]
        for row in map(_without_spacing, _rows(tokens)):
            line = Line(
                page=page.number,
                index=len(lines),
                tokens=row,
                y0=min(token.y0 for token in row),
                y1=max(token.y1 for token in row),
                width=page.width or 1.0,
                page_height=page.height or 1.0,
            )
            _cut(line)
            lines.append(line)
    return Layout(lines, len(pages))


def _rows(tokens: list[Token]) -> list[list[Token]]:
    """Tokens grouped by baseline: a word joins the row whose middle it overlaps."""
    rows: list[list[Token]] = []
    bands: list[tuple[float, float]] = []
    for token in sorted(tokens, key=lambda t: (t.y0 + t.y1, t.x0)):
        middle = (token.y0 + token.y1) / 2
        if rows:
            low, high = bands[-1]
            if low <= middle <= high:
                rows[-1].append(token)
                continue
        slack = 0.45 * token.height
        rows.append([token])
        bands.append((middle - slack, middle + slack))
    for row in rows:
        row.sort(key=lambda t: t.x0)
    return rows


def _without_spacing(row: list[Token]) -> list[Token]:
    """The row with letter-spaced words ("I N V O I C E") put together again."""
    if sum(len(token.text) == 1 for token in row) < _SPACED_LETTERS:
        return row
    joined: list[Token] = []
    run: list[Token] = []
    for token in [*row, None]:
        near = token is not None and (not run or token.x0 - run[-1].x1 < 2 * token.height)
        if token is not None and len(token.text) == 1 and token.text.isalpha() and near:
            run.append(token)
            continue
        joined.extend(_joined(run))
        run = []
        if token is not None:
            joined.append(token)
    return joined


def _joined(run: list[Token]) -> list[Token]:
    if len(run) < _SPACED_LETTERS:
        return run
    first, last = run[0], run[-1]
    return [Token("".join(t.text for t in run), first.x0, first.y0, last.x1, last.y1)]


def _cut(line: Line) -> None:
    """Text, offsets and segments of a line."""
    parts: list[str] = []
    offset = 0
    opened: tuple[int, int] = (0, 0)  # token, offset
    previous: Token | None = None
    for index, token in enumerate(line.tokens):
        if previous is not None:
            wide = token.x0 - previous.x1 > _SEGMENT_GAP * min(token.height, previous.height)
            if wide:
                _close(line, opened, index, offset)
                opened = (index, offset + 1)
            parts.append("\t" if wide else " ")
            offset += 1
        line.starts.append(offset)
        parts.append(token.text)
        offset += len(token.text)
        previous = token
    _close(line, opened, len(line.tokens), offset)
    line.text = "".join(parts)
    line.folded = fold(line.text)


def _close(line: Line, opened: tuple[int, int], last: int, end: int) -> None:
    first, start = opened
    line.segments.append(
        Segment(
            line=line,
            index=len(line.segments),
            first=first,
            last=last,
            start=start,
            end=end,
            x0=line.tokens[first].x0,
            y0=min(token.y0 for token in line.tokens[first:last]),
            x1=line.tokens[last - 1].x1,
            y1=max(token.y1 for token in line.tokens[first:last]),
        )
    )
