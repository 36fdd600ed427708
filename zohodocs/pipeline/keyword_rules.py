"""`category_keywords.json` as ordered rules: {"category": ["keyword", ...]}."""

from __future__ import annotations

import json
from collections.abc import Sequence

from zohodocs.domain.case import RuleFacts
from zohodocs.domain.names import words

MAX_BYTES = 1_000_000
_LONGEST_NAME = 100


class KeywordFileRefused(ValueError):
    """The file is not a list of keywords per category; the message says what is wrong with it."""


def parse(content: bytes) -> tuple[RuleFacts, ...]:
    """One rule a category, in the file's order; the same words written twice count once.

    A category named twice keeps both lists. Raises KeywordFileRefused.
    """
    if len(content) > MAX_BYTES:
        raise KeywordFileRefused("The keyword file is larger than 1 MB.")
    keywords: dict[str, list[str]] = {}
    for category, entries in _pairs(content):
        name = category.strip()
        if not name:
            raise KeywordFileRefused("A category has no name.")
        if len(name) > _LONGEST_NAME or "\0" in name:
            raise KeywordFileRefused(f"The name of the category {name[:30]!r}… is too long.")
        if not isinstance(entries, list) or not all(isinstance(word, str) for word in entries):
            raise KeywordFileRefused(f"The keywords of {name} are not a list of words.")
        keywords.setdefault(name, []).extend(entries)
    return tuple(
        RuleFacts(
            id=f"keyword:{number}",
            name=f"Keyword of {category}",
            keywords=_distinct(entries),
            category=category,
        )
        for number, (category, entries) in enumerate(keywords.items(), start=1)
        if _distinct(entries)
    )


def _pairs(content: bytes) -> Sequence[tuple[str, object]]:
    try:
        # As pairs: a category that stands twice would silently lose its first list.
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_Pairs)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise KeywordFileRefused(f"The keyword file is not JSON: {error}.") from error
    if not isinstance(data, _Pairs):
        raise KeywordFileRefused('The keyword file must be {"category": ["keyword", ...]}.')
    return data


class _Pairs(list[tuple[str, object]]):
    """The members of a JSON object, in order, repeated names kept."""


def _distinct(entries: Sequence[str]) -> tuple[str, ...]:
    """Keywords that differ as they are compared, without those that hold no word at all."""
    first: dict[tuple[str, ...], str] = {}
    for entry in entries:
        if words(entry):
            first.setdefault(words(entry), entry.strip())
    return tuple(first.values())
