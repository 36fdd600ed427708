"""Papers typed on a typewriter: a monospace text becomes pages of words with their places."""

import re

from zohodocs.domain.reading import PageText, Word

_WIDTH, _HEIGHT = 600.0, 840.0
_CELL, _LINE, _TYPE = 6.0, 14.0, 10.0
_MARGIN = 30.0


def typed(*texts: str) -> tuple[PageText, ...]:
    """One page a text. One blank joins words to a phrase; two or more part two columns."""
    return tuple(_page(number, text) for number, text in enumerate(texts, 1))


def _page(number: int, text: str) -> PageText:
    words = []
    for row, line in enumerate(text.strip("\n").split("\n")):
        top = _MARGIN + row * _LINE
        for match in re.finditer(r"\S+", line):
            left, right = match.start() * _CELL + _MARGIN, match.end() * _CELL + _MARGIN
            box = (left / _WIDTH, top / _HEIGHT, right / _WIDTH, (top + _TYPE) / _HEIGHT)
            words.append(Word(match.group(), box))
    return PageText(number, _WIDTH, _HEIGHT, tuple(words))
