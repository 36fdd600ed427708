"""Comparing names and finding words: without case, accents, punctuation and legal form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.fuzz import ratio, token_sort_ratio

from .legal_forms import IN_FRONT, LEGAL_FORMS, LONGEST_FORM, UNMISTAKABLE

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
# A dot or an apostrophe inside a word says nothing ("S.r.l.", "d'Or"); the slash of "A/S" neither.
_SILENT = re.compile(r"[.'’`´]|(?<=\b\w)/(?=\w\b)")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case without accents: `Łódź` and `LODZ` are one, `Straße` and `STRASSE`, too."""
    for _ in range(2):  # casefold can bring forth new accents and the other way round
        text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
        text = "".join(char for char in text if not unicodedata.combining(char))
    return text


def words(text: str) -> tuple[str, ...]:
    """The folded words, in order; punctuation only separates."""
    return tuple(_WORD.findall(fold(text)))


def has_phrase(text: tuple[str, ...], phrase: str) -> bool:
    """Whether the phrase's words stand side by side in `text` (from `words`).

    Words match as words: "car" is not in "scarf".
    """
    wanted = _phrase(phrase)
    # Hundreds of phrases are looked for in every paper; few of their first words stand in it.
    if not wanted or wanted[0] not in text:
        return False
    return any(
        text[start : start + len(wanted)] == wanted for start in range(len(text) - len(wanted) + 1)
    )


@lru_cache(maxsize=8192)
def _phrase(phrase: str) -> tuple[str, ...]:
    """The words of a phrase: the same few thousand are looked for in every paper."""
    return words(phrase)


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """A company's name as names are compared: no case, accents, punctuation, legal form.

    A name that is nothing but a legal form keeps it. Folding twice changes nothing.
    """
    folded = name
    while (again := _folded_once(folded)) != folded:
        folded = again
    return folded


def plain_name(name: str) -> str:
    """The folded name with its legal form: tells "Acme GmbH" from "Acme Sp. z o.o."."""
    return " ".join(_name_words(name))


def name_similarity(one: str, other: str) -> float:
    """How alike two names are, 0..1; 1 only if they are equal once folded."""
    first, second = fold_name(one), fold_name(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    alike = max(
        ratio(first, second),
        token_sort_ratio(first, second),
        ratio(first.replace(" ", ""), second.replace(" ", "")),
    )
    return min(alike / 100, 0.99)


def _folded_once(name: str) -> str:
    return " ".join(_without_forms(_name_words(name)))


def _name_words(name: str) -> list[str]:
    joined: list[str] = []
    run = ""
    for word in _WORD.findall(_SILENT.sub("", fold(name))):
        if len(word) == 1:  # "s r o" is "sro"
            run += word
            continue
        joined += [run] if run else []
        joined.append(word)
        run = ""
    return joined + ([run] if run else [])


def _without_forms(tokens: list[str]) -> list[str]:
    changed = True
    while changed:
        changed = False
        for length in range(min(LONGEST_FORM, len(tokens) - 1), 0, -1):
            at = _form_at(tokens, length)
            if at is not None:
                tokens = tokens[:at] + tokens[at + length :]
                changed = True
                break
    return tokens


def _form_at(tokens: list[str], length: int) -> int | None:
    """Where a legal form of so many words stands: at the end, in front, or unmistakably between."""
    last = len(tokens) - length
    if tuple(tokens[last:]) in LEGAL_FORMS:
        return last
    if tuple(tokens[:length]) in IN_FRONT:
        return 0
    for start in range(1, last):
        if tuple(tokens[start : start + length]) in UNMISTAKABLE:
            return start
    return None
