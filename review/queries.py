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
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from zohodocs.access import organizations_of
from zohodocs.domain.identity import fold_name
from zohodocs.models import (
    Account,
    Comment,
    Document,
    Organization,
    Page,
    ReviewItem,
    ReviewState,
    State,
    Vendor,
)
from zohodocs.models.scope import ScopedQuerySet
from zohodocs.web.keyset import Order, Slice, page_of

from . import searching

QUEUE_SIZE = 40
COUNTED = 1000
_CHOICES = 12
_MERGEABLE = 20  # on either side
# Account types a bill may be booked on.
_BOOKABLE = ("expense", "cost", "asset", "liability")

DEFAULT_ORDER = "value"
ORDERS = {
    "value": Order("attention", Decimal, descending=True, ties_ascend=True),
    "oldest": Order("opened_at", datetime),
    "newest": Order("opened_at", datetime, descending=True),
    "amount": Order("amount", Decimal, descending=True),
    "vendor": Order("vendor_name", str),
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
    user: User,
    filters: Mapping[str, Any],
    *,
    after: str = "",
    holding: ReviewItem | None = None,
    among: Sequence[Organization] | None = None,
) -> Queue:
    """The open items these filters let through.

    `holding`: the item somebody works on; where it is further down, the part begins with it.
    `among`: the person's companies, where they are known already, here and below.
    """
    rows = matching(user, filters, among=among)
    order = _order(filters)
    sort = str(filters.get("sort") or DEFAULT_ORDER)
    count, begins = counted(rows), not after
    if begins and holding is not None and _is_further_down(rows, order, holding):
        rows, begins = rows.filter(_beyond(order, holding, including=True)), False
    return Queue(page_of(_cards(rows), order, after=after, size=QUEUE_SIZE), count, sort, begins)


def matching(
    user: User, filters: Mapping[str, Any], *, among: Sequence[Organization] | None = None
) -> ScopedQuerySet[ReviewItem]:
    """Open items of this person's companies that these filters let through."""
    rows = _mine(user, among, only=filters.get("organization"))
    if reason := filters.get("reason"):
        rows = rows.filter(reason=reason)
    whose = filters.get("whose")
    if whose == "mine":
        rows = rows.filter(assigned_to=user)
    elif whose == "nobody":
        rows = rows.filter(assigned_to=None)
    later = Q(postponed_until__gt=timezone.now())
    rows = rows.filter(later) if whose == "later" else rows.exclude(later)
    if (low := filters.get("amount_from")) is not None:
        rows = rows.filter(document__gross_total__gte=low)
    if (high := filters.get("amount_to")) is not None:
        rows = rows.filter(document__gross_total__lte=high)
    if q := filters.get("q"):
        rows = searching.found(rows, str(q), first=_order(filters).by())
    return rows.select_related("document", "organization", "claimed_by", "assigned_to")


def _order(filters: Mapping[str, Any]) -> Order:
    return ORDERS[str(filters.get("sort") or DEFAULT_ORDER)]


def _mine(
    user: User, among: Sequence[Organization] | None, *, only: str | None = None
) -> ScopedQuerySet[ReviewItem]:
    companies = organizations_of(user) if among is None else among
    if only:
        companies = [company for company in companies if company.code == only]
    rows: ScopedQuerySet[ReviewItem] = ReviewItem.objects.for_organizations(companies)
    return rows.filter(state=ReviewState.OPEN)


def _cards(rows: ScopedQuerySet[ReviewItem]) -> ScopedQuerySet[ReviewItem]:
    """Without what no card of the queue shows; a document can be large."""
    left_out = ("line_items", "tax_lines", "flags", "vendor_match", "account_choice", "overruled")
    rows = rows.select_related(None).select_related("document", "claimed_by", "assigned_to")
    return rows.defer(*(f"document__{name}" for name in left_out))


def counted(rows: ScopedQuerySet[ReviewItem]) -> str:
    """How many, up to a thousand; beyond that nobody counts, and the database need not either."""
    number = first_of(rows).values("pk").count()
    return str(number) if number < COUNTED else f"{COUNTED - 1}+"


def neighbour(
    user: User,
    filters: Mapping[str, Any],
    item: ReviewItem,
    *,
    backwards: bool = False,
    free: bool = False,
    among: Sequence[Organization] | None = None,
) -> ReviewItem | None:
    """The item after this one (or before it) in the same queue, decided or not.

    `free`: of those only that nobody else has open.
    """
    order = _order(filters)
    rows = matching(user, filters, among=among)
    rows = rows.filter(_beyond(order, item, backwards=backwards))
    if free:
        rows = rows.filter(_free_for(user))
    return rows.head(*order.by(backwards=backwards), size=1).first()


def _beyond(
    order: Order, item: ReviewItem, *, backwards: bool = False, including: bool = False
) -> Q:
    value = getattr(item, order.column)
    return order.beyond(value, item.pk, backwards=backwards, including=including)


def _is_further_down(rows: ScopedQuerySet[ReviewItem], order: Order, item: ReviewItem) -> bool:
    """Whether it is among these, but so many come before it that the first part ends above."""
    before = rows.filter(_beyond(order, item, backwards=True))
    by = order.by(backwards=True)
    return (
        before.head(*by, size=QUEUE_SIZE).values("pk").count() == QUEUE_SIZE
        and rows.filter(pk=item.pk).exists()
    )


def next_item(user: User, filters: Mapping[str, Any], item: ReviewItem) -> ReviewItem | None:
    """What follows when this one is decided: the next of the queue, else its first."""
    following = neighbour(user, filters, item, free=True)
    if following is not None:
        return following
    order = _order(filters)
    rows = matching(user, filters).filter(_free_for(user)).exclude(pk=item.pk)
    return rows.head(*order.by(), size=1).first()


def _free_for(user: User) -> Q:
    """What nobody else has open and is not given to anybody else."""
    unheld = Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_until__lt=timezone.now())
    return unheld & (Q(assigned_to=None) | Q(assigned_to=user))


def reasons(
    user: User, chosen: str = "", *, among: Sequence[Organization] | None = None
) -> list[tuple[str, int]]:
    """The reasons among the first thousand of this person's queue, most frequent first.

    The `chosen` one is among them in any case. Beyond a thousand nobody counts.
    """
    mine = _mine(user, among)
    found = Counter(str(reason) for reason in first_of(mine).values_list("reason", flat=True))
    listed = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:30]
    if chosen and all(code != chosen for code, _ in listed):
        listed.append((chosen, first_of(mine.filter(reason=chosen)).values("pk").count()))
    return listed


def first_of(rows: ScopedQuerySet[ReviewItem]) -> ScopedQuerySet[ReviewItem]:
    """As many as are counted, out of the index: wherever in the table the open ones lie."""
    return rows.head(*ORDERS[DEFAULT_ORDER].by(), size=COUNTED)


def accounts(document: Document) -> list[Account]:
    """The active accounts a bill may be booked on, in the order of the chart."""
    kinds = Q()
    for kind in _BOOKABLE:
        kinds |= Q(type__icontains=kind)
    rows = Account.objects.for_organization(document.organization_id).filter(kinds, active=True)
    return list(rows.order_by("type", "number", "name"))


def usual_accounts(document: Document) -> dict[int, int]:
    """How often each account was used in the latest documents of this vendor that were approved."""
    if document.vendor_id is None:
        return {}
    rows = Document.objects.for_organization(document.organization_id).filter(
        vendor_id=document.vendor_id, approved_at__isnull=False, account__isnull=False
    )
    latest = rows.order_by("-issue_date").values_list("account_id", flat=True)[:COUNTED]
    return dict(Counter(latest).most_common(5))


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
    return list(rows.select_related("by").order_by("at", "pk")[:COUNTED])


def newest_comment(document: Document) -> int | None:
    """The key of what was said last about the document; None: nothing was."""
    rows = Comment.objects.for_organization(document.organization_id).filter(document=document)
    newest: int | None = rows.order_by("-pk").values_list("pk", flat=True).first()
    return newest


def documents_of_vendor(document: Document) -> int:
    """How many other documents of this vendor were approved."""
    if document.vendor_id is None:
        return 0
    rows = Document.objects.for_organization(document.organization_id)
    earlier = rows.filter(vendor_id=document.vendor_id, approved_at__isnull=False)
    return earlier.exclude(pk=document.pk)[:COUNTED].count()


def possible_originals(document: Document) -> list[Document]:
    """Documents this one may be a copy of: same number, or same vendor and total."""
    same = Q(pk__in=[])
    if document.compared_number:
        same |= Q(compared_number=document.compared_number)
    if document.vendor_id and document.gross_total is not None:
        same |= Q(vendor_id=document.vendor_id, gross_total=document.gross_total)
    rows = Document.objects.for_organization(document.organization_id).filter(same)
    return list(rows.exclude(pk=document.pk).order_by("-received_at")[:_CHOICES])
