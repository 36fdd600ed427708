"""Pages that are a picture with a layer of text: whether the layer says what the picture shows.

People see the picture, machines read the layer; who writes a page can let them say different
things. So the picture is recognised, and where both differ it is the picture that counts.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from zohodocs.domain.reading import PageText, Reading, Word

from .pages import MAX_PAGES, Recognise, page_of

TEXT_LAYER = "text_layer"
DIFFERS, UNCHECKED = "text_differs", "text_unchecked"

_FIGURES = re.compile(r"[^0-9]")
_LETTERS = re.compile(r"[\W\d_]")
# Shorter ones are found anywhere by chance.
_FIGURES_AT_LEAST, _LETTERS_AT_LEAST = 3, 4
# Recognition that is less sure may be wrong itself.
_SURE = 0.9
# Of all words: recognition misses some, and a layer that another program recognised has mistakes.
_STRANGE_SHARE = 0.3


def layered(reading: Reading) -> list[int]:
    """The numbers of the pages whose words are a layer over a picture."""
    return [
        int(note.partition(":")[2]) for note in reading.notes if note.startswith(f"{TEXT_LAYER}:")
    ]


def checked(reading: Reading, recognise: Recognise | None) -> Reading:
    """The reading with each layer of text compared with its picture.

    Notes: `text_differs:N` (the page's words are now those of its picture), `text_unchecked:N`
    (nothing here could recognise the picture); without a note both say the same.
    """
    numbers = layered(reading)
    if not numbers:
        return reading
    pages = {page.number: page for page in reading.pages}
    notes = [note for note in reading.notes if not note.startswith(f"{TEXT_LAYER}:")]
    for position, number in enumerate(numbers):
        found = recognise(number) if recognise is not None and position < MAX_PAGES else None
        if found is None:
            notes.append(f"{UNCHECKED}:{number}")
            continue
        shown = page_of(pages[number], found)
        if differs(pages[number], shown):
            pages[number] = shown
            notes.append(f"{DIFFERS}:{number}")
    return dataclasses.replace(
        reading, pages=tuple(pages[page.number] for page in reading.pages), notes=tuple(notes)
    )


def differs(layer: PageText, shown: PageText) -> bool:
    """Whether the layer has other figures than the picture anywhere, or mostly other words."""
    sure = [word for word in shown.words if word.confidence >= _SURE]
    figures = list(_unsupported(sure, layer.words, _FIGURES, _FIGURES_AT_LEAST))
    if any(figures):
        return True
    letters = list(_unsupported(sure, layer.words, _LETTERS, _LETTERS_AT_LEAST))
    invented = list(_unsupported(layer.words, shown.words, _FIGURES, _FIGURES_AT_LEAST))
    return any(
        sum(strange) > _STRANGE_SHARE * len(strange) for strange in (letters, invented) if strange
    )


def _unsupported(
    words: Sequence[Word], others: Sequence[Word], dropped: re.Pattern[str], least: int
) -> Iterator[bool]:
    """For each word that has enough of the kind: whether the others' line does not have it."""
    for word in words:
        core = dropped.sub("", word.text).casefold()
        if len(core) < least:
            continue
        _, top, _, bottom = word.box
        # Both part words differently, so what stands on the same line is taken together.
        line = sorted(
            (other for other in others if _overlap(other, top, bottom)), key=lambda o: o.box[0]
        )
        yield core not in "".join(dropped.sub("", other.text) for other in line).casefold()


def _overlap(word: Word, top: float, bottom: float) -> bool:
    _, y0, _, y1 = word.box
    return min(y1, bottom) - max(y0, top) > 0.3 * min(y1 - y0, bottom - top)
