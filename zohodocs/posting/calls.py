"""Keeps every call that a posting makes to Zoho, without anything personal or secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError, transaction

from zohodocs import clients
from zohodocs.clients import CallRecord
from zohodocs.models import Posting, PostingCall
from zohodocs.models.posting_call import MOST_CALLS
from zohodocs.telemetry import get_logger

from .bills import stored

logger = get_logger(__name__)

# What may be read on a page: amounts, days, ids, numbers and what stands in the lines.
_SHOWN = frozenset(
    {"vendor_id", "bill_number", "vendor_credit_number", "reference_number", "date", "due_date",
     "currency_id", "exchange_rate", "is_inclusive_tax", "is_item_level_tax_calc", "status",
     "adjustment", "adjustment_description", "account_id", "paid_through_account_id", "amount",
     "tax_id", "quantity", "rate", "item_order", "line_item_id", "vendor_credit_id",
     "amount_applied", "contact_type", "api_name"}
)  # fmt: skip  # a list of names to be skimmed
_CONTAINERS = frozenset({"line_items", "custom_fields", "apply_vendor_credits"})
_HIDDEN = "…"
_LARGEST = 20_000
_watched: ContextVar[Posting | None] = ContextVar("watched_posting", default=None)


@contextmanager
def kept_for(posting: Posting) -> Iterator[None]:
    """Calls made inside belong to this posting."""
    token = _watched.set(posting)
    try:
        yield
    finally:
        _watched.reset(token)


@clients.on_zoho_call
def _keep(call: CallRecord) -> None:
    posting = _watched.get()
    if posting is None:
        return
    try:
        with transaction.atomic():
            PostingCall.objects.create(
                organization_id=posting.organization_id,
                posting_id=posting.pk,
                endpoint=call.endpoint[:80],
                outcome=call.outcome[:20],
                http_status=call.http_status,
                code=call.code,
                seconds=round(call.seconds, 4),
                attempt=posting.attempts,
                state=posting.state,
                payload=redacted(call.sent),
            )
            _drop_oldest(posting)
    except DatabaseError:
        # What Zoho did is the truth; a line that is missing on a page must not put it in doubt.
        logger.exception("bill.call.not_kept", endpoint=call.endpoint)


def redacted(sent: Mapping[str, Any] | None) -> dict[str, Any]:
    """What of a payload may be shown: names and addresses, notes and bank details may not."""
    if not sent:
        return {}
    shown: dict[str, Any] = stored(_shown(sent))
    if len(json.dumps(shown, default=str)) > _LARGEST:
        shown["line_items"] = f"{len(shown.get('line_items', ()))} lines"
    return shown


def _shown(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in content.items()}


def _value(name: str, value: Any) -> Any:
    if name in _CONTAINERS and isinstance(value, list):
        return [_shown(row) for row in value if isinstance(row, Mapping)]
    return value if name in _SHOWN else _HIDDEN


def _drop_oldest(posting: Posting) -> None:
    """Beyond the most, the oldest reads go; what was written stays."""
    rows = PostingCall.objects.filter(posting_id=posting.pk)
    over = rows.count() - MOST_CALLS
    if over > 0:
        reads = rows.filter(endpoint__startswith="GET ").order_by("at", "pk")
        oldest = list(reads.values_list("pk", flat=True)[:over])
        PostingCall.objects.filter(pk__in=oldest).delete()
