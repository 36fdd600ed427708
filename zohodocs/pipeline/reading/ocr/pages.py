"""Which pages of a reading are recognised, and how their words come into it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from zohodocs.domain.reading import OCR, PageText, Reading, Straight, Word

NEEDS_OCR, PAGE_NEEDS_OCR = "needs_ocr", "page_needs_ocr"
PARTLY_READ = "page_partly_read"
# More pictures in one document are an archive; the rest is named to the person who looks at it.
MAX_PAGES = 20

Recognise = Callable[[int], dict[str, Any] | None]


def silent(reading: Reading) -> list[int]:
    """The numbers of the pages whose print is not in their words."""
    if NEEDS_OCR in reading.notes:
        return [page.number for page in reading.pages]
    return [
        int(note.partition(":")[2])
        for note in reading.notes
        if note.startswith(f"{PAGE_NEEDS_OCR}:")
    ]


def recognised(reading: Reading, recognise: Recognise) -> Reading:
    """The reading with words on its silent pages, as `recognise` (by page number) finds them.

    Notes: `ocr` (all words come from pictures), `page_ocr:N`; `page_partly_read:N` where print
    came out as nothing, as of a script the engine does not know; `needs_ocr` and `page_needs_ocr:N`
    stay where nothing was recognised.
    """
    wanted = silent(reading)
    if not wanted:
        return reading
    pages = {page.number: page for page in reading.pages}
    read: list[int] = []
    doubtful: list[int] = []
    for number in wanted[:MAX_PAGES]:
        found = recognise(number)
        if found is not None and found["words"]:
            pages[number] = page_of(pages[number], found)
            read.append(number)
            if found["unread"]:
                doubtful.append(number)
    left = [number for number in wanted if number not in read]
    others = [
        note
        for note in reading.notes
        if note != NEEDS_OCR and not note.startswith(f"{PAGE_NEEDS_OCR}:")
    ]
    return dataclasses.replace(
        reading,
        pages=tuple(pages[page.number] for page in reading.pages),
        notes=(
            *others,
            *_notes(len(reading.pages), read, left),
            *(f"{PARTLY_READ}:{number}" for number in doubtful),
        ),
    )


def page_of(page: PageText, found: dict[str, Any]) -> PageText:
    """The page with its recognised words and where they lie when it is laid straight."""
    words, boxes = [], []
    for text, x0, y0, x1, y1, left, top, right, bottom, confidence in found["words"]:
        words.append(Word(text, (x0, y0, x1, y1), confidence))
        boxes.append((left, top, right, bottom))
    # As large as the page itself: what is measured in points stays so.
    area = page.width * page.height
    width = (area * found["ratio"]) ** 0.5
    straight = Straight(width, area / width, tuple(boxes), tuple(found["to_shown"]))
    return PageText(
        page.number, page.width, page.height, tuple(words), source=OCR, straight=straight
    )


def _notes(count: int, read: Sequence[int], left: Sequence[int]) -> list[str]:
    if len(left) == count:
        return [NEEDS_OCR]
    whole = ["ocr"] if len(read) == count else [f"page_ocr:{number}" for number in read]
    return [*whole, *(f"{PAGE_NEEDS_OCR}:{number}" for number in left)]
