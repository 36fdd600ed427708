"""POST only: assign, postpone, call a lead, remark, judge two papers, keep a view."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import actions, queries, saved
from review.arranging_forms import (
    AssignForm,
    PairForm,
    PostponeForm,
    RemarkForm,
    TwinForm,
    ViewForm,
)
from zohodocs.models import Document, ReviewItem, TwinKind
from zohodocs.web.htmx import Request

from .answering import changed, follows, refused, reload, shows, wrong


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


@login_required
@require_POST
def judge(request: Request, code: UUID) -> HttpResponse:
    """What this paper is to the one it looks like."""
    item = queries.item_for(request.user, code)
    form = TwinForm(request.POST)
    if not form.is_valid():
        return wrong(request, item, _("The form was incomplete. Try again."))
    said = form.cleaned_data
    of = Document.objects.for_user(request.user).filter(code=said["of"]).first()
    if of is None:
        return wrong(request, item, _("Choose the document this one looks like."))
    try:
        closed = actions.judge(
            item=item,
            by=request.user,
            version=said["version"],
            of=of,
            kind=TwinKind(said["kind"]),
        )
    except actions.Refused as problem:
        return refused(request, item, problem, version=said["version"])
    if not closed:
        return shows(request, reload(item, request.user), _("Kept: it goes on."))
    name = item.document.vendor_name or item.document.filename
    message = _("%(name)s closed as a copy.") % {"name": name}
    return follows(request, reload(item, request.user), message)


@login_required
@require_POST
def pair(request: Request, code: UUID) -> HttpResponse:
    """Which of two readings is right; another item follows when nothing is left here."""
    item = queries.item_for(request.user, code)
    form = PairForm(request.POST)
    if not form.is_valid():
        return wrong(request, item, _("The form was incomplete. Try again."))
    said = form.cleaned_data
    try:
        actions.judge_pair(
            item=item,
            by=request.user,
            version=said["version"],
            key=said["key"],
            choice=said["choice"],
        )
    except actions.Refused as problem:
        return refused(request, item, problem, version=said["version"])
    return changed(request, item)


@login_required
@require_POST
def keep_view(request: Request) -> HttpResponse:
    """Keep the present filters under a name, in place of those that had it."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the view a name of at most forty letters."))
        return HttpResponseRedirect(reverse("review:queue"), status=303)
    kept = saved.keep(request.user, form.cleaned_data["name"], form.cleaned_data["query"])
    return HttpResponseRedirect(reverse("review:queue") + kept.query, status=303)


@login_required
@require_POST
def forget_view(request: Request) -> HttpResponse:
    """Forget one of one's views."""
    saved.forget(request.user, request.POST.get("name", "").replace("\0", ""))
    return HttpResponseRedirect(reverse("review:queue"), status=303)


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
