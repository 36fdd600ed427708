"""The sentences of the checks and of posting, in the reader's language.

They are written into the database in English, with their values filled in. Here the sentence is
found again among those that the code can say (`locale/*/LC_MESSAGES/sentences.mo`, collected by
`scripts/sentences.py`), its values are taken out and put into the translated one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import read_mo
from django.conf import settings
from django.utils.translation import get_language

_PLACE = re.compile(r"\{(\w+)\}")
# Several are told in one, like the reasons for a second approval.
_BETWEEN = "; "
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class _Sentence:
    pattern: re.Pattern[str]
    translated: str
    begins: str
    ends: str

    def values(self, sentence: str) -> dict[str, str] | None:
        """What fills its places in this sentence; None where it is another one.

        A vendor may call itself as it likes: only what begins and ends alike is looked at closely.
        """
        if not (sentence.startswith(self.begins) and sentence.endswith(self.ends)):
            return None
        found = self.pattern.fullmatch(sentence)
        return found.groupdict() if found else None


@dataclass(frozen=True, slots=True)
class _Catalogue:
    whole: dict[str, str]
    filled: tuple[_Sentence, ...]  # the most telling first


def told(sentence: str) -> str:
    """The sentence in the active language; as it stands where nobody has translated it."""
    language = (get_language() or "en").split("-")[0]
    return sentence if language == "en" or not sentence else _told(language, sentence)


@lru_cache(maxsize=4096)
def _told(language: str, sentence: str) -> str:
    catalogue = _catalogue(language)
    if (known := catalogue.whole.get(sentence)) is not None:
        return known
    for each in catalogue.filled:
        if (values := each.values(sentence)) is not None:
            return _filled(language, each.translated, values)
    parts = sentence.split(_BETWEEN)
    return _BETWEEN.join(_told(language, part) for part in parts) if len(parts) > 1 else sentence


def _filled(language: str, translated: str, values: dict[str, str]) -> str:
    def value(place: re.Match[str]) -> str:
        text = values[f"v_{place[1]}"]
        return _told(language, text) if len(text) <= _LONGEST_VALUE else text

    return _PLACE.sub(value, translated)


@lru_cache
def _catalogue(language: str) -> _Catalogue:
    whole: dict[str, str] = {}
    filled: list[tuple[int, _Sentence]] = []
    for root in settings.LOCALE_PATHS:
        path = Path(root) / language / "LC_MESSAGES" / "sentences.mo"
        if not path.exists():
            continue
        with path.open("rb") as file:
            for message in read_mo(file):
                english, translated = str(message.id), str(message.string)
                if not english or not translated:
                    continue
                if _PLACE.search(english):
                    literal = len(_PLACE.sub("", english))
                    pieces = _PLACE.split(english)
                    found = _Sentence(_pattern(english), translated, pieces[0], pieces[-1])
                    filled.append((-literal, found))
                else:
                    whole[english] = translated
    filled.sort(key=lambda each: each[0])
    return _Catalogue(whole, tuple(sentence for _, sentence in filled))


def _pattern(english: str) -> re.Pattern[str]:
    """What the sentence looks like once its places are filled."""
    seen: set[str] = set()

    def place(found: re.Match[str]) -> str:
        name = f"v_{found[1]}"
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.*?)"

    pieces = _PLACE.split(english)
    text = "".join(
        re.escape(piece) if number % 2 == 0 else _PLACE.sub(place, f"{{{piece}}}")
        for number, piece in enumerate(pieces)
    )
    return re.compile(text, re.DOTALL)
