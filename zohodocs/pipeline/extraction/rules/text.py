"""Folding: words compared without case, accents and typographic variety, offsets kept."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = {
    "ß": "s",
    "ł": "l",
    "Ł": "l",
    "ø": "o",
    "Ø": "o",
    "đ": "d",
    "Đ": "d",
    "ı": "i",
    "’": "'",
    "`": "'",
    "´": "'",
    "‐": "-",
    "‑": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "º": " ",
    "°": " ",
    "№": "n",
    "й": "й",
    "Й": "й",
    "ё": "е",
    "Ё": "е",
}
_LIGATURES = {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "ﬆ": "st"}
_LIGATURE = re.compile("[" + "".join(_LIGATURES) + "]")
PIECE = re.compile(r"\w+|[#%]")


class _FoldTable(dict[int, str]):
    """Code point -> one folded character, worked out when first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _SPECIAL.get(char)
        if folded is None:
            base = unicodedata.normalize("NFKD", char)
            lowered = base[:1].casefold()[:1]
            folded = lowered or char
        self[code] = folded
        return folded


_TABLE = _FoldTable()


def fold(text: str) -> str:
    """The text lower-cased, without accents, character for character (same length)."""
    return text.translate(_TABLE)


def pieces(text: str) -> tuple[str, ...]:
    """The folded words of a phrase, punctuation dropped."""
    return tuple(PIECE.findall(fold(text)))


def without_ligatures(text: str) -> str:
    """The word with typographic ligatures written out."""
    if _LIGATURE.search(text):
        return _LIGATURE.sub(lambda found: _LIGATURES[found.group()], text)
    return text
