"""`/components/`: for whoever changes the looks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zohodocs.web import tokens
from zohodocs.web.htmx import Request

from . import showing


@login_required
@require_safe
def components(request: Request) -> HttpResponse:
    """Every component in every state. 404 for all but staff: an accountant has no use for it."""
    if not request.user.is_staff:
        raise Http404
    return render(
        request,
        "gallery/components.html",
        {
            "sections": showing.sections(request),
            "themes": [(name, tokens.pairs(name)) for name in tokens.themes()],
            "sizes": tokens.sizes().items(),
        },
    )
