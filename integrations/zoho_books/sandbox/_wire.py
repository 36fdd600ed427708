"""A request as it came, the reply to it, and the refusal in between."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Wire = Literal["whole", "hang", "reset", "drip"]


@dataclass(frozen=True, slots=True)
class Call:
    """A request. Header names are lowercase; a parameter given twice keeps its last value."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; Zoho's refusal if it is none."""
        try:
            content = json.loads(self.body, parse_float=Decimal)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise Problem(400, 1038, "JSON is not well formed")
        return content


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what the wire does with it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = "whole"
    seconds: float = 0.0


class Problem(Exception):
    """A refusal in Zoho's envelope."""

    def __init__(
        self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """The refusal as an answer."""
        content = {"code": self.code, "message": self.message}
        return as_json(content, status=self.status, headers=self.headers)


def as_json(
    content: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """A JSON answer; amounts become numbers."""
    body = json.dumps(content, default=_number).encode()
    kind = {"Content-Type": "application/json;charset=UTF-8"}
    return Reply(status, body, {**kind, **(headers or {})})


def success(content: Mapping[str, Any], *, message: str = "success", status: int = 200) -> Reply:
    """An answer in Zoho's envelope."""
    return as_json({"code": 0, "message": message, **content}, status=status)


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
