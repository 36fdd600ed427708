"""The queue and one item of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from review import queries
from zohodocs.web.htmx import Request, page

from .answering import filters_of, item_context, queue_context


@login_required
@require_safe
def queue(request: Request) -> HttpResponse:
    """The desk without a document on it."""
    part = "items" if request.GET.get("after") else "queue"
    return page(request, "review/desk.html", part=part, context=queue_context(request))


@login_required
@require_safe
def item(request: Request, code: UUID, part: str = "desk") -> HttpResponse:
    """One document to decide about, with the queue beside it."""
    found = queries.item_for(request.user, code)
    return page(request, "review/desk.html", part=part, context=item_context(request, found))


@login_required
@require_safe
def count(request: Request) -> HttpResponse:
    """The counter above the queue; 204 while it stays the same."""
    rows = queries.matching(request.user, filters_of(request))
    number = queries.counted(rows)
    if request.GET.get("seen") == number:
        return HttpResponse(status=204)
    context = queue_context(request)
    return render(request, "review/_queue.html#count", context)
