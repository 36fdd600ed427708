"""What waits for Zoho Books and why; and the life of one posting, call by call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zohodocs.access import (
    document_for,
    may_decide,
    may_give_second_approval,
    organizations_of,
)
from zohodocs.domain.states import PostingState
from zohodocs.models import (
    Amendment,
    AmendmentState,
    AuditEvent,
    Connection,
    Document,
    KnownBill,
    Posting,
    PostingCall,
    ReviewItem,
    ReviewKind,
    ReviewState,
    State,
)
from zohodocs.models.amendment import OPEN
from zohodocs.posting import standing
from zohodocs.posting.record import TWICE
from zohodocs.web import history
from zohodocs.web.formats import day, money
from zohodocs.web.htmx import Request, page
from zohodocs.web.keyset import Order, page_of
from zohodocs.web.waiting import why

_OLDEST = Order("approved_at", datetime)
_NEWEST_CALL = Order("at", datetime, descending=True)
_PAGE, _CALLS, _MOST = 50, 50, 50
_UNDER_WAY = (State.APPROVED, State.POSTING)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: ours and Zoho's side by side."""

    label: str
    ours: str
    theirs: str
    differs: bool


@login_required
@require_safe
def waiting(request: Request) -> HttpResponse:
    """Everything approved that is not in Zoho yet, oldest first, and changes to be confirmed."""
    mine = organizations_of(request.user)
    code = request.GET.get("organization", "")
    chosen = [each for each in mine if each.code == code] or mine
    now = timezone.now()
    rows = (
        Document.objects.for_user(request.user)
        .filter(state__in=_UNDER_WAY, organization__in=chosen)
        .select_related("organization", "posting")
    )
    found = page_of(rows, _OLDEST, after=request.GET.get("after", ""), size=_PAGE)
    connections = {
        each.organization_id: each for each in Connection.objects.filter(organization__in=chosen)
    }
    changes = (
        Amendment.objects.for_user(request.user)
        .filter(state__in=OPEN, organization__in=chosen)
        .select_related("posting__document", "proposed_by")
        .order_by("proposed_at")[:_MOST]
    )
    context = {
        "section": "postings",
        "organizations": mine,
        "chosen": chosen[0].code if len(chosen) == 1 and len(mine) > 1 else "",
        "found": found,
        "waits": [
            (each, why(each, _posting_of(each), connections.get(each.organization_id), now))
            for each in found.rows
        ],
        "changes": changes,
        "deciding": {each.pk for each in mine if may_decide(request.user, each)},
        "now": now,
    }
    return page(request, "web/postings.html", part="rows", context=context)


@login_required
@require_safe
def posting(request: Request, code: UUID) -> HttpResponse:
    """One posting: where it stands, what was called, what may be done about it."""
    document = document_for(request.user, code)
    found = Posting.objects.filter(document=document).first()
    organization = document.organization
    connection = Connection.objects.filter(organization=organization).first()
    now = timezone.now()
    decides = may_decide(request.user, organization)
    amendments = list(
        Amendment.objects.filter(posting=found).select_related("proposed_by", "confirmed_by")
        if found
        else ()
    )
    opened = next((each for each in amendments if each.state in OPEN), None)
    under_way = document.state in _UNDER_WAY
    context = {
        "section": "postings",
        "document": document,
        "organization": organization,
        "posting": found,
        "connection": connection,
        "wait": why(document, found, connection, now) if under_way else None,
        "under_way": under_way,
        "returnable": found is not None and found.state == PostingState.PLANNED,
        "decides": decides,
        "confirms": may_give_second_approval(request.user, organization),
        "calls": page_of(
            PostingCall.objects.filter(posting=found),
            _NEWEST_CALL,
            after=request.GET.get("after", ""),
            size=_CALLS,
        )
        if found
        else None,
        "steps": [
            (event, history.person(event), history.sentence(event))
            for event in AuditEvent.objects.filter(
                document=document, verb__regex=r"^(bill|posting|review\.(amend|entry))"
            ).order_by("-sequence")[:_MOST]
        ],
        "rows": _compared(document, found),
        "candidates": _candidates(document, found) if decides else (),
        "may_adopt": decides
        and document.state == State.IN_REVIEW
        and found is not None
        and found.state == PostingState.REJECTED,
        "amendments": sorted(amendments, key=lambda each: each.proposed_at, reverse=True),
        "opened": opened,
        "mine": opened is not None and opened.proposed_by_id == request.user.pk,
        "waits_for_second": opened is not None and opened.state == AmendmentState.PROPOSED,
        "proposable": _proposable(document, found, opened) if decides else (),
        "items": _open_items(document),
        "now": now,
    }
    return page(request, "web/posting.html", part="calls", context=context)


def _posting_of(document: Document) -> Posting | None:
    found = getattr(document, "posting", None)
    return found if isinstance(found, Posting) else None


def _open_items(document: Document) -> Sequence[tuple[ReviewItem, bool]]:
    """What is asked about the entry, oldest first; whether the answer may be that it is right."""
    asked = ReviewItem.objects.filter(
        document=document,
        kind__in=[ReviewKind.DRIFT, ReviewKind.AUDIT],
        state=ReviewState.OPEN,
    ).order_by("opened_at", "pk")
    return [(each, each.kind == ReviewKind.DRIFT and each.reason != TWICE) for each in asked]


def _proposable(
    document: Document, found: Posting | None, opened: Amendment | None
) -> Sequence[tuple[str, str]]:
    """What may be proposed now, with its words."""
    if found is None or document.state != State.POSTED or opened is not None:
        return ()
    status = found.stands.get("status")
    if status == standing.GONE or found.kind == "expense":
        return ()
    offered = []
    if found.kind == "bill":
        offered.append(("correct", _("bring it back to what was posted")))
    if status != "void":
        offered.append(("void", _("make it void")))
    return offered


def _compared(document: Document, found: Posting | None) -> list[Row]:
    """Ours beside what stands in Zoho; of one that came back, beside what is in its way."""
    if found is None or not found.stands:
        return []
    if found.state == PostingState.REJECTED:
        return _side_by_side(_paper(document), found.stands)
    return _side_by_side(found.agreed, found.stands)


def _paper(document: Document) -> dict[str, Any]:
    return {
        "vendor_name": document.vendor.name if document.vendor else document.vendor_name,
        "number": document.invoice_number,
        "date": document.issue_date.isoformat() if document.issue_date else None,
        "currency": document.currency,
        "total": None if document.gross_total is None else f"{document.gross_total:f}",
    }


def _side_by_side(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Row]:
    labels = {
        "vendor_name": _("Vendor"),
        "number": _("Number"),
        "date": _("Date"),
        "total": _("Total"),
        "tax_total": _("Tax"),
        "status": _("State in Zoho"),
        "file": _("File"),
    }
    changed = {each.field for each in standing.changes(ours, theirs)}
    fields = {"vendor_name": "vendor", "tax_total": "tax"}
    rows = []
    for name, label in labels.items():
        mine, other = _shown(name, ours), _shown(name, theirs)
        if mine or other:
            differs = fields.get(name, name) in changed or (name == "total" and mine != other)
            rows.append(Row(label, mine or "–", other or "–", differs))
    return rows


def _shown(name: str, side: Mapping[str, Any]) -> str:
    value = side.get(name)
    if name == "file":
        return "" if value is None else _("attached") if value else _("missing")
    if not value:
        return ""
    if name in ("total", "tax_total"):
        return money(str(value), str(side.get("currency") or ""))
    if name == "date":
        return day(str(value))
    return str(value).replace("_", " ")


def _candidates(document: Document, found: Posting | None) -> list[dict[str, Any]]:
    """Entries of Zoho's that may be this document: what was in the way, and known equal numbers."""
    if found is None or found.state != PostingState.REJECTED:
        return []
    offered = {str(found.stands["id"]): dict(found.stands)} if found.stands.get("id") else {}
    if document.vendor_id and document.compared_number:
        known = KnownBill.objects.for_organization(document.organization_id).filter(
            vendor_id=document.vendor_id, compared_number=document.compared_number
        )
        for bill in known[:_MOST]:
            offered.setdefault(
                bill.zoho_bill_id,
                {
                    "id": bill.zoho_bill_id,
                    "number": bill.number,
                    "date": bill.date.isoformat() if bill.date else None,
                    "total": None if bill.total is None else f"{bill.total:f}",
                    "currency": document.currency,
                    "status": bill.status,
                },
            )
    void = ("void", standing.GONE)
    return [
        {"id": pk, "rows": _side_by_side(_paper(document), side)}
        for pk, side in offered.items()
        if side.get("status") not in void
    ]
