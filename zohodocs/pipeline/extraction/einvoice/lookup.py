"""A page's words, ready to be searched for values in print."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cached_property

from zohodocs.domain.reading import Box, PageText, Word

from .printing import amount_forms, compact, number_core

Run = tuple[int, int]  # first and last word of a place

_LONGEST_RUN = 4
# So long that it cannot be part of another value: it may stand inside a word, after its label.
_UNMISTAKABLE = 8
_LABEL_WORDS = 4
_CURRENCY = r"(?:[€$£¥]|EUR|USD|GBP|CHF|PLN|zł|CZK|Kč|SEK|DKK|NOK|kr\.?|Fr\.?)"
_ROWS_ABOVE = 2.5


class PageWords:
    """One page's words with the indexes a search needs, each built when first asked for."""

    def __init__(self, page: PageText) -> None:
        self.number = page.number
        self.words = page.words

    def box(self, run: Run) -> Box:
        """The box around all words of the run."""
        boxes = [word.box for word in self.words[run[0] : run[1] + 1]]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def texts(self, wanted: str) -> Iterator[Run]:
        """Places of a text given as `compact` writes it, over any number of words."""
        if not wanted:
            return
        letters, starts = self._letters
        at = letters.find(wanted)
        while at >= 0:
            first, last = (bisect_right(starts, i) - 1 for i in (at, at + len(wanted) - 1))
            ends = starts[last + 1] if last + 1 < len(starts) else len(letters)
            whole_words = starts[first] == at and ends == at + len(wanted)
            if whole_words or len(wanted) >= _UNMISTAKABLE:
                yield first, last
            at = letters.find(wanted, at + 1)

    def matching(self, forms: frozenset[str]) -> Iterator[Run]:
        """Runs of words that, written together, are one of the forms."""
        for run, text in self._short_runs:
            if text in forms:
                yield run

    def passing(self, test: Callable[[str], bool]) -> Iterator[Run]:
        """Runs of three or four words, or one, that pass the test."""
        for run, _ in self._short_runs:
            text = " ".join(word.text for word in self.words[run[0] : run[1] + 1])
            if re.search(r"\d{4}", text) and test(text):
                yield run

    def numbers(self, forms: frozenset[str]) -> Iterator[Run]:
        """Places of a number, whatever stands glued to it: currency, sign, colon."""
        for run, text in self._short_runs:
            if number_core(text) in forms and self._is_one_number(run):
                yield run

    def shows(self, forms: frozenset[str]) -> bool:
        """Whether any form stands anywhere, even with each figure as a word of its own."""
        if any(True for _ in self.numbers(forms)):
            return True
        return any(
            re.search(rf"(?<!\d)(?<!\d[.,'’]){re.escape(form)}(?![.,]?\d)", line)
            for line in self._unspaced
            for form in forms
        )

    def shows_money(self, amount: Decimal) -> bool:
        """Whether the amount stands anywhere without its coins, but with its currency."""
        return amount == amount.to_integral_value() and any(
            re.search(rf"(?<![\d.,]){_CURRENCY}{form}(?![.,]?\d)", line)
            or re.search(rf"(?<![\d.,]){form}(?:{_CURRENCY}|[.,]?[-–])(?!\d)", line)
            for line in self._unspaced
            for form in map(re.escape, amount_forms(amount.to_integral_value()))
        )

    def context(self, run: Run) -> str:
        """Folded words that may be the label: just before the run in its line, or just above."""
        box = self.words[run[0]].box
        left = [
            word
            for word in self.words[max(0, run[0] - _LABEL_WORDS) : run[0]]
            if _same_line(word.box, box)
        ]
        above = [word for word in self.words if _just_above(word.box, box)]
        return " ".join(compact(word.text) for word in (*above, *left))

    def lines(self) -> list[list[str]]:
        """The words line by line, from left to right."""
        return self._lines

    @cached_property
    def _lines(self) -> list[list[str]]:
        lines: list[list[Word]] = []
        for word in sorted(self.words, key=lambda word: (word.box[1] + word.box[3]) / 2):
            if lines and _same_line(lines[-1][0].box, word.box):
                lines[-1].append(word)
            else:
                lines.append([word])
        return [[w.text for w in sorted(line, key=lambda w: w.box[0])] for line in lines]

    @cached_property
    def _unspaced(self) -> list[str]:
        return ["".join(line) for line in self.lines()]

    @cached_property
    def _letters(self) -> tuple[str, list[int]]:
        """All words as `compact` writes them, in one string, and where each word starts."""
        starts, parts, length = [], [], 0
        for word in self.words:
            part = compact(word.text)
            starts.append(length)
            parts.append(part)
            length += len(part)
        return "".join(parts), starts

    @cached_property
    def _short_runs(self) -> list[tuple[Run, str]]:
        """Runs of up to four words in one line, with their text written together."""
        runs = []
        for first, word in enumerate(self.words):
            text = ""
            for last in range(first, min(first + _LONGEST_RUN, len(self.words))):
                if not _same_line(word.box, self.words[last].box):
                    break
                text += self.words[last].text
                runs.append(((first, last), text.strip(":;,.()")))
        return runs

    def _is_one_number(self, run: Run) -> bool:
        """Whether the words are one number with blanks between thousands, and nothing else."""
        first, *more = (word.text for word in self.words[run[0] : run[1] + 1])
        return bool(re.search(r"\d", first)) and all(
            re.match(r"\d{3}(?!\d)", part) for part in more
        )


def _same_line(one: Box, other: Box) -> bool:
    middle = (other[1] + other[3]) / 2
    return one[1] <= middle <= one[3] or other[1] <= (one[1] + one[3]) / 2 <= other[3]


def _just_above(one: Box, other: Box) -> bool:
    height = other[3] - other[1]
    overlaps = one[0] < other[2] and one[2] > other[0]
    return overlaps and 0 < other[1] - one[1] <= _ROWS_ABOVE * height and one[3] <= other[3]
