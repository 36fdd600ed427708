"""The queue and one item of it."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from review import actions, queries
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
    if part == "desk" and request.method == "GET":
        actions.claim(found, request.user)
    return page(request, "review/desk.html", part=part, context=item_context(request, found))


@login_required
@require_safe
def count(request: Request) -> HttpResponse:
    """The counter above the queue; 204 while it stays the same.

    Where nothing waited before, the papers themselves come, too.
    """
    rows = queries.matching(request.user, filters_of(request))
    number, seen = queries.counted(rows), request.GET.get("seen")
    if seen == number:
        return HttpResponse(status=204)
    context = queue_context(request)
    if seen != "0":
        return render(request, "review/_queue.html#count", context)
    # Nobody works on a document while the address is the queue's own.
    alone = urlsplit(request.htmx.current_url_abs_path or "").path == reverse("review:queue")
    part = "desk" if alone else "queue"
    response = render(request, f"review/desk.html#{part}", context)
    response["HX-Retarget"] = f"#{part}"
    return response
