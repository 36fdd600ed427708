"""POST only: the quick answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import actions, queries
from review.forms import AnswerForm
from zohodocs.web.htmx import Request

from .answering import changed, refused, wrong


@login_required
@require_POST
def answer(request: Request, code: UUID) -> HttpResponse:
    """Take one of the offered answers to the one question that is left."""
    item = queries.item_for(request.user, code)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return wrong(request, item, _("The form was incomplete. Try again."))
    said = form.cleaned_data
    try:
        actions.answer(item=item, by=request.user, **said)
    except actions.Refused as problem:
        return refused(request, item, problem, version=said["version"])
    return changed(request, item)
