"""All that is known of a document, as data: for commands, tests and people with scripts."""

from __future__ import annotations

from typing import Any

from zohodocs.models import Arrival, ArrivalResult, Document, Posting, State

_SURE_OF_REASONS = (State.IN_REVIEW, State.FAILED)


def outcome(arrival: Arrival, *, file: str) -> dict[str, Any]:
    """One line of `ingest`: what became of a file so far."""
    document = arrival.document
    line: dict[str, Any] = {
        "file": file,
        "id": str(document.code) if document else None,
        "arrival": arrival.result,
        "state": document.state if document else None,
        "code": arrival.refusal_code or None,
        "reasons": [],
        "duplicate_of": None,
        "posting": None,
    }
    if arrival.result == ArrivalResult.REFUSED:
        line["reasons"] = [{"code": arrival.refusal_code, "message": arrival.refusal_message}]
    if document is None:
        return line
    if arrival.result == ArrivalResult.REPEATED:
        line["duplicate_of"] = str(document.code)
    elif document.duplicate_of is not None:
        line["duplicate_of"] = str(document.duplicate_of.code)
    if document.state in _SURE_OF_REASONS:
        line["reasons"] = reasons(document)
    line["posting"] = posting(document)
    return line


def reasons(document: Document) -> list[dict[str, Any]]:
    """Why a person must look, worst first."""
    rows = document.findings.filter(review=True).order_by("position")
    return [{"code": row.code, "message": row.message} for row in rows]


def posting(document: Document) -> dict[str, Any] | None:
    """The posting's state and its bill, None before there is one."""
    row = Posting.objects.filter(document=document).first()
    if row is None:
        return None
    return {
        "state": row.state,
        "kind": row.kind,
        "bill_id": row.bill_id or None,
        "error": {"code": row.error_code, "message": row.error_message} if row.error_code else None,
        "differences": row.differences,
    }


def everything(document: Document) -> dict[str, Any]:
    """State, fields, lines, findings, flags and arms, posting, corrections, history."""
    return {
        "id": str(document.code),
        "organization": document.organization.code,
        "file": document.filename,
        "channel": document.channel,
        "received_at": document.received_at.isoformat(),
        "state": document.state,
        "version": document.version,
        "queue": document.queue,
        "attempts": document.attempts,
        "sha256": document.sha256,
        "document_type": document.document_type or None,
        "fields": {
            row.name: {
                "value": row.value,
                "confidence": float(row.confidence),
                "page": row.page,
                "box": row.box,
                "source": row.source,
            }
            for row in document.field_values.order_by("name")
        },
        "line_items": document.line_items,
        "tax_lines": document.tax_lines,
        "findings": [
            {
                "code": row.code,
                "message": row.message,
                "field": row.field or None,
                "blocks": row.blocks,
                "review": row.review,
            }
            for row in document.findings.order_by("position")
        ],
        "reasons": reasons(document),
        "overruled": document.overruled,
        "vendor": document.vendor_match or None,
        "account": document.account_choice or None,
        "flags": document.flags,
        "approved_by": document.approved_by or None,
        "duplicate_of": str(document.duplicate_of.code) if document.duplicate_of else None,
        "posting": posting(document),
        "arrivals": [
            {
                "at": row.arrived_at.isoformat(),
                "channel": row.channel,
                "result": row.result,
                "file": row.filename,
            }
            for row in document.arrivals.order_by("pk")
        ],
        "history": [
            {
                "at": event.at.isoformat(),
                "actor": event.actor,
                "verb": event.verb,
                "data": event.data,
            }
            for event in document.events.order_by("sequence")
        ],
    }
