"""Reads of the desk: the queue, one item, and what to choose from. Only one's own companies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from zohodocs.access import in_order
from zohodocs.domain.identity import fold_name
from zohodocs.models import Account, Comment, Document, Page, ReviewItem, ReviewState, State, Vendor
from zohodocs.web.keyset import Order, Slice, page_of

QUEUE_SIZE = 40
_COUNTED = 1000
_CHOICES = 12
_MERGEABLE = 20  # on either side
# Account types a bill may be booked on.
_BOOKABLE = ("expense", "cost", "asset", "liability")

DEFAULT_ORDER = "value"
ORDERS = {
    "value": Order("attention", Decimal, descending=True, ties_ascend=True),
    "oldest": Order("opened_at", datetime),
    "newest": Order("opened_at", datetime, descending=True),
    "amount": Order("worth", Decimal, descending=True),
    "vendor": Order("vendor_shown", str),
}


@dataclass(frozen=True, slots=True)
class Queue:
    """A part of the queue and how long all of it is."""

    items: Slice[ReviewItem]
    count: str
    sort: str
    # Whether these are the first ones.
    begins: bool = True


def item_for(user: User, code: UUID) -> ReviewItem:
    """The item if this person may see it; 404 otherwise, so that existence does not leak."""
    found = (
        ReviewItem.objects.for_user(user)
        .select_related("document__organization", "document__vendor", "document__account")
        .select_related("first_approval_by", "decided_by", "claimed_by", "assigned_to")
        .select_related("document__duplicate_of")
        .filter(code=code)
        .first()
    )
    if not isinstance(found, ReviewItem):
        raise Http404
    return found


def queue(
    user: User, filters: Mapping[str, Any], *, after: str = "", holding: ReviewItem | None = None
) -> Queue:
    """The open items these filters let through.

    `holding`: the item somebody works on; where it is further down, the part begins with it.
    """
    rows = matching(user, filters)
    sort = str(filters.get("sort") or DEFAULT_ORDER)
    order = ORDERS[sort]
    items = page_of(rows, order, after=after, size=QUEUE_SIZE)
    begins = not after
    further = items.following and holding and holding.state == ReviewState.OPEN
    if holding and further and all(row.pk != holding.pk for row in items.rows):
        here = page_of(rows.filter(_from(order, holding)), order, size=QUEUE_SIZE)
        if here.rows and here.rows[0].pk == holding.pk:
            items, begins = here, False
    return Queue(items, counted(rows), sort, begins)


def matching(user: User, filters: Mapping[str, Any]) -> QuerySet[ReviewItem]:
    """Open items of this person's companies, with the columns the orders need."""
    rows = _open(user)
    if code := filters.get("organization"):
        rows = rows.filter(organization__code=code)
    if reason := filters.get("reason"):
        rows = rows.filter(reason=reason)
    whose = filters.get("whose")
    if whose == "mine":
        rows = rows.filter(assigned_to=user)
    elif whose == "nobody":
        rows = rows.filter(assigned_to=None)
    later = Q(postponed_until__gt=timezone.now())
    rows = rows.filter(later) if whose == "later" else rows.exclude(later)
    if q := filters.get("q"):
        rows = rows.filter(
            Q(document__vendor_name__icontains=q)
            | Q(document__invoice_number__icontains=q)
            | Q(document__filename__icontains=q)
            | Q(message__icontains=q)
        )
    if (low := filters.get("amount_from")) is not None:
        rows = rows.filter(document__gross_total__gte=low)
    if (high := filters.get("amount_to")) is not None:
        rows = rows.filter(document__gross_total__lte=high)
    return rows.select_related("document", "organization", "claimed_by", "assigned_to").annotate(
        worth=Coalesce(F("document__gross_total"), Value(Decimal(0))),
        vendor_shown=F("document__vendor_name"),
    )


def _open(user: User) -> QuerySet[ReviewItem]:
    return in_order(ReviewItem.objects.all(), user).filter(state=ReviewState.OPEN)


def counted(rows: QuerySet[Any]) -> str:
    """How many, up to a thousand; beyond that nobody counts, and the database need not either."""
    number = rows.order_by()[:_COUNTED].count()
    return str(number) if number < _COUNTED else f"{_COUNTED - 1}+"


def neighbour(
    user: User,
    filters: Mapping[str, Any],
    item: ReviewItem,
    *,
    backwards: bool = False,
    free: bool = False,
) -> ReviewItem | None:
    """The item after this one (or before it) in the same queue, decided or not.

    `free`: of those only that nobody else has open.
    """
    order = ORDERS[str(filters.get("sort") or DEFAULT_ORDER)]
    rows = matching(user, filters).filter(_beyond(order, item, backwards=backwards))
    if free:
        rows = rows.filter(_free_for(user))
    return rows.order_by(*order.by(backwards=backwards)).first()


def _beyond(order: Order, item: ReviewItem, *, backwards: bool = False) -> Q:
    values = {
        "attention": item.attention,
        "opened_at": item.opened_at,
        "worth": item.document.gross_total or Decimal(0),
        "vendor_shown": item.document.vendor_name,
    }
    return order.beyond(values[order.column], item.pk, backwards=backwards)


def _from(order: Order, item: ReviewItem) -> Q:
    """This item and what comes after it."""
    return Q(pk=item.pk) | _beyond(order, item)


def next_item(user: User, filters: Mapping[str, Any], item: ReviewItem) -> ReviewItem | None:
    """What follows when this one is decided: the next of the queue, else its first."""
    following = neighbour(user, filters, item, free=True)
    if following is not None:
        return following
    order = ORDERS[str(filters.get("sort") or DEFAULT_ORDER)]
    rows = matching(user, filters).filter(_free_for(user)).exclude(pk=item.pk)
    return rows.order_by(*order.by()).first()


def _free_for(user: User) -> Q:
    """What nobody else has open and is not given to anybody else."""
    unheld = Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_until__lt=timezone.now())
    return unheld & (Q(assigned_to=None) | Q(assigned_to=user))


def reasons(user: User, chosen: str = "") -> list[tuple[str, int]]:
    """The reasons among the first thousand of this person's queue, most frequent first.

    The `chosen` one is among them in any case. Beyond a thousand nobody counts.
    """
    rows = _open(user)
    most_telling = rows.order_by("-attention", "pk").values_list("reason", flat=True)[:_COUNTED]
    found = Counter(str(reason) for reason in most_telling)
    listed = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:30]
    if chosen and all(code != chosen for code, _ in listed):
        listed.append((chosen, rows.filter(reason=chosen)[:_COUNTED].count()))
    return listed


def accounts(document: Document) -> list[Account]:
    """The active accounts a bill may be booked on, in the order of the chart."""
    kinds = Q()
    for kind in _BOOKABLE:
        kinds |= Q(type__icontains=kind)
    rows = Account.objects.for_organization(document.organization_id).filter(kinds, active=True)
    return list(rows.order_by("type", "number", "name"))


def usual_accounts(document: Document) -> dict[int, int]:
    """How often each account was used in documents of this vendor that were approved."""
    if document.vendor_id is None:
        return {}
    rows = (
        Document.objects.for_organization(document.organization_id)
        .filter(vendor_id=document.vendor_id, approved_at__isnull=False)
        .exclude(account=None)
        .values_list("account_id")
        .annotate(n=Count("pk"))
        .order_by("-n")
    )
    return dict(rows[:5])


def vendors(document: Document, q: str) -> list[Vendor]:
    """Vendors of the document's company that this text may mean."""
    if not q.strip():
        return []
    rows = Vendor.objects.for_organization(document.organization_id).filter(
        Q(folded_name__contains=fold_name(q) or q)
        | Q(name__icontains=q)
        | Q(tax_id__icontains=q.replace(" ", "")),
        active=True,
    )
    return list(rows.order_by("name")[:_CHOICES])


def vendors_by_code(document: Document, codes: list[str]) -> dict[str, Vendor]:
    """Vendors of the document's company with these codes."""
    rows = Vendor.objects.for_organization(document.organization_id).filter(code__in=codes)
    return {str(vendor.code): vendor for vendor in rows}


def documents_by_code(document: Document, codes: Sequence[str]) -> list[Document]:
    """Documents of the same company with these codes."""
    if not codes:
        return []
    rows = Document.objects.for_organization(document.organization_id)
    return list(rows.filter(code__in=codes).order_by("received_at"))


def mergeable(user: User, item: ReviewItem) -> list[Document]:
    """What came nearest in time to the same company, has pages, and waits for a person as well."""
    rows = Document.objects.for_user(user).filter(
        organization_id=item.organization_id, state=State.IN_REVIEW, page_count__gt=0
    )
    rows = rows.exclude(pk=item.document_id).exclude(kind="xml").select_related("organization")
    at = item.document.received_at
    later = rows.filter(received_at__gte=at).order_by("received_at", "pk")[:_MERGEABLE]
    before = rows.filter(received_at__lt=at).order_by("-received_at", "-pk")[:_MERGEABLE]
    return [*reversed(later), *before]


def with_a_page(documents: Sequence[Document]) -> Document | None:
    """The first of these that has a page to look at."""
    known = set(
        Page.objects.filter(document__in=documents, number=1).values_list("document_id", flat=True)
    )
    return next((document for document in documents if document.pk in known), None)


def comments(document: Document) -> list[Comment]:
    """What was said about the document, oldest first."""
    rows = Comment.objects.for_organization(document.organization_id).filter(document=document)
    return list(rows.select_related("by").order_by("at", "pk")[:_COUNTED])


def documents_of_vendor(document: Document) -> int:
    """How many other documents of this vendor were approved."""
    if document.vendor_id is None:
        return 0
    rows = Document.objects.for_organization(document.organization_id)
    earlier = rows.filter(vendor_id=document.vendor_id, approved_at__isnull=False)
    return earlier.exclude(pk=document.pk)[:_COUNTED].count()


def possible_originals(document: Document) -> list[Document]:
    """Documents this one may be a copy of: same number, or same vendor and total."""
    same = Q(pk__in=[])
    if document.compared_number:
        same |= Q(compared_number=document.compared_number)
    if document.vendor_id and document.gross_total is not None:
        same |= Q(vendor_id=document.vendor_id, gross_total=document.gross_total)
    rows = Document.objects.for_organization(document.organization_id).filter(same)
    return list(rows.exclude(pk=document.pk).order_by("-received_at")[:_CHOICES])
