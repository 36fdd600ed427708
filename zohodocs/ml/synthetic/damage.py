"""What a scan does to words: letters mistaken, blanks lost or added, boxes that tremble."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from zohodocs.domain.reading import OCR, PageText, Word

_MISTAKEN = {
    "0": "O", "O": "0", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8",
    "o": "0", "e": "c", "c": "e", "m": "rn", "n": "r", "i": "l", "t": "f", "ü": "u", "ö": "o",
    "ä": "a", "é": "e", "ł": "l", "ó": "o", "ß": "B", "õ": "o",
}  # fmt: skip  # pairs to be skimmed


def scanned(rng: Random, page: PageText) -> PageText:
    """The page as an OCR engine might read it; the same seed, the same mistakes."""
    letter = rng.choice((0.0, 0.002, 0.006, 0.015))
    glue = rng.choice((0.0, 0.03, 0.12, 0.3))
    lost = rng.choice((0.0, 0.0, 0.01))
    tremble = rng.choice((0.0, 0.0005, 0.0015))
    tilt = rng.choice((0.0, 0.0, 0.002, -0.003))
    words: list[Word] = []
    for word in page.words:
        if rng.random() < lost:
            continue
        x0, y0, x1, y1 = word.box
        shift = rng.gauss(0, tremble) + tilt * x0
        box = (x0, y0 + shift, x1, y1 + shift + rng.gauss(0, tremble) / 2)
        text = "".join(_MISTAKEN.get(c, c) if rng.random() < letter else c for c in word.text)
        last = words[-1] if words else None
        near = last is not None and abs(last.box[1] - box[1]) < 0.004
        if last is not None and near and 0 <= x0 - last.box[2] < 0.02 and rng.random() < glue:
            whole = (last.box[0], min(last.box[1], box[1]), box[2], max(last.box[3], box[3]))
            words[-1] = Word(last.text + text, whole)
            continue
        words.append(Word(text, box))
    return replace(page, words=tuple(words), source=OCR)
