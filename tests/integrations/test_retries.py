"""Reads are tried three times, within one deadline; writes and refusals never."""

import time
from collections.abc import Iterator

import pytest
import stamina
from redis import Redis

from integrations import errors
from integrations.resilience import Budget
from integrations.zoho_books import CallRecord, MemoryTokens, ZohoBooks
from integrations.zoho_books.sandbox import Sandbox


@pytest.fixture
def _second_tries(_no_second_tries: None) -> Iterator[None]:
    stamina.set_testing(False)
    yield
    stamina.set_testing(True)


@pytest.mark.usefixtures("_second_tries")
def test_a_read_survives_two_failures(zoho: Sandbox, books: ZohoBooks) -> None:
    zoho.add_faults([{"match": "GET /settings/taxes", "fault": "503", "times": 2}])

    assert books.within(20).taxes()

    assert zoho.snapshot()["calls"]["GET /settings/taxes"] == 3


@pytest.mark.usefixtures("_second_tries")
def test_a_read_gives_up_after_three(zoho: Sandbox, books: ZohoBooks) -> None:
    zoho.add_faults([{"match": "GET /settings/taxes", "fault": "503", "times": 0}])

    with pytest.raises(errors.Unavailable):
        books.within(20).taxes()

    assert zoho.snapshot()["calls"]["GET /settings/taxes"] == 3


@pytest.mark.usefixtures("_second_tries")
def test_the_deadline_holds_for_all_tries_together(zoho: Sandbox, books: ZohoBooks) -> None:
    zoho.add_faults([{"match": "GET /settings/taxes", "fault": "hang_before", "times": 0}])
    started = time.monotonic()

    with pytest.raises(errors.Unavailable):
        books.within(1).taxes()

    assert time.monotonic() - started < 5


@pytest.mark.usefixtures("_second_tries")
@pytest.mark.parametrize("fault", ["429", "429_day", "429_concurrency", "refused"])
def test_a_limit_or_a_refusal_is_not_tried_again(
    zoho: Sandbox, books: ZohoBooks, fault: str
) -> None:
    zoho.add_faults([{"match": "GET /settings/taxes", "fault": fault, "times": 0}])

    with pytest.raises(errors.IntegrationError):
        books.taxes()

    assert zoho.snapshot()["calls"]["GET /settings/taxes"] == 1


def test_a_throttle_pauses_the_whole_organisation(
    zoho: Sandbox, tokens: MemoryTokens, redis: Redis
) -> None:
    calls: list[CallRecord] = []
    zoho.add_faults([{"match": "GET /settings/taxes", "fault": "429", "retry_after": 60}])
    one, other = (
        ZohoBooks(
            books_url=zoho.books_url,
            organization_id=zoho.organization_ids[0],
            tokens=tokens,
            budget=Budget(zoho.organization_ids[0], redis=redis),
            on_call=calls.append,
        )
        for _ in range(2)
    )

    with one, other:
        with pytest.raises(errors.Throttled):
            one.taxes()
        with pytest.raises(errors.OverBudget) as caught:
            other.currencies()

    assert 50 < (caught.value.retry_after or 0) <= 60
    assert [call.outcome for call in calls] == ["throttled", "over_budget"]
    assert "GET /settings/currencies" not in zoho.snapshot()["calls"]
