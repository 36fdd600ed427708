"""The archive: every document of one's own companies, found and shown with its whole history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zohodocs.access import document_for, may_decide, organizations_of
from zohodocs.domain.identity import compared_number
from zohodocs.domain.invoice import FIELD_NAMES
from zohodocs.models import (
    Correction,
    Document,
    FieldValue,
    Finding,
    Organization,
    Page,
    Posting,
    ReviewItem,
    ReviewState,
    State,
    with_words,
    with_words_read,
)
from zohodocs.web import history
from zohodocs.web.formats import shown
from zohodocs.web.htmx import Request, page
from zohodocs.web.keyset import Order, Slice, page_of
from zohodocs.web.labels import field_label

NEWEST = Order("received_at", datetime, descending=True)
_PAGE = 50
_NEAR = 1000
_REOPENABLE = (State.FILED, State.REJECTED, State.DUPLICATE, State.FAILED)


class ArchiveFilter(forms.Form):
    """What of the archive is shown; lives in the address. Nonsense is ignored, not punished."""

    organization = forms.SlugField(required=False)
    q = forms.CharField(required=False, max_length=100)
    number = forms.CharField(required=False, max_length=100)
    vendor = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=State.choices)
    amount_from = forms.DecimalField(required=False, max_digits=14)
    amount_to = forms.DecimalField(required=False, max_digits=14)
    date_from = forms.DateField(required=False)
    date_to = forms.DateField(required=False)

    def values(self) -> dict[str, Any]:
        """The filters that make sense."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value not in (None, "")}


@login_required
@require_safe
def documents(request: Request) -> HttpResponse:
    """The list, newest first."""
    filters = ArchiveFilter(request.GET).values()
    mine = organizations_of(request.user)
    context = {
        "section": "documents",
        "filters": filters,
        "organizations": mine,
        "states": State.choices,
        "found": listed(request.user, filters, after=request.GET.get("after", ""), among=mine),
    }
    return page(request, "web/documents.html", part="rows", context=context)


@login_required
@require_safe
def document(request: Request, code: UUID) -> HttpResponse:
    """One document: what it says, what was found, what became of it, who did what."""
    found = document_for(request.user, code)
    values = {row.name: row for row in FieldValue.objects.filter(document=found)}
    item = ReviewItem.objects.filter(document=found, state=ReviewState.OPEN).first()
    decides = may_decide(request.user, found.organization_id)
    context = {
        "section": "documents",
        "document": found,
        "organization": found.organization,
        "fields": [
            (field_label(name), shown(name, values[name].value, found.currency), values[name])
            for name in FIELD_NAMES
            if name in values and values[name].value
        ],
        "pages": Page.objects.filter(document=found).order_by("number").defer("words")[:200],
        "findings": Finding.objects.filter(document=found).order_by("position", "pk"),
        "history": history.of(found),
        "decisions": ReviewItem.objects.filter(document=found, state=ReviewState.DONE)
        .select_related("decided_by")
        .order_by("decided_at"),
        "corrections": Correction.objects.filter(document=found).count(),
        "posting": Posting.objects.filter(document=found).first(),
        "copies": Document.objects.for_user(request.user).filter(duplicate_of=found)[:50],
        "item": item,
        "may_put_back": decides and found.state == State.SPLIT,
        "parts": Document.objects.for_user(request.user).filter(picks__source=found).distinct(),
        "sources": Document.objects.for_user(request.user).filter(given__document=found).distinct(),
        "reopenable": decides and found.state in _REOPENABLE,
        "undoable": decides
        and found.state == State.APPROVED
        and found.hold_until is not None
        and found.hold_until > timezone.now(),
    }
    return page(request, "web/document.html", part="status", context=context)


def listed(
    user: Any,
    filters: Mapping[str, Any],
    *,
    after: str = "",
    among: Sequence[Organization] | None = None,
) -> Slice[Document]:
    """The next documents of the archive, newest first.

    A word that stands on most papers is found fastest by reading the newest ones; a rare one by
    the index of words. Nobody knows before, so the newest are read first. `among`: the person's
    companies, where they are known already.
    """
    mine = organizations_of(user) if among is None else among
    plain = {key: value for key, value in filters.items() if key != "q"}
    if "q" not in filters:
        return page_of(matching(user, plain, among=mine), NEWEST, after=after, size=_PAGE)
    newest = matching(user, plain, among=mine).select_related(None).only("pk", NEWEST.column)
    near = page_of(newest, NEWEST, after=after, size=_NEAR)
    if near.following:
        rows = Document.objects.filter(pk__in=[row.pk for row in near.rows])
        rows = rows.select_related("organization")
        found = page_of(with_words_read(rows, filters["q"]), NEWEST, size=_PAGE)
        if found.following:
            return found
    return page_of(matching(user, filters, among=mine), NEWEST, after=after, size=_PAGE)


def matching(
    user: Any, filters: Mapping[str, Any], *, among: Sequence[Organization] | None = None
) -> QuerySet[Document]:
    """Documents of this person's companies that these filters let through."""
    companies = organizations_of(user) if among is None else among
    if code := filters.get("organization"):
        companies = [company for company in companies if company.code == code]
    rows: QuerySet[Document] = Document.objects.for_organizations(companies)
    plain = {
        "state": "state",
        "amount_from": "gross_total__gte",
        "amount_to": "gross_total__lte",
        "date_from": "issue_date__gte",
        "date_to": "issue_date__lte",
        "vendor": "vendor_name__icontains",
    }
    rows = rows.filter(**{plain[key]: value for key, value in filters.items() if key in plain})
    if number := filters.get("number"):
        rows = rows.filter(
            Q(invoice_number__icontains=number) | Q(compared_number=compared_number(number) or "-")
        )
    if q := filters.get("q"):
        rows = with_words(rows, q)
    return rows.select_related("organization")
