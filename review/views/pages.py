"""The page on which pages are split, merged, reordered and turned."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from review import actions, parting_forms, queries
from review.forms import version_seen
from zohodocs.models import Document, ReviewItem
from zohodocs.web.htmx import Request

from .answering import follows, kept_query


@login_required
@require_safe
def pages(request: Request, code: UUID) -> HttpResponse:
    """Every page with its document, place and turn."""
    return _page(request, queries.item_for(request.user, code))


@login_required
@require_POST
def arrange(request: Request, code: UUID) -> HttpResponse:
    """Make the new documents; the next item follows."""
    item = queries.item_for(request.user, code)
    documents, _others = _asked_for(request, item)
    rows = parting_forms.places(documents, request.POST)
    if problem := parting_forms.problem_of(rows):
        return _page(request, item, problem=problem, status=422)
    versions = {each.pk: version_seen(request.POST, f"version-{each.code}") for each in documents}
    try:
        made = actions.arrange(
            by=request.user, parts=parting_forms.parts_of(rows), versions=versions
        )
    except actions.StaleVersion as problem:
        return _page(request, item, problem=str(problem), status=409)
    except actions.Refused as problem:
        return _page(request, item, problem=str(problem), status=422)
    said = ngettext(
        "%(n)s document was made of its pages; it is being read.",
        "%(n)s documents were made of its pages; they are being read.",
        len(made),
    )
    return follows(request, item, said % {"n": len(made)})


def _asked_for(request: Request, item: ReviewItem) -> tuple[list[Document], list[Document]]:
    """The item's document with those to be merged with it, and the others that could be."""
    sent = request.POST if request.method == "POST" else request.GET
    others = {str(each.code): each for each in queries.mergeable(request.user, item)}
    merged = [others.pop(code) for code in dict.fromkeys(sent.getlist("with")) if code in others]
    return [item.document, *merged], list(others.values())


def _page(
    request: Request, item: ReviewItem, *, problem: str = "", status: int = 200
) -> HttpResponse:
    documents, mergeable = _asked_for(request, item)
    context = {
        "section": "review",
        "item": item,
        "document": item.document,
        "documents": documents,
        "rows": parting_forms.places(documents, request.POST if problem else None),
        "mergeable": mergeable,
        "arrangeable": actions.arrangeable(item.document, request.user),
        "problem": problem,
        "query": kept_query(request),
    }
    return render(request, "review/pages.html", context, status=status)
