"""POST only: what a person does about a posting and about what stands in Zoho."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import actions, queries
from review.forms import VersionForm, version_seen
from zohodocs.access import document_for
from zohodocs.models import Amendment, AmendmentKind, Document
from zohodocs.web.htmx import Request


class EntryForm(VersionForm):
    """What these buttons send; which of it counts depends on the button."""

    why = forms.CharField(required=False, max_length=1000)
    bill_id = forms.CharField(required=False, max_length=64)
    kind = forms.ChoiceField(required=False, choices=AmendmentKind.choices)


@login_required
@require_POST
def posting(request: Request, code: UUID, verb: str) -> HttpResponse:
    """Hold, release, take back, retry or adopt; or propose to void or correct."""
    document = document_for(request.user, code)
    form = EntryForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The form was incomplete. Try again."))
        return _back(document)
    said = form.cleaned_data
    by, version = request.user, said["version"]

    def proposed() -> None:
        kind = AmendmentKind(said["kind"] or AmendmentKind.CORRECT)
        actions.propose(document=document, by=by, version=version, kind=kind, reason=said["why"])

    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "hold": (
            lambda: actions.hold(document=document, by=by, version=version, why=said["why"]),
            _("Stopped. Nothing is sent until somebody releases it."),
        ),
        "release": (
            lambda: actions.release(document=document, by=by, version=version),
            _("Released; it goes on."),
        ),
        "take_back": (
            lambda: actions.take_back(document=document, by=by, version=version),
            _("Taken back: it waits in the queue to be decided again."),
        ),
        "retry": (
            lambda: actions.retry(document=document, by=by, version=version),
            _("It is tried now."),
        ),
        "adopt": (
            lambda: actions.adopt(
                document=document, by=by, version=version, bill_id=said["bill_id"].strip()
            ),
            _("Adopted: the entry in Zoho Books is looked at, and gets the file."),
        ),
        "propose": (proposed, _("Proposed. Another person with the approver role confirms it.")),
    }
    act, message = verbs[verb]
    return _done(request, document, act, message)


@login_required
@require_POST
def accept_entry(request: Request, code: UUID) -> HttpResponse:
    """What stands in Zoho is right."""
    item = queries.item_for(request.user, code)
    version = version_seen(request.POST)
    return _done(
        request,
        item.document,
        lambda: actions.accept_standing(item=item, by=request.user, version=version),
        _("Accepted: what stands in Zoho Books is right."),
    )


@login_required
@require_POST
def amendment(request: Request, code: UUID, verb: str) -> HttpResponse:
    """Confirm or withdraw a proposed change."""
    found = (
        Amendment.objects.for_user(request.user)
        .select_related("posting__document__organization")
        .filter(code=code)
        .first()
    )
    if not isinstance(found, Amendment):
        raise Http404
    if verb == "confirm":
        return _done(
            request,
            found.posting.document,
            lambda: actions.confirm(amendment=found, by=request.user),
            _("Confirmed; it is done in Zoho Books now."),
        )
    return _done(
        request,
        found.posting.document,
        lambda: actions.withdraw(amendment=found, by=request.user),
        _("Withdrawn."),
    )


def _done(
    request: Request, document: Document, act: Callable[[], object], message: str
) -> HttpResponse:
    try:
        act()
    except actions.Refused as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, message)
    return _back(document)


def _back(document: Document) -> HttpResponse:
    return HttpResponseRedirect(reverse("posting", args=[document.code]), status=303)
