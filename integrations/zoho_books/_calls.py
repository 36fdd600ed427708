"""One call to Zoho Books: token, breaker, budget, deadline, verdict, a line for the counters."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import httpx
import stamina

from integrations import errors
from integrations.errors import AuthFailed, IntegrationError, NotFound, Throttled, Unavailable
from integrations.resilience import Breaker, Budget
from integrations.transport import JSON_LIMIT, Answer, send

from ._answers import envelope
from ._tokens import TokenSource

T = TypeVar("T")

FILE_LIMIT = 10 * 1024 * 1024
_READ_ATTEMPTS = 3

# The first class that fits names the outcome, so the narrow ones stand first.
_OUTCOMES: tuple[tuple[type[IntegrationError], str], ...] = (
    (errors.CircuitOpen, "breaker_open"),
    (errors.OverBudget, "over_budget"),
    (errors.NotSent, "not_sent"),
    (errors.Ambiguous, "ambiguous"),
    (errors.Unavailable, "unavailable"),
    (errors.Throttled, "throttled"),
    (errors.AuthFailed, "auth_failed"),
    (errors.Duplicate, "duplicate"),
    (errors.NotFound, "not_found"),
    (errors.Refused, "refused"),
)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt: `endpoint` has no ids, `outcome` is `ok` or a kind of failure.

    `sent` is the JSON that was sent; it holds a customer's data, but never a token.
    """

    endpoint: str
    outcome: str
    seconds: float
    http_status: int | None = None
    code: int | None = None
    sent: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `endpoint` is the path with its ids left out."""

    endpoint: str
    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    limit: int = JSON_LIMIT

    @property
    def writes(self) -> bool:
        """Whether an unknown outcome may have changed something."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Caller:
    """Everything that calls of one organisation share."""

    http: httpx.Client = field(repr=False)
    books_url: str
    organization_id: str
    tokens: TokenSource = field(repr=False)
    breaker: Breaker | None = field(repr=False)
    budget: Budget | None = field(repr=False)
    deadline_seconds: float
    on_call: Callable[[CallRecord], None] | None = field(repr=False)
    for_person: bool = False

    def call(self, request: Request, understood: Callable[[Mapping[str, Any]], T]) -> T:
        """What `understood` makes of the envelope of a successful answer."""
        return self._tried(
            request, lambda answer: understood(envelope(answer, writes=request.writes))
        )

    def download(self, request: Request) -> Answer:
        """The bytes of a file."""

        def judge(answer: Answer) -> Answer:
            if answer.status == 404:
                raise NotFound("Zoho has no such file.", http_status=answer.status)
            if answer.status != 200:
                envelope(answer, writes=False)
                raise Unavailable("Zoho gave no file.", http_status=answer.status)
            return answer

        return self._tried(request, judge)

    def _tried(self, request: Request, judge: Callable[[Answer], T]) -> T:
        end = time.monotonic() + self.deadline_seconds
        if request.writes:
            return self._with_token(request, judge, end)
        for attempt in stamina.retry_context(
            on=_worth_another_try,
            attempts=_READ_ATTEMPTS,
            timeout=self.deadline_seconds,
            wait_initial=0.2,
            wait_max=2.0,
            wait_jitter=0.5,
        ):
            with attempt:
                return self._with_token(request, judge, end)
        raise AssertionError("a retry context ends with a value or an error")

    def _with_token(self, request: Request, judge: Callable[[Answer], T], end: float) -> T:
        token = self.tokens.get()
        try:
            return self._counted(request, judge, end, token)
        except AuthFailed:
            # A dead token and a missing permission look alike; one new token tells them apart.
            fresh = self.tokens.renew(token)
        return self._counted(request, judge, end, fresh)

    def _counted(self, request: Request, judge: Callable[[Answer], T], end: float, token: str) -> T:
        started = time.monotonic()
        try:
            result = self._guarded(request, judge, end, token)
        except IntegrationError as exc:
            if isinstance(exc, Throttled) and self.budget is not None:
                self.budget.throttled(scope=exc.scope, retry_after=exc.retry_after)
            self._record(request, started, exc)
            raise
        self._record(request, started, None)
        return result

    def _guarded(self, request: Request, judge: Callable[[Answer], T], end: float, token: str) -> T:
        def once() -> T:
            room = self.budget.slot(for_person=self.for_person) if self.budget else None
            with room or contextlib.nullcontext():
                return judge(self._send(request, end, token))

        return once() if self.breaker is None else self.breaker.call(once)

    def _send(self, request: Request, end: float, token: str) -> Answer:
        query = dict(request.query)
        if self.organization_id:
            query["organization_id"] = self.organization_id
        headers = {"Authorization": f"Zoho-oauthtoken {token}", **request.headers}
        body: dict[str, Any] = {}
        if request.payload is not None:
            headers["Content-Type"] = "application/json"
            body["content"] = to_json(request.payload)
        if request.files is not None:
            body["files"] = dict(request.files)
        left = end - time.monotonic()
        if left <= 0:
            raise errors.OutOfTime("There was no time left to ask Zoho.")
        return send(
            self.http,
            request.method,
            f"{self.books_url.rstrip('/')}{request.path}",
            deadline_seconds=left,
            writes=request.writes,
            limit=request.limit,
            params=query,
            headers=headers,
            **body,
        )

    def _record(self, request: Request, started: float, exc: IntegrationError | None) -> None:
        if self.on_call is None:
            return
        outcome = "ok"
        if exc is not None:
            outcome = next((name for kind, name in _OUTCOMES if isinstance(exc, kind)), "failed")
        self.on_call(
            CallRecord(
                endpoint=request.endpoint,
                outcome=outcome,
                seconds=time.monotonic() - started,
                http_status=exc.http_status if exc else None,
                code=exc.code if exc else None,
                sent=request.payload,
            )
        )


def to_json(payload: Mapping[str, Any]) -> bytes:
    """The payload as JSON; amounts as numbers with exactly their digits, days as ISO."""
    return json.dumps(payload, default=_plain, allow_nan=False).encode()


def _plain(value: object) -> object:
    match value:
        case Decimal():
            number = float(value)
            if Decimal(repr(number)) != value:
                raise ValueError("An amount has more digits than Zoho's JSON can carry.")
            return number
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            raise TypeError(f"{type(value).__name__} cannot be sent to Zoho.")


def _worth_another_try(exc: Exception) -> bool:
    """Only a failing service: a limit, an open breaker or a refusal does not change by asking."""
    return isinstance(exc, Unavailable) and exc.retryable
