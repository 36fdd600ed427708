"""Pages that were recognised in pictures: read lying straight, shown as they are, trusted less."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from statistics import median

from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import OCR, Box, PageText, Straight, Word


def straightened(pages: Sequence[PageText]) -> tuple[PageText, ...]:
    """The pages as an engine of extraction should see them: print in level lines."""
    return tuple(_straightened(page, page.straight) if page.straight else page for page in pages)


def brought_back(found: Extraction, pages: Sequence[PageText]) -> Extraction:
    """The extraction with boxes on the pages as shown, no surer than the words it is made of."""
    recognised = {page.number: page for page in pages if page.source == OCR}
    if not recognised:
        return found
    fields = {
        name: _field(reading, recognised, len(pages)) for name, reading in found.fields.items()
    }
    return dataclasses.replace(found, fields=fields)


def _straightened(page: PageText, straight: Straight) -> PageText:
    words = tuple(
        Word(word.text, box, word.confidence)
        for word, box in zip(page.words, straight.boxes, strict=True)
    )
    return PageText(page.number, straight.width, straight.height, words, source=page.source)


def _field(reading: FieldReading, pages: dict[int, PageText], count: int) -> FieldReading:
    page = pages.get(reading.page or 0)
    others = tuple(_field(other, pages, count) for other in reading.others)
    if page is None:
        everywhere = reading.page is None and len(pages) == count
        sure = _usual(pages.values()) if everywhere else 1.0
        return dataclasses.replace(reading, confidence=reading.confidence * sure, others=others)
    box, sure = reading.box, _usual([page])
    if box is not None:
        boxes = page.straight.boxes if page.straight else [word.box for word in page.words]
        inside = [
            word.confidence
            for word, place in zip(page.words, boxes, strict=True)
            if _holds(box, place)
        ]
        sure = min(inside, default=sure)
        box = _shown(box, page.straight) if page.straight else box
    return dataclasses.replace(
        reading, confidence=reading.confidence * sure, box=box, others=others
    )


def _usual(pages: Iterable[PageText]) -> float:
    return median([word.confidence for page in pages for word in page.words] or [1.0])


def _holds(box: Box, place: Box) -> bool:
    across, down = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    return box[0] <= across <= box[2] and box[1] <= down <= box[3]


def _shown(box: Box, straight: Straight) -> Box:
    a, b, c, d, e, f, g, h, i = straight.to_shown
    x0, y0, x1, y1 = box
    across, down = [], []
    for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)):
        depth = g * x + h * y + i
        across.append(min(max((a * x + b * y + c) / depth, 0.0), 1.0))
        down.append(min(max((d * x + e * y + f) / depth, 0.0), 1.0))
    return min(across), min(down), max(across), max(down)
