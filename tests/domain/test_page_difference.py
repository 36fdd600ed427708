"""Words that stand on one page alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zohodocs.domain.page_difference import differing

WORDS = st.lists(st.sampled_from(["Invoice", "12", "13", "Chair", "EUR"]), max_size=30)


def test_a_changed_number_and_an_added_word_are_found() -> None:
    ours = ["Invoice", "12", "Chair", "10.00"]
    theirs = ["INVOICE", "13", "Chair", "10.00", "Copy"]

    assert differing(ours, theirs) == ([1], [1, 4])


@given(WORDS, WORDS)
def test_without_what_differs_both_pages_say_the_same(ours: list[str], theirs: list[str]) -> None:
    here, there = differing(ours, theirs)

    kept = [word for at, word in enumerate(ours) if at not in here]
    assert kept == [word for at, word in enumerate(theirs) if at not in there]


@given(WORDS)
def test_a_page_does_not_differ_from_itself(words: list[str]) -> None:
    assert differing(words, words) == ([], [])
