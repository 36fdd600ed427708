"""One question to a Prometheus: what an expression is right now."""

from __future__ import annotations

import json
from typing import Any

from .errors import Refused, Unavailable
from .transport import open_client, send

ANSWER_LIMIT = 256 * 1024
_OK, _BAD_EXPRESSION = 200, (400, 422)
_LONGEST_MESSAGE = 200


def values_of(base_url: str, expression: str, *, deadline_seconds: float) -> list[float]:
    """The value of every series that the expression gives now; none where there is no data.

    `base_url` is without `/api/v1`. The answer is there by the deadline, or NotSent, Unavailable;
    Refused where Prometheus does not understand the expression.
    """
    with open_client() as client:
        answer = send(
            client,
            "GET",
            f"{base_url}/api/v1/query",
            deadline_seconds=deadline_seconds,
            writes=False,
            limit=ANSWER_LIMIT,
            params={"query": expression, "timeout": f"{deadline_seconds:.3f}s"},
        )
    said = _json(answer.body)
    if answer.status in _BAD_EXPRESSION:
        message = str(said.get("error", ""))[:_LONGEST_MESSAGE]
        raise Refused(f"Prometheus does not take the expression: {message}")
    if answer.status != _OK or said.get("status") != "success":
        raise Unavailable("Prometheus gave no usable answer.", http_status=answer.status)
    return _values(said.get("data"))


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}


def _values(data: Any) -> list[float]:
    try:
        if data["resultType"] == "scalar":
            return [float(data["result"][1])]
        if data["resultType"] == "vector":
            return [float(each["value"][1]) for each in data["result"]]
    except (TypeError, KeyError, IndexError, ValueError) as problem:
        raise Unavailable("Prometheus gave no usable answer.") from problem
    raise Refused("The expression must give one moment, not a range of time.")
