"""The client when a Zoho Books that runs does not do as it should."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from integrations import errors
from integrations.resilience import Breaker
from integrations.zoho_books import MemoryTokens, ZohoBooks
from integrations.zoho_books.sandbox import Sandbox

Payloads = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "fault",
    [
        "commit_then_hang",
        "commit_then_reset",
        "500_after_commit",
        "slow_drip",
        "half_json",
        "html_200",
        "empty_200",
        "no_id",
        "big_json",
    ],
)
def test_a_write_whose_answer_is_lost_is_ambiguous_and_sent_once(
    zoho: Sandbox, books: ZohoBooks, bill_payload: Payloads, fault: str
) -> None:
    payload = bill_payload()
    slow = fault in ("commit_then_hang", "slow_drip")
    zoho.add_faults([{"match": "POST /bills", "fault": fault, "seconds": 20}])

    with pytest.raises(errors.Ambiguous):
        books.within(1 if slow else 20).create_bill(payload)

    state = zoho.snapshot()
    assert state["calls"]["POST /bills"] == 1
    assert [bill["bill_number"] for bill in state["bills"]] == ["R-1"]


@pytest.mark.parametrize("fault", ["500_before", "502_before", "503", "reset_before"])
def test_a_write_that_was_not_done_may_look_the_same(
    zoho: Sandbox, books: ZohoBooks, bill_payload: Payloads, fault: str
) -> None:
    payload = bill_payload()
    zoho.add_faults([{"match": "POST /bills", "fault": fault}])

    with pytest.raises(errors.Ambiguous):
        books.create_bill(payload)

    assert zoho.snapshot()["bills"] == []


def test_a_write_may_be_done_after_everybody_gave_up(
    zoho: Sandbox, books: ZohoBooks, bill_payload: Payloads
) -> None:
    payload = bill_payload()
    zoho.add_faults([{"match": "POST /bills", "fault": "late_commit", "seconds": 3}])

    with pytest.raises(errors.Ambiguous):
        books.within(0.3).create_bill(payload)
    at_once = books.find_bills(vendor_id=payload["vendor_id"], bill_number="R-1")
    for _ in range(200):
        if zoho.snapshot()["bills"]:
            break
        time.sleep(0.05)  # nothing else tells that the late commit came

    assert at_once == []
    with pytest.raises(errors.DuplicateNumber):
        books.create_bill(payload)


def test_a_wrong_content_type_does_not_matter(
    zoho: Sandbox, books: ZohoBooks, bill_payload: Payloads
) -> None:
    payload = bill_payload()
    zoho.add_faults([{"match": "POST /bills", "fault": "wrong_content_type"}])

    assert books.create_bill(payload).bill_number == "R-1"


def test_a_failing_service_opens_the_breaker(zoho: Sandbox, tokens: MemoryTokens) -> None:
    zoho.add_faults([{"match": "GET /settings/taxes", "fault": "503", "times": 0}])
    with ZohoBooks(
        books_url=zoho.books_url,
        organization_id=zoho.organization_ids[0],
        tokens=tokens,
        breaker=Breaker("zoho", redis=None),
    ) as books:
        for _ in range(5):
            with pytest.raises(errors.Unavailable):
                books.taxes()

        with pytest.raises(errors.CircuitOpen):
            books.taxes()

    assert zoho.snapshot()["calls"]["GET /settings/taxes"] == 5
