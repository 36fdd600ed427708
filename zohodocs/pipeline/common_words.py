"""What common words on a paper suggest, where neither rule nor history says anything.

`common_words.json` holds words of nine languages under the names that such accounts usually bear in
a Zoho chart. A suggestion is only ever a question to a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from zohodocs.domain.case import AccountFacts
from zohodocs.domain.names import fold, has_phrase

_FILE = Path(__file__).with_name("common_words.json")


@dataclass(frozen=True, slots=True)
class _Topic:
    accounts: tuple[str, ...]
    words: tuple[str, ...]


@cache
def _topics() -> tuple[_Topic, ...]:
    return tuple(
        _Topic(tuple(fold(name).strip() for name in topic["accounts"]), tuple(topic["words"]))
        for topic in json.loads(_FILE.read_text(encoding="utf-8"))
    )


def suggested(
    texts: Sequence[tuple[str, ...]], accounts: Iterable[AccountFacts]
) -> tuple[AccountFacts, str] | None:
    """The account of the chart that the words speak for, and the word; None if they are divided.

    `texts` are split by `domain.names.words`.
    """
    by_name = {fold(account.name).strip(): account for account in accounts}
    votes: dict[str, tuple[int, AccountFacts, str]] = {}
    for topic in _topics():
        account = next((by_name[name] for name in topic.accounts if name in by_name), None)
        if account is None:
            continue
        said = [word for word in topic.words if any(has_phrase(text, word) for text in texts)]
        if said:
            earlier = votes.get(account.id, (0, account, said[0]))
            votes[account.id] = (earlier[0] + len(said), account, earlier[2])
    ranked = sorted(votes.values(), key=lambda vote: -vote[0])
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1], ranked[0][2]
