"""Several at once, with a preview."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from review import bulk as several
from review.reasons import reason_label
from zohodocs.web.htmx import Request


@login_required
@require_safe
def bulk(request: Request) -> HttpResponse:
    """What of one kind may be approved together."""
    return render(request, "review/bulk.html", _context(request))


@login_required
@require_POST
def approve_several(request: Request) -> HttpResponse:
    """Approve what was ticked, as it was shown."""
    chosen = _chosen(request)
    if not chosen:
        messages.error(request, _("Tick the documents to approve."))
        return _back(request)
    made = several.approve(request.user, chosen)
    if made.done:
        said = ngettext("%(n)s document approved.", "%(n)s documents approved.", made.done)
        messages.success(request, said % {"n": made.done})
    if made.first:
        said = ngettext(
            "%(n)s waits for a second person.", "%(n)s wait for a second person.", made.first
        )
        messages.success(request, said % {"n": made.first})
    if not made.left:
        return _back(request)
    return render(request, "review/bulk.html", {**_context(request), "left": made.left})


def _context(request: Request) -> dict[str, Any]:
    kinds = several.kinds(request.user)
    reason = request.GET.get("reason", "") or (kinds[0][0] if kinds else "")
    preview = several.preview(request.user, reason)
    return {
        "section": "review",
        "kinds": [(code, reason_label(code), number) for code, number in kinds],
        "reason": reason,
        "preview": preview,
        "totals": sorted(preview.totals.items()),
        "most": several.MOST,
    }


def _chosen(request: Request) -> dict[UUID, int]:
    """`item` holds a code and the version that was shown, with a colon between."""
    chosen = {}
    for raw in request.POST.getlist("item"):
        code, _mark, version = raw.partition(":")
        try:
            chosen[UUID(code)] = int(version)
        except ValueError:
            continue
    return chosen


def _back(request: Request) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('review:bulk')}?{request.GET.urlencode()}", status=303)
