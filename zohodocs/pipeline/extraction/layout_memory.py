"""What one corrected document teaches about the next of the same layout. Pure; no training.

`learn` keeps where each value stood and beside which label, and how dates and amounts were
written; `apply` reads the next paper from the same places. A layout is known again by its vendor's
mark (`key`) and by the words that stand where they stood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from zohodocs.domain.case import Layouts
from zohodocs.domain.invoice import Extraction, FieldReading
from zohodocs.domain.reading import Box, PageText, Word

from .einvoice.lookup import PageWords
from .einvoice.places import place_of
from .einvoice.printing import compact
from .print_forms import notation_of, written

ENGINE = "layout"
FORMAT = 1
SAME_LAYOUT = 0.45
# Below the usual threshold: memory fills in, and a person still looks.
_LABELLED, _PLACED, _CONSTANT = 0.88, 0.75, 0.85
_DISAGREED_CORRECTED, _DISAGREED = 0.8, 0.7
_NOT_PLACED = frozenset({"document_type", "supplier_country", "buyer_country"})
# The same on every paper of a vendor, printed or not. No bank account: that one is read or missing.
_CONSTANT_FIELDS = frozenset(
    {"supplier_name", "supplier_tax_id", "supplier_address", "supplier_country", "currency"}
)
_KEY_FIELDS = ("supplier_tax_id", "supplier_name")
_KEY_WORDS = 4
_KEY_LETTERS = 5
_MOST_KEYS = 2000
_MOST_WORDS = 250
_NEAR = 0.02
_COLUMN = 0.06


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: its box, and its label before it in the line or above it.

    `page` counts from 0, -1 is the last. `label_at` is the label's left and top. `corrected`: a
    person had to say it.
    """

    page: int
    box: Box
    label: str = ""
    label_at: tuple[float, float] = (0.0, 0.0)
    above: bool = False
    notation: str = ""
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A layout: the vendor's mark on it, its standing words, where values are."""

    key: str
    words: tuple[tuple[str, float, float], ...]
    spots: Mapping[str, Spot]
    constants: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return {
            "format": FORMAT,
            "key": self.key,
            "words": [[text, round(x, 4), round(y, 4)] for text, x, y in self.words],
            "spots": {name: asdict(spot) for name, spot in self.spots.items()},
            "constants": dict(self.constants),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Template | None:
        """The template back from `to_json`; None if it is of another format."""
        if data.get("format") != FORMAT:
            return None
        return cls(
            key=str(data["key"]),
            words=tuple((str(text), float(x), float(y)) for text, x, y in data["words"]),
            spots={name: _spot(spot) for name, spot in data["spots"].items()},
            constants=dict(data["constants"]),
        )


def learn(
    pages: Sequence[PageText],
    values: Mapping[str, FieldReading],
    *,
    corrected: Collection[str],
) -> Template | None:
    """The layout of a document whose values a person approved; None if there is nothing to see."""
    if not pages or not pages[0].words:
        return None
    indexed = [PageWords(page) for page in pages]
    spots, constants = {}, {}
    for name, reading in values.items():
        if not reading.value:
            continue
        spot = _learnt(name, reading, pages, indexed, corrected=name in corrected)
        if spot is not None:
            spots[name] = spot
        elif name in _CONSTANT_FIELDS and name in corrected:
            constants[name] = reading.value
    return Template(_key(values, indexed), fingerprint(pages[0]), spots, constants)


def apply(template: Template, pages: Sequence[PageText], *, currency: str = "") -> Extraction:
    """The values that stand on these pages where they stood on the learnt one."""
    fields = {
        name: FieldReading(value, _CONSTANT, ENGINE) for name, value in template.constants.items()
    }
    for name, spot in template.spots.items():
        page = pages[min(spot.page, len(pages) - 1)] if spot.page >= 0 else pages[-1]
        words = _words_at(spot, page)
        text = " ".join(word.text for word in words)
        value = written(name, text, notation=spot.notation, currency=currency) if words else None
        if value:
            sure = _LABELLED if spot.label else _PLACED
            fields[name] = FieldReading(value, sure, ENGINE, page.number, _around(words))
    return Extraction(ENGINE, fields)


def remembered(found: Extraction, pages: Sequence[PageText], layouts: Layouts) -> Extraction:
    """What was found, with what the layout's memory knows better.

    Where a person had corrected a value, memory wins, and is not surer than doubt allows;
    elsewhere a disagreement only lowers the confidence. Agreement raises none above memory's own.
    """
    if not pages or not pages[0].words:
        return found
    known = (Template.from_json(data) for data in layouts.like(keys_of(pages[0])))
    standing = fingerprint(pages[0])
    ranked = [(similarity(template, standing), template) for template in known if template]
    score, best = max(ranked, key=lambda pair: pair[0], default=(0.0, None))
    if best is None or score < SAME_LAYOUT:
        return found
    currency = found.fields.get("currency")
    said = apply(best, pages, currency=currency.value if currency else "")
    fields = dict(found.fields)
    for name, reading in said.fields.items():
        spot = best.spots.get(name)
        wins = name in best.constants or (spot is not None and spot.corrected)
        fields[name] = _settled(fields.get(name), reading, memory_wins=wins)
    return replace(found, fields=fields)


def fingerprint(page: PageText) -> tuple[tuple[str, float, float], ...]:
    """The words without figures, each with its left and top: labels, letterhead, footer."""
    found = []
    for word in page.words:
        text = compact(word.text)
        if len(text) >= 3 and text.isalpha():
            found.append((text, word.box[0], word.box[1]))
    return tuple(found[:_MOST_WORDS])


def similarity(template: Template, standing: Sequence[tuple[str, float, float]]) -> float:
    """The share of the template's words that stand where they stood."""
    places: dict[str, list[tuple[float, float]]] = {}
    for text, x, y in standing:
        places.setdefault(text, []).append((x, y))
    same = sum(
        any(abs(x - other_x) <= _NEAR and abs(y - other_y) <= _NEAR for other_x, other_y in at)
        for text, x, y in template.words
        if (at := places.get(text))
    )
    return same / len(template.words) if template.words else 0.0


def keys_of(page: PageText) -> frozenset[str]:
    """Every mark under which this page's layout may have been kept."""
    keys: set[str] = set()
    for line in PageWords(page).lines():
        for first in range(len(line)):
            text = ""
            for word in line[first : first + _KEY_WORDS]:
                text += compact(word)
                if len(text) >= _KEY_LETTERS:
                    keys.add(text[:80])
        if len(keys) >= _MOST_KEYS:
            break
    return frozenset(keys)


def _settled(
    before: FieldReading | None, memory: FieldReading, *, memory_wins: bool
) -> FieldReading:
    if before is None:
        return memory
    if before.value == memory.value:
        sure = max(before.confidence, memory.confidence)
        return replace(before, confidence=sure)
    if memory_wins:
        sure = min(memory.confidence, _DISAGREED_CORRECTED)
        return replace(memory, confidence=sure, others=(replace(before, others=()), *before.others))
    sure = min(before.confidence, _DISAGREED)
    return replace(before, confidence=sure, others=(memory, *before.others))


def _learnt(
    name: str,
    reading: FieldReading,
    pages: Sequence[PageText],
    indexed: Sequence[PageWords],
    *,
    corrected: bool,
) -> Spot | None:
    if name in _NOT_PLACED:
        return None
    shown = _shown(name, reading, pages)
    if shown is None:
        place = place_of(name, reading.value, indexed)
        if place is None:
            return None
        shown = (next(page for page in pages if page.number == place.page), place.box)
    page, box = shown
    text = " ".join(word.text for word in _inside(page.words, box, margin=0.002))
    notation = notation_of(name, text, reading.value)
    if notation is None:
        return None  # it stands there, but nobody could tell how to read it from there
    label, at, above = _label(page, box)
    last = page is pages[-1] and len(pages) > 1
    number = -1 if last else next(i for i, other in enumerate(pages) if other is page)
    return Spot(number, box, label, at, above, notation, corrected)


def _shown(
    name: str, reading: FieldReading, pages: Sequence[PageText]
) -> tuple[PageText, Box] | None:
    """The page and box that came with the value, if its words are the value."""
    page = next((page for page in pages if page.number == reading.page), None)
    if page is None or reading.box is None:
        return None
    text = " ".join(word.text for word in _inside(page.words, reading.box, margin=0.002))
    return (page, reading.box) if notation_of(name, text, reading.value) is not None else None


def _key(values: Mapping[str, FieldReading], indexed: Sequence[PageWords]) -> str:
    """The vendor's mark as it is printed on the first page: tax number, name, else first words."""
    for name in _KEY_FIELDS:
        reading = values.get(name)
        place = place_of(name, reading.value, indexed[:1]) if reading else None
        if place is not None:
            words = _inside(indexed[0].words, place.box, margin=0.002)
            key = "".join(compact(word.text) for word in words[:_KEY_WORDS])
            if len(key) >= _KEY_LETTERS:
                return key[:80]
    first = indexed[0].lines()[0]
    return "".join(compact(word) for word in first[:_KEY_WORDS])[:80]


def _label(page: PageText, box: Box) -> tuple[str, tuple[float, float], bool]:
    """The label's words, its left and top, and whether it stands above."""
    beside = _words_before(page.words, box)
    if beside:
        return _joined(beside), beside[0].box[:2], False
    above = _words_above(page.words, box)
    if above:
        return _joined(above), above[0].box[:2], True
    return "", (0.0, 0.0), False


def _words_before(words: Sequence[Word], box: Box) -> list[Word]:
    """Up to three words of letters next before the box in its line, nearest last."""
    line = sorted(
        (word for word in words if _in_line(word.box, box) and word.box[2] <= box[0] + 0.005),
        key=lambda word: -word.box[0],
    )
    found: list[Word] = []
    for word in line:
        if compact(word.text).isalpha():
            if found and found[-1].box[0] - word.box[2] > _COLUMN:
                break
            found.append(word)
        elif found or _is_value(word.text):
            break
        if len(found) == 3:
            break
    return found[::-1]


def _words_above(words: Sequence[Word], box: Box) -> list[Word]:
    height = box[3] - box[1]
    rows = [
        word
        for word in words
        if 0 < box[1] - word.box[1] <= 3 * height
        and word.box[3] <= box[1] + height / 2
        and word.box[0] < box[2]
        and word.box[2] > box[0] - _NEAR
    ]
    if not rows:
        return []
    nearest = max(rows, key=lambda word: word.box[1])
    row = sorted((w for w in rows if _in_line(w.box, nearest.box)), key=lambda w: w.box[0])
    return row[:3] if all(compact(word.text).isalpha() for word in row[:3]) else []


def _words_at(spot: Spot, page: PageText) -> list[Word]:
    if not spot.label:
        return _inside(page.words, spot.box, margin=0.008)
    labels = sorted(
        _labels_like(spot, page.words),
        key=lambda run: abs(run[0].box[1] - spot.label_at[1]),
    )
    for run in labels:
        area = _area(spot, run)
        words = [word for word in _inside(page.words, area, margin=0.004) if word not in run]
        if words:
            return words
    return []


def _labels_like(spot: Spot, words: Sequence[Word]) -> Iterator[list[Word]]:
    """Runs of words that are the label, in its column."""
    for first, word in enumerate(words):
        if abs(word.box[0] - spot.label_at[0]) > _COLUMN:
            continue
        run: list[Word] = []
        for other in words[first : first + 3]:
            if not _in_line(other.box, word.box):
                break
            run.append(other)
            if _joined(run) == spot.label:
                yield run
                break


def _area(spot: Spot, label: Sequence[Word]) -> Box:
    """Where the value of this label is to be: the learnt box, moved as the label moved."""
    down = label[0].box[1] - spot.label_at[1]
    left, top, right, bottom = spot.box
    # A longer or shorter value grows to the left where print is flush right, else to the right.
    before = left - _COLUMN if spot.above else max(left - _COLUMN, label[-1].box[2])
    return before, top + down, right + _COLUMN, bottom + down


def _inside(words: Sequence[Word], box: Box, *, margin: float) -> list[Word]:
    """The words whose middle is in the box, line by line."""
    left, top, right, bottom = box
    found = [
        word
        for word in words
        if left - margin <= (word.box[0] + word.box[2]) / 2 <= right + margin
        and top - margin <= (word.box[1] + word.box[3]) / 2 <= bottom + margin
    ]
    return sorted(found, key=lambda word: (round((word.box[1] + word.box[3]) * 50), word.box[0]))


def _in_line(one: Box, other: Box) -> bool:
    return one[1] <= (other[1] + other[3]) / 2 <= one[3]


def _is_value(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits >= 3


def _joined(words: Sequence[Word]) -> str:
    return "".join(compact(word.text) for word in words)


def _around(words: Sequence[Word]) -> Box:
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _spot(data: Mapping[str, Any]) -> Spot:
    box, at = data["box"], data["label_at"]
    return Spot(
        page=int(data["page"]),
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        label=str(data["label"]),
        label_at=(float(at[0]), float(at[1])),
        above=bool(data["above"]),
        notation=str(data["notation"]),
        corrected=bool(data["corrected"]),
    )


__all__ = ["Spot", "Template", "apply", "fingerprint", "keys_of", "learn", "remembered"]
