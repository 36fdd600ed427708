"""What the rules say: findings, matches, choices, decisions.

All are frozen, all have a reason in words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # `case` is made of these verdicts
    from .case import Case


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know.

    `code` is stable, `message` says what to do. `blocks`: it cannot be posted while this stands;
    `review`: a person must look before it is posted (a blocking finding always means review);
    neither = a note. `overrulable`: a person may accept a blocking finding with a reason.
    """

    code: str
    message: str
    field: str | None = None
    blocks: bool = False
    review: bool = True
    overrulable: bool = False
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As stored and printed."""
        return {
            "code": self.code,
            "message": self.message,
            "field": self.field,
            "blocks": self.blocks,
            "review": self.review or self.blocks,
            "overrulable": self.overrulable,
            "data": dict(self.data),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """The finding back from `to_json`."""
        return cls(
            code=str(data["code"]),
            message=str(data["message"]),
            field=data.get("field"),
            blocks=bool(data.get("blocks")),
            review=bool(data.get("review", True)),
            overrulable=bool(data.get("overrulable")),
            data=dict(data.get("data") or {}),
        )


class Direction(StrEnum):
    """Who sells to whom, seen from our companies."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    INTERNAL = "internal"
    NOT_OURS = "not_ours"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class CompanyVerdict:
    """The company gate's word: the direction, and why."""

    direction: Direction
    reason: str


class VendorOutcome(StrEnum):
    """What to do about the vendor."""

    USE = "use"
    CREATE = "create"
    ADD_TAX_ID = "add_tax_id"
    ADD_DETAILS = "add_details"
    CONFLICT = "conflict"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class VendorMatch:
    """The vendor found, or what to do instead.

    `score` 0..1; `vendor_id` is ours (UUID as string).
    """

    outcome: VendorOutcome
    reason: str
    vendor_id: str | None = None
    name: str = ""
    score: float = 0.0
    how: str = ""
    # Proposed additions: {field: (now, proposed)}; never written by a machine.
    proposal: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    candidates: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """The account of the chart of accounts for this document; None = nobody knows yet.

    `account_id` is ours (UUID as string). `how` is `rule`, `history`, `keyword` or `model`.
    """

    account_id: str | None
    reason: str
    name: str = ""
    confidence: float = 0.0
    how: str = ""
    category: str = ""
    tax_id: str | None = None
    lines_required: bool = False
    always_review: bool = False
    auto_approve_up_to: str | None = None
    # Tax of the organisation's table by printed rate in percent (`"23"`, `"0"`).
    tax_ids: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Route(StrEnum):
    """Where a decided document goes; the values are document states."""

    APPROVED = "approved"
    IN_REVIEW = "in_review"
    FILED = "filed"
    DUPLICATE = "duplicate"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the document goes and every reason for it, worst first."""

    route: Route
    reasons: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """The flow ends here: the state the document takes, and one reason a bookkeeper understands."""

    route: Route
    reason: Finding
    case: Case | None = None  # what was known by then
