"""What an entry said, what it says, and what of the difference is worth a person's time."""

from __future__ import annotations

from typing import Any

import pytest

from zohodocs.posting.standing import changes, gone, sentence, tells_nothing_new

BILL: dict[str, Any] = {
    "id": "46",
    "vendor_id": "v1",
    "vendor_name": "Lindner",
    "number": "RE-1",
    "date": "2024-04-18",
    "currency": "EUR",
    "total": "119.00",
    "tax_total": "19.00",
    "status": "open",
    "file": True,
    "changed_at": "2024-04-19T10:00:00+00:00",
}
ROW = {**BILL, "tax_total": None, "total": "119.0"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total": "124"}, "total 119.00 → 124.00"),
        ({"tax_total": "24.00"}, "tax 19.00 → 24.00"),
        ({"vendor_id": "v2", "vendor_name": "Nagel"}, "vendor Lindner → Nagel"),
        ({"currency": "USD"}, "currency EUR → USD"),
        ({"date": "2024-05-01"}, "date 2024-04-18 → 2024-05-01"),
        ({"number": "RE-2"}, "number RE-1 → RE-2"),
        ({"status": "void"}, "it was made void"),
        ({"status": "draft"}, "status open → draft"),
        ({"status": "deleted"}, "it was deleted"),
        ({"file": False}, "its file was removed"),
    ],
)
def test_a_change_in_words(change: dict[str, Any], said: str) -> None:
    assert sentence(changes(BILL, {**BILL, **change})) == said


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"total": "119"},
        {"status": "overdue"},
        {"status": "paid"},
        {"tax_total": None},
        {"file": None},
        {"changed_at": "2025-01-01T00:00:00+00:00"},
    ],
)
def test_no_change_worth_a_question(change: dict[str, Any]) -> None:
    assert changes(BILL, {**BILL, **change}) == []


def test_what_is_gravest_is_said_first_and_what_is_accepted_is_not_said_again() -> None:
    both = changes(BILL, {**BILL, "date": "2024-05-01", "total": "1.00"})
    assert [each.field for each in both] == ["total", "date"]
    deleted = gone(BILL)
    assert changes(deleted, deleted) == []
    void = {**BILL, "status": "void"}
    assert changes(void, void) == []
    assert [each.field for each in changes(void, BILL)] == ["status"]
    draft = {**BILL, "status": "draft"}
    assert changes(draft, BILL) == []


@pytest.mark.parametrize(
    ("row", "quiet"),
    [
        ({}, True),
        ({"file": None, "date": None}, True),
        ({"changed_at": None}, True),  # a row that names no moment is believed by its fields
        ({"changed_at": None, "total": "1.00"}, False),
        ({"changed_at": "2024-04-19T10:00:01+00:00"}, False),
        ({"changed_at": "2024-04-19T12:00:00+02:00"}, True),
        ({"status": "paid"}, True),
        ({"status": "void"}, False),
        ({"file": False}, False),
    ],
)
def test_a_row_that_tells_nothing_new_costs_no_call(row: dict[str, Any], quiet: bool) -> None:
    assert tells_nothing_new({**ROW, **row}, BILL) is quiet


def test_what_was_never_seen_is_read_once() -> None:
    assert not tells_nothing_new(ROW, {})
