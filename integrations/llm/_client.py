"""One question to a language model: breaker, budget, deadline, size limit, a line for the counters.

The model gets no tools and no memory. What it says is text from a stranger; who asks must check it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

import httpx

from integrations import errors
from integrations.errors import AuthFailed, IntegrationError, Refused, Throttled, Unavailable
from integrations.resilience import Breaker
from integrations.transport import Answer, open_client, send

from ._budget import CallBudget

ANSWER_LIMIT = 256 * 1024
_MILLION = Decimal(1_000_000)
_THROTTLED, _SERVER_ERROR = 429, 500
_NO_ACCESS = (401, 403)

# The first class that fits names the outcome, so the narrow ones stand first.
_OUTCOMES: tuple[tuple[type[IntegrationError], str], ...] = (
    (errors.CircuitOpen, "breaker_open"),
    (errors.OverBudget, "over_budget"),
    (errors.NotSent, "not_sent"),
    (errors.Unavailable, "unavailable"),
    (errors.Throttled, "throttled"),
    (errors.AuthFailed, "auth_failed"),
    (errors.Refused, "refused"),
)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in the currency the bill comes in."""

    prompt: Decimal = Decimal(0)
    answer: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One question, for metrics; tokens as the endpoint counts them, 0 where it does not."""

    outcome: str
    seconds: float
    http_status: int | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    cost: Decimal = Decimal(0)


class LanguageModel:
    """Asks one model at one endpoint (`base_url` with its `/v1`). Nothing is asked twice.

    Every question ends within `deadline_seconds`, whatever the endpoint does. `on_call` hears of
    every question, also of those that were not sent.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str = "",
        breaker: Breaker,
        budget: CallBudget,
        prices: Prices | None = None,
        on_call: Callable[[CallRecord], None] | None = None,
        deadline_seconds: float = 45.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._breaker = breaker
        self._budget = budget
        self._prices = prices or Prices()
        self._on_call = on_call
        self._deadline = deadline_seconds
        self._http = open_client(transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def answer(
        self, *, instruction: str, data: Mapping[str, Any], schema: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The model's JSON object. `data` goes as one JSON value, apart from the instruction.

        Raises IntegrationError. An endpoint may ignore the schema, so the answer is only promised
        to be an object.
        """
        started = time.perf_counter()
        counted: dict[str, Any] = {"outcome": "ok"}
        try:
            with _room(self._budget):
                return self._breaker.call(self._asked, instruction, data, schema, counted)
        except IntegrationError as error:
            counted["outcome"] = _outcome(error)
            counted.setdefault("http_status", error.http_status)
            raise
        finally:
            if self._on_call is not None:
                self._on_call(CallRecord(seconds=time.perf_counter() - started, **counted))

    def _asked(
        self,
        instruction: str,
        data: Mapping[str, Any],
        schema: Mapping[str, Any],
        counted: dict[str, Any],
    ) -> dict[str, Any]:
        answer = send(
            self._http,
            "POST",
            self._url,
            deadline_seconds=self._deadline,
            writes=False,  # asking changes nothing there
            limit=ANSWER_LIMIT,
            headers=self._headers,
            json={
                "model": self._model,
                "temperature": 0,
                "messages": [
                    {"role": "system", "content": instruction},
                    {"role": "user", "content": json.dumps(data, ensure_ascii=False)},
                ],
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "strict": True, "schema": schema},
                },
            },
        )
        counted["http_status"] = answer.status
        _raise_for(answer)
        body = _object(answer.body)
        counted.update(self._metered(body.get("usage")))
        return _object(_said(body))

    def _metered(self, usage: Any) -> dict[str, Any]:
        prompt, said = (_count(usage, name) for name in ("prompt_tokens", "completion_tokens"))
        cost = (prompt * self._prices.prompt + said * self._prices.answer) / _MILLION
        return {"prompt_tokens": prompt, "answer_tokens": said, "cost": cost}


@contextmanager
def _room(budget: CallBudget) -> Iterator[None]:
    """A slot of the budget; the shared one speaks of another service when it has none."""
    with ExitStack() as held:
        try:
            held.enter_context(budget.slot())
        except errors.OverBudget as error:
            raise errors.OverBudget(
                "The budget of questions to the language model is used up for now.",
                scope=error.scope,
                retry_after=error.retry_after or 0,
            ) from error
        yield


def _raise_for(answer: Answer) -> None:
    status = answer.status
    if status == httpx.codes.OK:
        return
    if status in _NO_ACCESS:
        raise AuthFailed("The language model refuses our key.", http_status=status)
    if status == _THROTTLED:
        raise Throttled(
            "The language model was asked too often.",
            scope="minute",
            http_status=status,
            retry_after=_seconds(answer.headers.get("Retry-After", "")),
        )
    if status >= _SERVER_ERROR:
        raise Unavailable("The language model failed.", http_status=status)
    raise Refused(
        "The language model refuses the question; check its address, name and whether it can"
        " answer by a JSON schema.",
        http_status=status,
    )


def _said(body: Mapping[str, Any]) -> str:
    """The text of the first choice, if it was finished."""
    try:
        choice = body["choices"][0]
        text = choice["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise _unusable() from None
    if choice.get("finish_reason") not in (None, "stop") or not isinstance(text, str):
        raise _unusable()
    return text


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        # Numbers stay text: a float has already lost the cent.
        value = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        raise _unusable() from None
    if not isinstance(value, dict):
        raise _unusable()
    return value


def _unusable() -> Unavailable:
    return Unavailable("The language model gave no whole JSON answer.")


def _count(usage: Any, name: str) -> int:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and value > 0 else 0


def _seconds(text: str) -> float | None:
    return float(text) if text.isdigit() else None


def _outcome(error: IntegrationError) -> str:
    return next((name for kind, name in _OUTCOMES if isinstance(error, kind)), "failed")
