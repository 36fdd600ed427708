"""POST only: undo, open again, read again, put pages back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import actions, queries
from review.forms import version_seen
from zohodocs.access import document_for
from zohodocs.models import Document, ReviewItem
from zohodocs.web.htmx import Request, wants_part

from .answering import UNDO_KEY, follows, shows


@login_required
@require_POST
def undo(request: Request, code: UUID) -> HttpResponse:
    """Take an approval back while it is held; the document is on the desk again."""
    document = document_for(request.user, code)
    try:
        item = actions.undo(document=document, by=request.user)
    except actions.Refused as problem:
        return _refused(request, document, problem)
    request.session.pop(UNDO_KEY, None)
    return shows(request, queries.item_for(request.user, item.code), _("Taken back."))


@login_required
@require_POST
def reopen(request: Request, code: UUID) -> HttpResponse:
    """Take a closed or failed document back to the queue."""
    return _brought_back(request, code, actions.reopen, _("Opened again."))


@login_required
@require_POST
def again(request: Request, code: UUID) -> HttpResponse:
    """Have a failed document read once more."""
    item = queries.item_for(request.user, code)
    version = version_seen(request.POST)
    try:
        actions.try_again(document=item.document, by=request.user, version=version)
    except actions.Refused as problem:
        return _refused(request, item.document, problem)
    return follows(request, item, _("It is being read again."))


@login_required
@require_POST
def put_back(request: Request, code: UUID) -> HttpResponse:
    """Close the documents made of its pages and open the original again."""
    return _brought_back(request, code, actions.put_back, _("Put back."))


def _brought_back(
    request: Request, code: UUID, act: Callable[..., ReviewItem], message: str
) -> HttpResponse:
    """Do it on the version that was seen; the item that is open again."""
    document = document_for(request.user, code)
    version = version_seen(request.POST)
    try:
        item = act(document=document, by=request.user, version=version)
    except actions.Refused as problem:
        return _refused(request, document, problem)
    return shows(request, queries.item_for(request.user, item.code), message)


def _refused(request: Request, document: Document, problem: actions.Refused) -> HttpResponse:
    """Say why on the document's own page."""
    messages.error(request, str(problem))
    where = reverse("document", args=[document.code])
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return HttpResponseRedirect(where, status=303)
