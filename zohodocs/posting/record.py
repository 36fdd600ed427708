"""What a posting leaves behind for people: audit, log lines, questions, addresses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from integrations.errors import Refused
from zohodocs.domain.states import DocumentState, Mover
from zohodocs.models import (
    WORKER,
    AuditEvent,
    Connection,
    Document,
    ReviewItem,
    ReviewKind,
    ReviewState,
)
from zohodocs.rollout import spot_checks
from zohodocs.telemetry import get_logger

from .reconcile import Difference

logger = get_logger(__name__)

_PAGES = {"bill": "bills", "expense": "expenses", "vendor_credit": "vendorcredits"}
_API_PREFIX = "www.zohoapis."

# Questions about an entry that stands: changed since, never like the paper, there more than once.
CHANGED = "changed_in_zoho"
DIFFERS = "differs_in_zoho"
TWICE = "twice_in_zoho"


def step(document: Document, verb: str, **data: Any) -> None:
    """One step, in the audit trail and in the log."""
    AuditEvent.record(verb, actor=WORKER, document=document, data=data)
    logger.info(verb, document=str(document.code), **data)


def back_to_a_person(document: Document, *, code: str, message: str, now: datetime) -> None:
    """Out of posting, into review, with one open question; inside the caller's transaction."""
    document.back_to_review(frm=DocumentState.POSTING, by=Mover.MACHINE, now=now)
    ask(document, ReviewKind.DECIDE, code=code, message=message)


def ask(document: Document, kind: ReviewKind, *, code: str, message: str) -> None:
    """An open question of this kind; one that is open already says the newest reason.

    About an entry that stands, every reason is a question of its own: none hides another.
    """
    asked: dict[str, Any] = {"document": document, "kind": kind, "state": ReviewState.OPEN}
    if kind == ReviewKind.DRIFT:
        asked["reason"] = code[:60]
    ReviewItem.objects.update_or_create(
        **asked,
        defaults={
            "organization_id": document.organization_id,
            "reason": code[:60],
            "message": message,
        },
    )


def draw_for_a_spot_check(document: Document) -> None:
    """If it is one of the sample, a person looks at it now that it is posted."""
    if not spot_checks.is_drawn(document):
        return
    ReviewItem.objects.get_or_create(
        document=document,
        kind=ReviewKind.SPOT_CHECK,
        state=ReviewState.OPEN,
        defaults={
            "organization_id": document.organization_id,
            "reason": spot_checks.REASON,
            "message": "No person saw this before it was posted. Compare the paper with what was"
            " posted: is all of it right?",
        },
    )


def cancel(document: Document, *codes: str) -> None:
    """The entry is as it should be again: these questions about it ask for nothing any more."""
    ReviewItem.objects.filter(
        document=document, kind=ReviewKind.DRIFT, state=ReviewState.OPEN, reason__in=codes
    ).update(state=ReviewState.CANCELLED)


def show_differences(document: Document, found: Iterable[Difference]) -> None:
    """A difference in money or vendor is a question; the document stays posted."""
    grave = [difference for difference in found if difference.grave]
    if grave:
        said = "; ".join(f"{d.field}: {d.ours} here, {d.theirs or 'nothing'} there" for d in grave)
        ask(
            document,
            ReviewKind.DRIFT,
            code=DIFFERS,
            message=f"Zoho Books shows something else than the paper ({said}). Correct the entry in"
            " Zoho Books, then close this.",
        )


def refusal_words(error: Refused) -> tuple[str, str]:
    """Code and sentence for a refusal of Zoho's."""
    said = error.text or str(error)
    code = f"zoho_{error.code}" if error.code is not None else "zoho_refused"
    return code, f"Zoho Books refused it: “{said}” Correct what it names, then approve again."


def entry_url(connection: Connection, kind: str, entry_id: str) -> str:
    """Where a person sees the entry: Zoho's own pages, or those of a sandbox."""
    address = urlsplit(connection.books_url)
    page = _PAGES[kind]
    host, organization_id = address.hostname or "", connection.zoho_organization_id
    if host.startswith(_API_PREFIX):
        domain = host.removeprefix(_API_PREFIX)
        site = "zohocloud.ca" if domain == "ca" else f"zoho.{domain}"
        return f"https://books.{site}/app/{organization_id}#/{page}/{entry_id}"
    return f"{address.scheme}://{address.netloc}/{page}/{organization_id}/{entry_id}"
