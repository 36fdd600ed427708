"""How a language speaks on paper: its own words here, and those of a lexicon handed in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random

LANGUAGES = ("en", "de", "fr", "pl", "it", "es", "nl", "ru", "et")
# Language -> section (`strong`, `titles`, `columns`) -> field -> phrases.
Lexicon = Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]

# How often a label is one that no lexicon knows.
_OWN_LABEL = 0.16


@dataclass(frozen=True, slots=True)
class Speech:
    """The words of one language."""

    language: str
    own: Mapping[str, Sequence[str]]
    labels: Mapping[str, Sequence[str]]
    titles_of_others: Mapping[str, Sequence[str]]
    lexicon: Mapping[str, Mapping[str, Sequence[str]]]

    def some(self, rng: Random, name: str) -> str:
        """One of the words of this kind."""
        return rng.choice(self.own[name])

    def label(self, rng: Random, field: str) -> str:
        """A label of the field, now and then one that no lexicon knows."""
        own = self.labels.get(field, ())
        known = self.lexicon.get("strong", {}).get(field, ())
        if own and (not known or rng.random() < _OWN_LABEL):
            return rng.choice(own)
        return cased(rng, rng.choice(known)) if known else ""

    def title(self, rng: Random, kind: str, subject: str) -> str:
        """The heading of the paper."""
        if subject in self.titles_of_others:
            return rng.choice(self.titles_of_others[subject])
        known = self.lexicon.get("titles", {}).get(kind, ())
        # The first ones are what most papers say, the rest what a few do.
        pool = known[:2] if rng.random() < 0.6 else known
        return cased(rng, rng.choice(pool)) if pool else kind.replace("_", " ").title()

    def column(self, rng: Random, name: str) -> str:
        """The heading of a column."""
        known = self.lexicon.get("columns", {}).get(name, ())
        return cased(rng, rng.choice(known)) if known else name.replace("_", " ")


def cased(rng: Random, phrase: str) -> str:
    """The phrase as a printer would write it."""
    style = rng.random()
    if style < 0.15:
        return phrase.upper()
    if style < 0.45:
        return phrase.title()
    return phrase[:1].upper() + phrase[1:]


@lru_cache(maxsize=16)
def _own(language: str) -> Mapping[str, object]:
    path = files(__package__) / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def speech_of(language: str, lexicon: Lexicon) -> Speech:
    """The words of this language."""
    words = _own(language)
    labels, others = words["labels"], words["papers"]
    if not isinstance(labels, Mapping) or not isinstance(others, Mapping):
        raise TypeError(f"words/{language}.toml needs the tables labels and papers")
    return Speech(
        language=language,
        own={k: v for k, v in words.items() if isinstance(v, list)},
        labels=labels,
        titles_of_others=others,
        lexicon=lexicon.get(language, {}),
    )


@lru_cache(maxsize=1)
def other_titles() -> Mapping[str, Sequence[str]]:
    """What papers that are not posted call themselves, in all languages: subject -> phrases."""
    found: dict[str, list[str]] = {"proforma": ["proforma", "pro forma"]}
    for language in LANGUAGES:
        papers = _own(language)["papers"]
        if isinstance(papers, Mapping):
            for subject, phrases in papers.items():
                if subject != "references":
                    found.setdefault(subject, []).extend(phrases)
    return found
