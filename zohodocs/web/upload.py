"""Hand in papers: many files at once, each with its own answer. Works as a plain form, too."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zohodocs.access import may_decide, organizations_of
from zohodocs.arrivals import receive
from zohodocs.jobs.doorbell import ring
from zohodocs.models import Arrival, ArrivalResult, Organization
from zohodocs.web.htmx import Request, page, wants_part

CHANNEL = "web"
_SESSION_KEY = "uploaded"
_KEPT = 500
_LONGEST_WAIT = 15


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request) -> HttpResponse:
    """GET: the form with the answers to the last upload. POST: one file or many."""
    if request.method != "POST":
        return page(request, "web/upload.html", part="results", context=_context(request))
    organization = next(
        (
            each
            for each in organizations_of(request.user)
            if each.code == request.POST.get("organization") and may_decide(request.user, each)
        ),
        None,
    )
    files = request.FILES.getlist("file")
    if organization is None or not files:
        problem = _("Choose a company.") if organization is None else _("Choose at least one file.")
        return page(
            request,
            "web/upload.html",
            part="problem",
            context={**_context(request), "problem": problem},
            status=422,
        )
    arrivals = [_received(file, organization, request.user.get_username()) for file in files]
    if wants_part(request):
        return render(request, "web/arrived.html", {"uploaded": arrivals, "wait": 2})
    request.session[_SESSION_KEY] = [str(arrival.code) for arrival in arrivals][-_KEPT:]
    return HttpResponseRedirect(reverse("upload"), status=303)


@login_required
@require_safe
def arrival(request: Request, code: UUID) -> HttpResponse:
    """What became of one file; asks again by itself while it is being read."""
    found = (
        Arrival.objects.for_user(request.user)
        .select_related("document", "organization")
        .filter(code=code)
        .first()
    )
    if not isinstance(found, Arrival):
        raise Http404
    raw = request.GET.get("wait", "")
    wait = min(_LONGEST_WAIT, 2 * int(raw)) if raw.isdecimal() and len(raw) < 4 else 2
    context = {**_context(request), "uploaded": [found], "wait": max(2, wait)}
    return page(request, "web/upload.html", part="row", context=context)


def _received(file: UploadedFile[bytes], organization: Organization, sender: str) -> Arrival:
    """Take one file in and ring for a worker."""
    name = file.name or _("unnamed")
    size = file.size or 0
    if size > settings.MAX_FILE_BYTES:
        return receive.refuse_too_large(
            organization=organization, size=size, filename=name, channel=CHANNEL, sender=sender
        )
    arrived = receive.receive(
        organization=organization,
        content=file.read(),
        filename=name,
        channel=CHANNEL,
        sender=sender,
    )
    if arrived.result == ArrivalResult.ACCEPTED and arrived.document is not None:
        ring(arrived.document)
    return arrived


def _context(request: Request) -> dict[str, object]:
    mine = organizations_of(request.user)
    codes = request.session.get(_SESSION_KEY, [])
    rows = Arrival.objects.for_user(request.user).filter(code__in=codes)
    return {
        "section": "today",
        "organizations": mine,
        "uploadable": [each for each in mine if may_decide(request.user, each)],
        "uploaded": list(rows.select_related("document").order_by("pk")),
        "wait": 2,
    }
