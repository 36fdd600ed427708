"""Characters as PDF fonts give them, made into the letters a reader sees."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Without width or only steering the direction: they would make equal words differ.
_UNSEEN = frozenset(
    [0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
_HYPHENS = frozenset([0x2010, 0x2011, 0x2212, 0xFE63, 0xFF0D])
_FIRST_PRIVATE, _LAST_PRIVATE = 0xE000, 0xF8FF
# Symbol fonts put their letters here, each at 0xF000 + its ASCII code.
_SYMBOL_LETTERS = range(0xF021, 0xF07F)


# What stands between white space and control characters; no-break spaces part words, too, as they
# do for the eye.
RUN = re.compile(r"[^\s\x00-\x20\x7f-\xa0]+")
_NO_LETTER = re.compile("[\x00\ufffd\ufffe\ue000-\uf8ff]")


def without_letter(text: str) -> int:
    """How many characters hide which letter they are (no mapping in the font, or a private one)."""
    return len(_NO_LETTER.findall(text))


def clean(raw: str) -> str:
    """The word as read: ligatures opened, unseen characters gone, odd hyphens made plain.

    Nothing that carries meaning is folded: superscripts, fractions and currency signs stay.
    """
    if raw.isascii():
        return raw
    kept = "".join(letter for letter in map(_letter, raw) if letter)
    return unicodedata.normalize("NFC", kept)


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    code = ord(letter)
    if code in _UNSEEN or code in {0xFFFD, 0xFFFE}:
        return ""
    if code in _HYPHENS:
        return "-"
    if code in _SYMBOL_LETTERS:
        return chr(code - 0xF000)
    if _FIRST_PRIVATE <= code <= _LAST_PRIVATE or 0xD800 <= code <= 0xDFFF:
        return ""
    # Latin and Arabic ligatures and forms, full-width letters: other shapes of the same letters.
    if 0xFB00 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFFEF:
        return unicodedata.normalize("NFKC", letter)
    return letter
