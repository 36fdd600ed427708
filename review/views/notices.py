"""One's notices."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from review import notices as told
from zohodocs.web.htmx import Request


@login_required
@require_safe
def notices(request: Request) -> HttpResponse:
    """The newest ones."""
    return render(
        request,
        "review/notices.html",
        {"section": "notices", "notices": told.latest(request.user)},
    )


@login_required
@require_safe
def notice_count(request: Request) -> HttpResponse:
    """The bell at the head of every page."""
    return render(request, "components/_bell.html", {"unread": told.unread(request.user)})


@login_required
@require_POST
def read_notices(request: Request) -> HttpResponse:
    """All of them are read."""
    told.have_read(request.user)
    return HttpResponseRedirect(reverse("review:notices"), status=303)
