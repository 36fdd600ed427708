"""The page on which pages are split, merged, reordered and turned; and the way back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from review import actions, parting_forms, queries
from review.forms import VersionForm
from zohodocs.access import document_for, may_decide
from zohodocs.models import Document, ReviewItem, State
from zohodocs.web.htmx import Request

from .answering import follows, kept_query, shows

_MERGEABLE = 20


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
    documents = _documents(request, item)
    rows = parting_forms.places(documents, request.POST)
    if problem := parting_forms.problem_of(rows):
        return _page(request, item, problem=problem, status=422)
    versions = {}
    for document in documents:
        form = VersionForm({"version": request.POST.get(f"version-{document.code}", "")})
        versions[document.pk] = form.cleaned_data["version"] if form.is_valid() else 0
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


@login_required
@require_POST
def put_back(request: Request, code: UUID) -> HttpResponse:
    """Close the parts and open the original again."""
    document = document_for(request.user, code)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        item = actions.put_back(document=document, by=request.user, version=version)
    except actions.Refused as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("document", args=[document.code]), status=303)
    return shows(request, queries.item_for(request.user, item.code), _("Put back."))


def _documents(request: Request, item: ReviewItem) -> list[Document]:
    """The item's document and those to be merged with it, as asked for."""
    sent = request.POST if request.method == "POST" else request.GET
    codes = [code for code in sent.getlist("with") if code]
    others = {str(each.code): each for each in _mergeable(request, item)}
    return [item.document, *(others[code] for code in dict.fromkeys(codes) if code in others)]


def _mergeable(request: Request, item: ReviewItem) -> list[Document]:
    """What came nearest in time of the same company and waits for a person as well."""
    rows = Document.objects.for_user(request.user).filter(
        organization_id=item.organization_id, state=State.IN_REVIEW, page_count__gt=0
    )
    rows = rows.exclude(pk=item.document_id).exclude(kind="xml").select_related("organization")
    at = item.document.received_at
    later = rows.filter(received_at__gte=at).order_by("received_at", "pk")[:_MERGEABLE]
    before = rows.filter(received_at__lt=at).order_by("-received_at", "-pk")[:_MERGEABLE]
    return [*reversed(later), *before]


def _page(
    request: Request, item: ReviewItem, *, problem: str = "", status: int = 200
) -> HttpResponse:
    documents = _documents(request, item)
    document = item.document
    context = {
        "section": "review",
        "item": item,
        "document": document,
        "documents": documents,
        "rows": parting_forms.places(documents, request.POST if problem else None),
        "mergeable": [each for each in _mergeable(request, item) if each not in documents],
        "arrangeable": document.state == State.IN_REVIEW
        and document.kind != "xml"
        and may_decide(request.user, document.organization_id),
        "problem": problem,
        "query": kept_query(request),
    }
    return render(request, "review/pages.html", context, status=status)
