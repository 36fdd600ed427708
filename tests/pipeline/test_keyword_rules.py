"""Importing category_keywords.json."""

from __future__ import annotations

import pytest

from zohodocs.pipeline import keyword_rules


def test_each_category_becomes_a_rule_in_the_file_s_order() -> None:
    rules = keyword_rules.parse(
        '\ufeff{"Fuel": ["Diesel", "diesel ", "petrol"], "Kraft": ["stroom", "prąd"]}'.encode()
    )

    assert [(r.category, r.keywords) for r in rules] == [
        ("Fuel", ("Diesel", "petrol")),
        ("Kraft", ("stroom", "prąd")),
    ]
    assert [rule.id for rule in rules] == ["keyword:1", "keyword:2"]


def test_a_category_written_twice_keeps_both_lists() -> None:
    [rule] = keyword_rules.parse(b'{"Fuel": ["diesel"], "Fuel": ["petrol"]}')

    assert rule.keywords == ("diesel", "petrol")


def test_a_category_without_words_makes_no_rule() -> None:
    assert keyword_rules.parse(b'{"Fuel": [], "Air": ["--"]}') == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1, 2]", "must be"),
        (b'{"Fuel": "diesel"}', "Fuel are not a list"),
        (b'{"Fuel": [1]}', "Fuel are not a list"),
        (b'{"Fuel": {"a": ["b"]}}', "Fuel are not a list"),
        (b'{" ": ["diesel"]}', "no name"),
        (b"[" * 100_000, "not JSON"),
        (b" " * 1_000_001, "larger"),
    ],
)
def test_anything_else_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(keyword_rules.KeywordFileRefused, match=says):
        keyword_rules.parse(content)
