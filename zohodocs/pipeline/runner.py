"""One document through the flow: claimed, read, decided, stored in one fenced transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from zohodocs.domain.case import Case, Ports
from zohodocs.domain.crash import around
from zohodocs.domain.invoice import Extraction
from zohodocs.domain.states import DocumentState, Mover
from zohodocs.domain.verdicts import (
    AccountChoice,
    Decision,
    Finding,
    Route,
    Stop,
    VendorMatch,
    VendorOutcome,
)
from zohodocs.models import WORKER, AuditEvent, Document, Policy, State, keep_place, keep_text
from zohodocs.rollout import limits, shadow
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

from . import flow, lately, leaving, records
from .decision import approval_needed
from .known_vendors import AskZoho, LookUp
from .lease import kept
from .lookups import ports_for

logger = get_logger(__name__)
_AS_ARRIVED = 1  # every move counts the version up

Observe = Callable[[str, float], None]


class LostLease(Exception):
    """Another worker has the document now; nothing of this run is kept."""


def run(
    document: Document | int,
    *,
    owner: str,
    observe: Observe | None = None,
    ask_zoho: AskZoho | None = None,
    by_tax_id: LookUp | None = None,
) -> DocumentState | None:
    """Process one received document; the state it reached, None if there was nothing to do.

    Safe to run twice and at the same time: one claim wins, a late writer changes nothing. An
    unforeseen error gives the document back, and after `MAX_CRASH_ATTEMPTS` hands it to a person.
    So does a worker that stops, but that is not counted. A document that is handed over as a row
    gets its new state.
    """
    known = _known(document)
    if known is None or known.state != State.RECEIVED:
        return None
    reached = _run(known, owner, observe, ask_zoho, by_tax_id)
    if reached is not None:
        known.state = State(reached.value)
    return reached


def _known(document: Document | int) -> Document | None:
    if isinstance(document, Document):
        return document
    return Document.objects.select_related("organization").filter(pk=document).first()


def _run(
    document: Document,
    owner: str,
    observe: Observe | None,
    ask_zoho: AskZoho | None,
    by_tax_id: LookUp | None,
) -> DocumentState | None:
    lease = timedelta(seconds=settings.PROCESS_LEASE_SECONDS)
    with around("process.claim"):
        token = document.claim(owner=owner, lease=lease, now=datetime.now(UTC))
    if token is None:
        return None
    # As the claim just wrote it; reading the row again would only cost.
    document.state, document.lease_token = State.PROCESSING, token
    try:
        case = case_of(document)
        with kept(document, token=token, lease=lease):
            result = _processed(document, case, observe, ports_for(document, ask_zoho, by_tax_id))
        return _store(document, *settled(case, result), token=token)
    except LostLease:
        logger.warning("document.process.fenced", document=str(document.code))
        return None
    except leaving.CalledAway:
        logger.info("document.process.left", document=str(document.code))
        return give_back(document, token=token, by=Mover.MACHINE, counts=False)
    except Exception:
        logger.exception("document.process.failed", document=str(document.code))
        return give_back(document, token=token, by=Mover.MACHINE)


def case_of(document: Document) -> Case:
    """The facts a run starts from: present values, policy, and what people said before."""
    organization = document.organization
    now = datetime.now(ZoneInfo(organization.time_zone or "UTC"))
    return Case(
        document_id=str(document.code),
        organization=organization.facts(),
        policy=lately.asked(
            ("policy", organization.pk), lambda: Policy.current(organization).facts()
        ),
        today=now.date(),
        filename=document.filename,
        flags={name: answer["arm"] for name, answer in document.flags.items()},
        variants={name: document.variant(name) for name in document.flags},
        overruled=frozenset(document.overruled),
    )


def recheck(document: Document) -> None:
    """Run the checks again on the present values, inside the caller's transaction.

    What a person chose (vendor, account) and typed stands. Refreshes the findings, the document's
    columns and the reason of its open review item; moves nothing.
    """
    now = datetime.now(UTC)
    latest = document.extractions.order_by("-pk").first()
    extraction = Extraction.from_json(latest.data) if latest else Extraction("none", {})
    mended = records.human_fields(document)
    case = replace(
        case_of(document),
        reading=records.present_reading(document),
        extraction=extraction,
        invoice=records.present_invoice(document),
        findings=tuple(f for f in extraction.findings if f.field is None or f.field not in mended),
        vendor=_chosen_vendor(document),
        account=_chosen_account(document),
    )
    result = flow.run(case, ports_for(document, None), stages=flow.RECHECK)
    checked, decision = settled(case, result)
    if document.state == State.IN_REVIEW and not decision.reasons:
        # All is well now, but what a person has in hand a person approves.
        decision = Decision(Route.IN_REVIEW, (approval_needed(),))
    Document.objects.filter(pk=document.pk).update(**records.columns_of(checked))
    records.save_findings(document, _all_findings(checked, decision))
    document.refresh_from_db()
    keep_text(document)
    keep_place(document)
    if document.state == State.IN_REVIEW:
        records.open_review(document, decision.reasons, checked.invoice.gross_total, now=now)


def give_back(
    document: Document,
    *,
    token: int | None,
    by: Mover,
    now: datetime | None = None,
    counts: bool = True,
) -> DocumentState | None:
    """Let another try have the document, or a person when the tries are used up.

    Where it went; None when it was no longer being processed under this token, or its worker has
    renewed the lease since the sweep looked. `counts`: whether this try was one that failed.
    """
    now = now or datetime.now(UTC)
    document.refresh_from_db(fields=["attempts", "lease_token", "lease_until", "state"])
    if by is Mover.SWEEP and document.lease_until and document.lease_until >= now:
        return None
    attempts = document.attempts if counts else document.attempts - 1
    gave_up = attempts >= settings.MAX_CRASH_ATTEMPTS
    to = DocumentState.FAILED if gave_up else DocumentState.RECEIVED
    fence = document.lease_token if token is None else token
    with around("process.given_back"), transaction.atomic():
        moved = document.move(
            frm=DocumentState.PROCESSING,
            to=to,
            by=by,
            now=now,
            token=fence,
            lease_until=None,
            lease_owner="",
            attempts=attempts,
        )
        if not moved:
            return None
        if gave_up:
            reason = Finding(
                "reader_failed",
                "This file could not be processed, twice. Look at it, then try again or reject it.",
                blocks=True,
            )
            records.save_findings(document, [reason])
            records.open_review(document, [reason], document.gross_total, now=now)
        AuditEvent.record(
            "document.given_back" if not gave_up else "document.failed",
            actor=str(by.value),
            document=document,
            data={"attempts": attempts},
        )
    return to


def _processed(
    document: Document, case: Case, observe: Observe | None, ports: Ports
) -> Case | Stop:
    content = original(document)
    if isinstance(content, Stop):
        return content
    case = replace(case, content=content)
    return flow.run(case, ports, observe=observe)


def original(document: Document) -> bytes | Stop:
    """The bytes as they arrived; bytes that are gone or changed are nothing to book from."""
    try:
        with document.original.open("rb") as file:
            content: bytes = file.read()
    except OSError:
        logger.exception("document.original.missing", document=str(document.code))
        return _refuse("original_missing", "The stored file is missing. Ask operations for it.")
    if hashlib.sha256(content).hexdigest() != document.sha256:
        logger.error("document.original.changed", document=str(document.code))
        return _refuse(
            "original_changed",
            "The stored file is not the one that arrived. Ask operations to restore it.",
        )
    return content


def _refuse(code: str, sentence: str) -> Stop:
    return Stop(Route.IN_REVIEW, Finding(code, sentence, blocks=True))


def _store(document: Document, case: Case, decision: Decision, *, token: int) -> DocumentState:
    """Everything of this run, in one transaction that the lease token fences."""
    now = datetime.now(UTC)
    to = DocumentState(decision.route.value)
    # Nobody has seen it before: there is nothing to compare with, and nothing to take away.
    first = document.version == _AS_ARRIVED
    mended = frozenset() if first else records.human_fields(document)
    if mended and to is DocumentState.APPROVED:
        to = DocumentState.IN_REVIEW  # it was decided without what a person had typed
    extraction = case.extraction
    values = records.columns_of(case) | records.columns_of_run(case, now=now)
    if to is DocumentState.APPROVED:
        values |= {
            "approved_at": now,
            "approved_by": WORKER,
            "hold_until": _held_until(document, now=now),
        }
    with around("process.store"), transaction.atomic():
        moved = document.move(
            frm=DocumentState.PROCESSING, to=to, by=Mover.MACHINE, now=now, token=token, **values
        )
        if not moved:
            raise LostLease
        # The question about it takes its place in the queue by them.
        document.gross_total, document.vendor_name = values["gross_total"], values["vendor_name"]
        findings = _all_findings(case, decision)
        reasons = decision.reasons if to is DocumentState.IN_REVIEW else ()
        if first:
            records.save_first(document, case, findings, values, reasons=reasons, now=now)
        else:
            _save_again(document, case, findings, reasons, mended=mended, now=now)
        AuditEvent.record(
            "document.decided",
            actor=WORKER,
            document=document,
            data={
                "route": to.value,
                "reasons": [reason.code for reason in decision.reasons],
                "engine": extraction.engine if extraction else None,
                "policy": case.policy.id,
            },
        )
    logger.info("document.process.decided", document=str(document.code), route=to.value)
    return to


def _save_again(
    document: Document,
    case: Case,
    findings: Sequence[Finding],
    reasons: Sequence[Finding],
    *,
    mended: Collection[str],
    now: datetime,
) -> None:
    """What a later run leaves takes the place of what was there, but for what a person typed."""
    keep_place(document)
    if case.reading is not None:
        records.save_pages(document, case.reading.pages)
    if case.extraction is not None:
        records.save_extraction(document, case.extraction, typed=mended, now=now)
    records.save_findings(document, findings)
    if reasons:
        records.open_review(document, reasons, case.invoice.gross_total, now=now)
    if mended:
        document.refresh_from_db()
        recheck(document)
    else:
        keep_text(document)


def hold_until(document: Document, *, now: datetime) -> datetime:
    """When an approved document may be posted: after the hold in which it can be undone."""
    seconds = settings.HOLD_SECONDS
    if seconds is None:
        seconds = Policy.current(document.organization).hold_seconds
    return now + timedelta(seconds=scaled(seconds))


def _held_until(document: Document, *, now: datetime) -> datetime:
    """The hold; where two ways are compared it waits for that as well, but not for ever.

    `beside.release` ends the wait when the comparisons are there.
    """
    until = hold_until(document, now=now)
    if not shadow.missing(document):
        return until
    return max(until, now + timedelta(seconds=scaled(2 * limits.SECONDS)))


def settled(case: Case, result: Case | Stop) -> tuple[Case, Decision]:
    """The case with its decision; a Stop is a decision with one reason."""
    if isinstance(result, Stop):
        known = result.case if result.case is not None else case
        return known, Decision(result.route, (result.reason,))
    if result.decision is None:
        raise AssertionError("The flow ended without a decision.")
    return result, result.decision


def _all_findings(case: Case, decision: Decision) -> Sequence[Finding]:
    """The decision's reasons first, then the notes that asked for nothing."""
    reasons = list(decision.reasons)
    named = {(reason.code, reason.field) for reason in reasons}
    return reasons + [f for f in case.findings if (f.code, f.field) not in named]


def _chosen_vendor(document: Document) -> VendorMatch | None:
    if document.vendor_match.get("how") != records.HUMAN:
        return None
    match = document.vendor_match
    return VendorMatch(
        outcome=VendorOutcome(match["outcome"]),
        reason=match["reason"],
        vendor_id=match.get("vendor_id"),
        name=match.get("name", ""),
        score=1.0,
        how=records.HUMAN,
    )


def _chosen_account(document: Document) -> AccountChoice | None:
    if document.account_choice.get("how") != records.HUMAN:
        return None
    choice = document.account_choice
    return AccountChoice(
        account_id=choice["account_id"],
        reason=choice["reason"],
        name=choice.get("name", ""),
        confidence=1.0,
        how=records.HUMAN,
        tax_id=choice.get("tax_id"),
        lines_required=bool(choice.get("lines_required")),
    )


__all__ = ["Route", "give_back", "hold_until", "recheck", "run"]
