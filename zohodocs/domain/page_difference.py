"""Which words of two pages differ, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

# More words than any invoice's first page has; a catalogue must not cost seconds.
_MOST_WORDS = 1_500


def differing(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[int], list[int]]:
    """The places of words that stand on one page and not, in their order, on the other."""
    here, there = [_plain(ours), _plain(theirs)]
    only_here: list[int] = []
    only_there: list[int] = []
    for what, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        if what != "equal":
            only_here += range(a, b)
            only_there += range(c, d)
    return only_here, only_there


def _plain(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words[:_MOST_WORDS]]
