"""POST only: assign, postpone, call a lead, remark."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import actions, queries
from review.arranging_forms import AssignForm, PostponeForm, RemarkForm
from zohodocs.models import ReviewItem
from zohodocs.web.htmx import Request

from .answering import changed, follows, refused, reload, wrong


@login_required
@require_POST
def assign(request: Request, code: UUID) -> HttpResponse:
    """Give it to somebody, or to nobody."""
    item = queries.item_for(request.user, code)
    form = AssignForm(request.POST, item=item)
    if not form.is_valid():
        return wrong(request, item, _("Choose somebody from the list."))
    to = form.cleaned_data["to"]
    return _done(request, item, lambda: actions.assign(item=item, by=request.user, to=to))


@login_required
@require_POST
def postpone(request: Request, code: UUID) -> HttpResponse:
    """Put it aside; the next one follows."""
    item = queries.item_for(request.user, code)
    form = PostponeForm(request.POST)
    if not form.is_valid():
        return wrong(request, item, _("Choose until when."))
    until = form.moment()
    try:
        actions.postpone(item=item, by=request.user, until=until)
    except actions.Refused as problem:
        return refused(request, item, problem, version=item.document.version)
    if until is None:
        return changed(request, item)
    actions.release_claim(item, request.user)
    name = item.document.vendor_name or item.document.filename
    return follows(request, reload(item, request.user), _("%(name)s put aside.") % {"name": name})


@login_required
@require_POST
def escalate(request: Request, code: UUID) -> HttpResponse:
    """Call for a lead."""
    item, why = queries.item_for(request.user, code), _remark(request)
    return _done(request, item, lambda: actions.escalate(item=item, by=request.user, why=why))


@login_required
@require_POST
def comment(request: Request, code: UUID) -> HttpResponse:
    """Leave a remark."""
    item, text = queries.item_for(request.user, code), _remark(request)
    return _done(request, item, lambda: actions.comment(item=item, by=request.user, text=text))


def _remark(request: Request) -> str:
    """What was written; empty for what no remark can be, which the action then refuses."""
    form = RemarkForm(request.POST)
    form.is_valid()
    return str(form.cleaned_data.get("text", ""))


def _done(request: Request, item: ReviewItem, act: Callable[[], object]) -> HttpResponse:
    """Do it, and show the panel as it is then."""
    try:
        act()
    except actions.Refused as problem:
        return refused(request, item, problem, version=item.document.version)
    return changed(request, item)
