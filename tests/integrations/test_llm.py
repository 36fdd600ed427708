"""A question to a language model ends in time, is counted, and fails by name."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from integrations import errors
from integrations.llm import CallRecord, DailyBudget, LanguageModel, Prices
from integrations.resilience import Breaker
from tests.integrations.model_endpoint import Reply, completion, serving

SCHEMA = {"type": "object", "properties": {"total": {"type": "string"}}, "required": ["total"]}


def model(url: str, calls: list[CallRecord] | None = None, **changes: Any) -> LanguageModel:
    options: dict[str, Any] = {
        "base_url": url,
        "model": "small",
        "api_key": "key-7",
        "breaker": Breaker("llm-test", redis=None, fail_max=3),
        "budget": DailyBudget(per_day=100),
        "prices": Prices(prompt=Decimal(2), answer=Decimal(8)),
        "on_call": calls.append if calls is not None else None,
    }
    return LanguageModel(**(options | changes))


def ask(language_model: LanguageModel) -> dict[str, Any]:
    return language_model.answer(
        instruction="Copy.", data={"document_text": "Zażółć"}, schema=SCHEMA
    )


def saying(reply: Reply) -> Callable[[dict[str, Any]], Reply]:
    return lambda _: reply


def test_the_question_carries_schema_key_and_data_apart_from_the_instruction() -> None:
    with serving(saying(completion('{"total": "1.00"}'))) as endpoint, model(endpoint.url) as asked:
        assert ask(asked) == {"total": "1.00"}

    (question,) = endpoint.asked
    assert question["path"] == "/v1/chat/completions"
    assert endpoint.keys == ["Bearer key-7"]
    assert question["model"] == "small"
    assert question["response_format"]["json_schema"]["strict"] is True
    assert question["response_format"]["json_schema"]["schema"] == SCHEMA
    system, user = question["messages"]
    assert system == {"role": "system", "content": "Copy."}
    assert json.loads(user["content"]) == {"document_text": "Zażółć"}
    assert "tools" not in question


def test_every_question_is_counted_with_its_tokens_and_their_price() -> None:
    calls: list[CallRecord] = []
    with serving(saying(completion("{}"))) as endpoint, model(endpoint.url, calls) as asked:
        ask(asked)

    (call,) = calls
    assert (call.outcome, call.http_status) == ("ok", 200)
    assert (call.prompt_tokens, call.answer_tokens) == (900, 100)
    assert call.cost == Decimal("0.0026")
    assert call.seconds > 0


def test_an_amount_written_as_a_number_keeps_its_cents() -> None:
    with (
        serving(saying(completion('{"total": 0.10}'))) as endpoint,
        model(endpoint.url) as asked,
    ):
        assert ask(asked) == {"total": "0.10"}


@pytest.mark.parametrize(
    ("reply", "error", "outcome"),
    [
        ((401, b"{}"), errors.AuthFailed, "auth_failed"),
        ((403, b"{}"), errors.AuthFailed, "auth_failed"),
        ((404, b"{}"), errors.Refused, "refused"),
        ((400, b'{"error": "no json_schema here"}'), errors.Refused, "refused"),
        ((302, b""), errors.Refused, "refused"),
        ((429, b"{}"), errors.Throttled, "throttled"),
        ((500, b""), errors.Unavailable, "unavailable"),
        ((200, b"<html>"), errors.Unavailable, "unavailable"),
        ((200, b"[" * 100_000), errors.Unavailable, "unavailable"),
        ((200, b'{"choices": []}'), errors.Unavailable, "unavailable"),
        ((200, b'{"choices": [7]}'), errors.Unavailable, "unavailable"),
        (completion("I am sorry."), errors.Unavailable, "unavailable"),
        (completion('["a list"]'), errors.Unavailable, "unavailable"),
        (completion('{"total": "1', finish="length"), errors.Unavailable, "unavailable"),
        (completion(" " * 300_000 + "{}"), errors.Unavailable, "unavailable"),
    ],
    ids=[
        *("no key", "other key", "no such model", "no schemas", "moved", "too often", "broken"),
        *("web page", "brackets", "no choice", "odd choice", "words", "list", "cut", "too long"),
    ],
)
def test_whatever_is_no_answer_fails_by_name(
    reply: Reply, error: type[errors.IntegrationError], outcome: str
) -> None:
    calls: list[CallRecord] = []
    with (
        serving(saying(reply)) as endpoint,
        model(endpoint.url, calls) as asked,
        pytest.raises(error) as failed,
    ):
        ask(asked)

    assert [call.outcome for call in calls] == [outcome]
    assert len(endpoint.asked) == 1
    assert "key-7" not in str(failed.value)


def test_an_endpoint_that_never_answers_costs_no_more_than_the_deadline() -> None:
    released = threading.Event()

    def stuck(_: dict[str, Any]) -> Reply:
        released.wait(20)
        return completion("{}")

    calls: list[CallRecord] = []
    with serving(stuck) as endpoint:
        with (
            model(endpoint.url, calls, deadline_seconds=0.3) as asked,
            pytest.raises(errors.Unavailable),
        ):
            ask(asked)
        released.set()

    assert calls[0].seconds < 10


def test_an_address_where_nobody_listens_is_not_sent() -> None:
    with serving(saying(completion("{}"))) as endpoint:
        url = endpoint.url

    with model(url) as asked, pytest.raises(errors.NotSent):
        ask(asked)


def test_the_breaker_opens_and_nothing_is_sent_any_more() -> None:
    calls: list[CallRecord] = []
    with serving(saying((503, b""))) as endpoint, model(endpoint.url, calls) as asked:
        for _ in range(5):
            with pytest.raises(errors.IntegrationError):
                ask(asked)

    assert len(endpoint.asked) == 3
    assert [call.outcome for call in calls] == ["unavailable"] * 3 + ["breaker_open"] * 2


def test_the_daily_budget_ends_the_questions_of_a_day() -> None:
    calls: list[CallRecord] = []
    with (
        serving(saying(completion("{}"))) as endpoint,
        model(endpoint.url, calls, budget=DailyBudget(per_day=2)) as asked,
    ):
        ask(asked)
        ask(asked)
        with pytest.raises(errors.OverBudget) as refused:
            ask(asked)

    assert len(endpoint.asked) == 2
    assert calls[-1].outcome == "over_budget"
    assert refused.value.scope == "day"
    assert "language model" in str(refused.value)
