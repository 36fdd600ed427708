"""POST only: the quick answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from review import actions, queries
from review.forms import AnswerForm
from zohodocs.web.htmx import Request

from .answering import done, incomplete


@login_required
@require_POST
def answer(request: Request, code: UUID) -> HttpResponse:
    """Take one of the offered answers to the one question that is left."""
    item = queries.item_for(request.user, code)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return incomplete(request, item)
    return done(request, item, deed=actions.answer, **form.cleaned_data)
