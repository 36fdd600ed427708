"""What seldom changes, remembered for a moment by a worker that takes document after document.

Chart, taxes, rules, policy and companies are the same for the next paper as for the last; asking
the database for them again costs as much as reading a page. A document that is decided within
`SECONDS` of a change may still go by what was there before it, as if it had come a moment earlier.
Off unless a worker switches it on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from zohodocs.models import Organization
from zohodocs.timing import scaled

SECONDS = 2.0
_MOST = 1000

Kept = TypeVar("Kept")
_kept: dict[Hashable, tuple[float, Any]] = {}
_on = False


def asked(key: Hashable, ask: Callable[[], Kept]) -> Kept:
    """The answer of `ask`, or the one it gave under this key a moment ago."""
    if not _on:
        return ask()
    now = time.monotonic()
    known = _kept.get(key)
    if known is not None and known[0] > now:
        answer: Kept = known[1]
        return answer
    if len(_kept) >= _MOST:
        _kept.clear()
    answer = ask()
    _kept[key] = (now + scaled(SECONDS), answer)
    return answer


def organization(pk: int) -> Organization:
    """The company, as it is or was a moment ago."""
    return asked(("organization", pk), lambda: Organization.objects.get(pk=pk))


@contextmanager
def remembering() -> Iterator[None]:
    """Remember while the block runs, and forget all at its end."""
    global _on
    _on = True
    try:
        yield
    finally:
        _on = False
        _kept.clear()
