"""Labels in twelve languages: what a phrase on paper announces, and which language it speaks.

The data files hold phrases; they are loaded once. Phrases are indexed by their first word and the
longest match wins, so "total tax" never counts as "total".
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from .layout import Layout, Line, Segment
from .text import PIECE, fold, pieces

_STRONG, _WEAK = 1.0, 0.55
# A language this much behind the best one may still have printed some of the labels.
_SECOND_LANGUAGE = 0.35


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase and what it may announce: field -> weight."""

    words: tuple[str, ...]
    fields: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found on a line, at these offsets of its text."""

    line: Line
    start: int
    end: int
    fields: Mapping[str, float]
    words: int

    @property
    def segment(self) -> Segment:
        """The segment the phrase stands in."""
        return self.line.segment_at(self.start)

    @property
    def leads(self) -> bool:
        """Whether nothing but punctuation stands before the phrase in its segment."""
        return not PIECE.search(self.line.folded, self.segment.start, self.start)

    @property
    def opens(self) -> bool:
        """Whether no letter stands before the phrase in its segment ("2. Mahnung")."""
        before = self.line.text[self.segment.start : self.start]
        return not any(char.isalpha() for char in before)

    @property
    def alone(self) -> bool:
        """Whether the phrase is all its segment says."""
        return self.leads and not PIECE.search(self.line.folded, self.end, self.segment.end)

    @property
    def colon(self) -> bool:
        """Whether a colon follows the phrase."""
        return self.line.text[self.end : self.end + 3].lstrip(" .)").startswith(":")


_CHAIN = re.compile(r"\s*(?:/|\||&|,|\(|-|und|and|et|i|e|y)\s*")


def chained(hit: Hit, other: Hit) -> bool:
    """Whether another phrase directly goes on where this one ends ("Datum / Date")."""
    between = hit.line.text[hit.end : other.start]
    return other.start >= hit.end and "\t" not in between and bool(_CHAIN.fullmatch(between))


def chain_of(hit: Hit, row: list[Hit]) -> Hit:
    """The phrase with those that go on from it, as one."""
    end = hit
    for other in row:
        if other.start >= end.end and chained(end, other):
            end = other
    if end is hit:
        return hit
    return Hit(hit.line, hit.start, end.end, hit.fields, hit.words + end.words)


@dataclass(slots=True)
class Hits:
    """All phrases found in a document, by kind and line."""

    labels: list[list[Hit]]
    columns: list[list[Hit]]
    titles: list[list[Hit]]
    parts: list[list[Hit]]

    def fielded(self, name: str) -> list[Hit]:
        """Every label that may announce this field."""
        return [hit for row in self.labels for hit in row if name in hit.fields]


_GROUPS = ("labels", "columns", "titles", "parts")


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, Any]]:
    """Language -> its data file."""
    folder = files(__package__) / "lexicon"
    loaded = {}
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            content = tomllib.loads(path.read_text(encoding="utf-8"))
            loaded[str(content["language"])] = content
    return loaded


def phrases() -> Mapping[str, Mapping[str, Any]]:
    """Language -> section -> field -> phrases: all that the lexicon knows."""
    return _data()


def _phrases(language: str, section: str) -> Mapping[str, list[str]]:
    phrases: Mapping[str, list[str]] = _data()[language].get(section, {})
    return phrases


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, dict[str, float]]:
    """Word -> language -> how strongly the word speaks for it."""
    words: dict[str, dict[str, float]] = defaultdict(dict)
    for language, content in _data().items():
        for section in ("strong", "titles", "columns"):
            for phrases in _phrases(language, section).values():
                for phrase in phrases:
                    for word in pieces(phrase):
                        if len(word) > 3:
                            words[word][language] = 0.7
        for word in content["common"]:
            words[fold(word)][language] = 1.0
    return {
        word: {language: weight / len(by) for language, weight in by.items()}
        for word, by in words.items()
    }


def languages_of(layout: Layout) -> tuple[str, ...]:
    """Languages that may have printed this document, the likeliest first; English if unknown."""
    vocabulary = _vocabulary()
    votes: dict[str, float] = defaultdict(float)
    seen: set[str] = set()
    for line in layout.lines:
        for word in PIECE.findall(line.folded):
            if word in seen:
                continue
            seen.add(word)
            for language, weight in vocabulary.get(word, {}).items():
                votes[language] += weight
    if not votes:
        return ("en",)
    ranked = sorted(votes.items(), key=lambda item: -item[1])
    best = ranked[0][1]
    return tuple(language for language, vote in ranked if vote >= _SECOND_LANGUAGE * best)[:3]


def _spellings(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The phrase, and with "N°" written "No" or "Nr"."""
    if not words:
        return []
    if "n" not in words:
        return [words]
    return [tuple(n if word == "n" else word for word in words) for n in ("n", "no", "nr")]


@lru_cache(maxsize=64)
def _index(languages: tuple[str, ...]) -> dict[str, dict[str, list[Entry]]]:
    """Group -> first word -> entries, longest first."""
    built: dict[str, dict[str, list[Entry]]] = {}
    sections = {
        "labels": (("strong", _STRONG), ("weak", _WEAK)),
        "columns": (("columns", _STRONG),),
        "titles": (("titles", _STRONG),),
        "parts": (("parts", _STRONG),),
    }
    for group, parts in sections.items():
        merged: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
        # A title is one or two words: too little to tell its language by.
        for language in _data() if group == "titles" else languages:
            for section, weight in parts:
                for name, phrases in _phrases(language, section).items():
                    for phrase in phrases:
                        words = pieces(phrase)
                        for spelled in _spellings(words):
                            fields = merged[spelled]
                            fields[name] = max(weight, fields.get(name, 0.0))
        by_first: dict[str, list[Entry]] = defaultdict(list)
        for words, fields in merged.items():
            by_first[words[0]].append(Entry(words, fields))
        for entries in by_first.values():
            entries.sort(key=lambda entry: -len(entry.words))
        built[group] = dict(by_first)
    return built


def find_hits(layout: Layout, languages: tuple[str, ...]) -> Hits:
    """Every known phrase of these languages (and English) in the document."""
    chosen = languages if "en" in languages else (*languages, "en")
    index = _index(tuple(sorted(chosen)))
    found: dict[str, list[list[Hit]]] = {group: [] for group in _GROUPS}
    for line in layout.lines:
        spans = [(m.group(), m.start(), m.end()) for m in PIECE.finditer(line.folded)]
        for group in _GROUPS:
            found[group].append(_scan(line, spans, index[group]))
    return Hits(found["labels"], found["columns"], found["titles"], found["parts"])


def _scan(
    line: Line, spans: list[tuple[str, int, int]], index: dict[str, list[Entry]]
) -> list[Hit]:
    hits: list[Hit] = []
    position = 0
    while position < len(spans):
        entries = index.get(spans[position][0])
        taken = 0
        for entry in entries or ():
            length = len(entry.words)
            if position + length > len(spans):
                continue
            window = spans[position : position + length]
            if any(word != piece[0] for word, piece in zip(entry.words, window, strict=True)):
                continue
            start, end = window[0][1], window[-1][2]
            if "\t" in line.text[start:end]:
                continue
            hits.append(Hit(line, start, end, entry.fields, length))
            taken = length
            break
        position += taken or 1
    return hits
