"""What seldom changes is remembered for a moment, and only where a worker asks for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zohodocs.pipeline import lately


def counting() -> tuple[Callable[[], int], list[int]]:
    """A look-up that tells how often it was asked."""
    calls: list[int] = []

    def ask() -> int:
        calls.append(1)
        return len(calls)

    return ask, calls


def test_without_a_worker_every_question_is_asked() -> None:
    ask, _ = counting()

    assert [lately.asked("chart", ask), lately.asked("chart", ask)] == [1, 2]


def test_a_worker_asks_once_for_each_key() -> None:
    ask, calls = counting()

    with lately.remembering():
        assert [lately.asked(("chart", 1), ask), lately.asked(("chart", 1), ask)] == [1, 1]
        assert lately.asked(("chart", 2), ask) == 2

    assert len(calls) == 2


def test_what_is_old_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    ask, _ = counting()
    now = 1000.0
    monkeypatch.setattr("zohodocs.pipeline.lately.time.monotonic", lambda: now)

    with lately.remembering():
        lately.asked("rules", ask)
        now += lately.SECONDS + 0.1
        assert lately.asked("rules", ask) == 2


def test_nothing_is_left_when_the_worker_ends() -> None:
    ask, _ = counting()
    with lately.remembering():
        lately.asked("policy", ask)

    with lately.remembering():
        assert lately.asked("policy", ask) == 2


def test_a_look_up_that_fails_is_not_remembered() -> None:
    def broken() -> int:
        raise LookupError

    ask, _ = counting()
    with lately.remembering():
        with pytest.raises(LookupError):
            lately.asked("taxes", broken)
        assert lately.asked("taxes", ask) == 1
