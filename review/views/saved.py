"""POST only: keep and forget a view of the queue."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import saved
from review.forms import ViewForm
from zohodocs.web.htmx import Request


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
