"""Zoho's answers: JSON with a `code`; the HTTP status alone proves nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.errors import (
    Ambiguous,
    AuthFailed,
    DuplicateNumber,
    DuplicateValue,
    IntegrationError,
    NameTaken,
    NotFound,
    Refused,
    Scope,
    Throttled,
    Unavailable,
)
from integrations.transport import Answer

_THROTTLES: Mapping[int, Scope] = {43: "block", 44: "minute", 45: "day", 1070: "concurrency"}
_REFUSALS: Mapping[int, type[Refused]] = {
    13011: DuplicateNumber,
    3062: NameTaken,
    1002: NotFound,
}
_AUTH_CODES = frozenset({14, 57})
_INTERNAL_ERROR = 1000
# The code for a taken value of a unique field is not documented, so its words decide. A refusal
# taken for a duplicate costs one look-up; a duplicate taken for a plain refusal costs a bill.
_TAKEN = re.compile(r"\b(already|unique|duplicate)", re.IGNORECASE)
_TEXT_LIMIT = 400
# Nothing Zoho documents lasts longer than a day: a slip of a server must not stop us for years.
_LONGEST_WAIT_SECONDS = 86_400.0


def read_json(body: bytes) -> Any:
    """The JSON value, amounts as Decimal from the digits that were sent; else ValueError."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError as exc:
        raise ValueError("JSON is nested too deeply") from exc


def envelope(answer: Answer, *, writes: bool) -> Mapping[str, Any]:
    """The content of a successful answer; any other raises what it means for the caller."""
    try:
        content = read_json(answer.body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise _without_words(answer, writes=writes)
    code = _whole(content.get("code"))
    if code == 0 and 200 <= answer.status < 300:
        return content
    if code == 0:
        kind = Ambiguous if writes else Unavailable
        raise kind(
            f"Zoho says that it went well, but with HTTP {answer.status}.",
            http_status=answer.status,
        )
    if code is None:
        raise _without_words(answer, writes=writes)
    raise _refusal(answer, code, _text(content.get("message")), writes=writes)


def _refusal(answer: Answer, code: int, text: str, *, writes: bool) -> IntegrationError:
    status = answer.status
    if code in _THROTTLES:
        return _throttled(answer, code=code, scope=_THROTTLES[code])
    if code in _REFUSALS:
        kind = _REFUSALS[code]
        return kind(_said(text, code), text=text, code=code, http_status=status)
    if code in _AUTH_CODES or status == 401:
        return _not_allowed(code, status)
    if status == 429:
        return _throttled(answer, code=code, scope="minute")
    if code == _INTERNAL_ERROR or status >= 500:
        kind_of_failure = Ambiguous if writes else Unavailable
        return kind_of_failure(
            f"Zoho had an internal error (code {code}).", code=code, http_status=status
        )
    kind = DuplicateValue if writes and _TAKEN.search(text) else Refused
    if status == 404:
        kind = NotFound
    return kind(_said(text, code), text=text, code=code, http_status=status)


def _without_words(answer: Answer, *, writes: bool) -> IntegrationError:
    """Not Zoho's envelope: a proxy, an error page, a torn answer; only the status is left."""
    status = answer.status
    if status == 401:
        return _not_allowed(None, status)
    if status == 429:
        return _throttled(answer, code=None, scope="minute")
    if status == 404 and writes:
        return NotFound("Zoho knows no such address or record.", http_status=status)
    # Read with a 404 without Zoho's own words, a record is not proven gone: a proxy may say it.
    if 400 <= status < 500 and status not in (404, 408):
        return Refused(f"Zoho refused the call (HTTP {status}).", http_status=status)
    kind = Ambiguous if writes else Unavailable
    return kind(
        f"The answer is not one of Zoho's (HTTP {status}).",
        http_status=status,
        retry_after=retry_after(answer),
    )


def _not_allowed(code: int | None, status: int) -> AuthFailed:
    return AuthFailed(
        "Zoho does not allow this: the connection is no longer valid, or lacks a permission.",
        code=code,
        http_status=status,
    )


def _throttled(answer: Answer, *, code: int | None, scope: Scope) -> Throttled:
    words = {
        "minute": "Zoho received too many calls in a minute.",
        "day": "Zoho's daily number of calls is used up.",
        "concurrency": "Zoho is handling too many calls at once.",
        "block": "Zoho blocked us for a while for too many calls.",
    }
    return Throttled(
        words[scope],
        scope=scope,
        code=code,
        http_status=answer.status,
        retry_after=retry_after(answer),
    )


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait as the answer's header says, in either of its two forms."""
    value = answer.headers.get("Retry-After", "").strip()
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,15}(\.[0-9]*)?", value):
        return min(_LONGEST_WAIT_SECONDS, float(value))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(_LONGEST_WAIT_SECONDS, max(0.0, seconds))


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(str(value).strip())
    except ValueError:
        return None


def _text(value: object) -> str:
    words = value if isinstance(value, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:_TEXT_LIMIT]


def _said(text: str, code: int) -> str:
    return f"Zoho refused: {text} (code {code})" if text else f"Zoho refused with code {code}."


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
