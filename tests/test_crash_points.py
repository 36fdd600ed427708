"""No commit and no outside call on the way of a document is without a place to be killed at."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.crash_points import ROOT, WAY, points, unguarded


@pytest.mark.parametrize("path", WAY)
def test_every_commit_and_outside_call_has_both_sides(path: str) -> None:
    source = (ROOT / "zohodocs" / path).read_text()

    assert unguarded(source, path) == []


def test_every_point_has_a_name_of_its_own() -> None:
    named = Counter(
        point for path in WAY for point in points((ROOT / "zohodocs" / path).read_text())
    )

    assert [point for point, times in named.items() if times > 1] == []


@pytest.mark.parametrize(
    "line",
    [
        "with transaction.atomic(): pass",
        "with transaction.atomic(), around('push.x'): pass",
        "Posting.objects.filter(pk=1).update(state='sent')",
        "books.create_contact(payload)",
        "path = storage.save(path, content)",
    ],
)
def test_a_commit_without_sides_is_found(line: str) -> None:
    assert unguarded(f"def step():\n    {line}\n", "posting/attempt.py") != []
    assert unguarded(f"def step():\n    with around('push.x'):\n        {line}\n", "a.py") == []
