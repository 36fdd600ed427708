"""POST only: what two papers are to each other, which of two readings is right, a spot check."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import actions, queries
from review.judging_forms import PairForm, TwinForm
from review.spot_check_forms import SpotCheckForm
from zohodocs.models import Document, TwinKind, Verdict
from zohodocs.web.htmx import Request

from .answering import done, follows, incomplete, refused, reload, shows, wrong


@login_required
@require_POST
def judge(request: Request, code: UUID) -> HttpResponse:
    """What this paper is to the one it looks like."""
    item = queries.item_for(request.user, code)
    form = TwinForm(request.POST)
    if not form.is_valid():
        return incomplete(request, item)
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
        return incomplete(request, item)
    return done(request, item, deed=actions.judge_pair, **form.cleaned_data)


@login_required
@require_POST
def spot_check(request: Request, code: UUID) -> HttpResponse:
    """Whether what the machine approved is right; then the next item."""
    item = queries.item_for(request.user, code)
    form = SpotCheckForm(request.POST, document=item.document)
    if not form.is_valid():
        return wrong(request, item, form.problem())
    said = form.cleaned_data
    try:
        verdict = actions.answer_spot_check(
            item=item,
            by=request.user,
            version=said["version"],
            right=said["right"],
            account=said["account"],
            note=said["note"],
        )
    except actions.Refused as problem:
        return refused(request, item, problem, version=said["version"])
    if said["verdict"] == "wrong" and verdict != Verdict.WRONG:
        message = _("Nothing differed from what was posted: kept as right.")
    elif verdict == Verdict.WRONG:
        message = _("Kept as wrong. Correct the entry in Zoho Books, or propose to void it there.")
    else:
        message = _("Kept: all of it is right.")
    return follows(request, reload(item, request.user), message)
