"""The way into Zoho Books, set up step by step by an admin of the company. No script is needed.

Secrets go in and never come out: no page, no log line and no event of the trail holds one.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from integrations.zoho_books import SCOPES, consent_url
from zohodocs.access import administered
from zohodocs.clients import connecting, looking
from zohodocs.clients.connecting import StepRefused
from zohodocs.jobs import doorbell
from zohodocs.models import Connection, CopyKind, CopyState, Organization, ZohoCopy
from zohodocs.posting import history, reference
from zohodocs.web.connection_forms import ClientForm, CodeForm, FieldsForm, first_problem
from zohodocs.web.htmx import Request, page

_SESSION_KEY = "zoho_consent"
_CONSENT_SECONDS = 600
TEMPLATE = "web/connection.html"


@login_required
@never_cache
@require_safe
def connection(request: Request, code: str) -> HttpResponse:
    """The page with every step; for htmx, how far copying is."""
    organization = administered(request.user, code)
    return page(
        request,
        TEMPLATE,
        part="copies",
        context=_context(request, connecting.seen_connection(organization)),
    )


@sensitive_post_parameters()
@login_required
@require_POST
def set_client(request: Request, code: str) -> HttpResponse:
    """Step 1: data centre, client id and secret."""
    found = _of(administered(request.user, code))
    form = ClientForm(
        request.POST,
        names_any=request.user.is_superuser,
        known={
            (found.accounts_url, found.books_url),
            (settings.ZOHO_ACCOUNTS_URL, settings.ZOHO_BOOKS_URL),
        },
    )
    if not form.is_valid():
        return _refused(request, found, str(first_problem(form)), client_form=form)
    values = {key: form.cleaned_data[key] for key in form.fields if key != "data_centre"}
    try:
        connecting.set_client(found, **values, by=request.user.get_username())
    except StepRefused as refusal:
        return _refused(request, found, str(refusal), client_form=form)
    return _done(request, found, _("Kept. Now connect."))


@sensitive_post_parameters()
@login_required
@require_POST
def use_code(request: Request, code: str) -> HttpResponse:
    """Step 2, first way: a code of a self client."""
    found = _of(administered(request.user, code))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, str(first_problem(form)))
    return _exchanged(request, found, code=form.cleaned_data["code"], how="code")


@login_required
@never_cache
@require_safe
def consent(request: Request, code: str) -> HttpResponse:
    """Step 2, second way: to Zoho's own page, which sends the browser back to `consented`."""
    found = connecting.seen_connection(administered(request.user, code))
    if not (found.client_id and found.client_secret_encrypted):
        return _refused(request, found, _("Enter the client id and its secret first."))
    state = secrets.token_urlsafe(32)
    request.session[_SESSION_KEY] = {
        "state": state,
        "organization": found.organization_id,
        "until": time.time() + _CONSENT_SECONDS,
    }
    return HttpResponseRedirect(
        consent_url(
            accounts_url=found.accounts_url,
            client_id=found.client_id,
            redirect_uri=_redirect_uri(request),
            state=state,
        )
    )


@login_required
@never_cache
@require_safe
def consented(request: Request) -> HttpResponse:
    """Zoho sent the browser back. Only the session that asked may answer, once."""
    asked = request.session.pop(_SESSION_KEY, None) or {}
    state = request.GET.get("state", "")
    mine = secrets.compare_digest(str(asked.get("state", "")).encode(), state.encode())
    if not asked or not mine or time.time() > asked["until"]:
        raise PermissionDenied(_("This answer of Zoho's was not asked for here. Connect again."))
    organization = Organization.objects.get(pk=asked["organization"])
    found = _of(administered(request.user, organization.code))
    code = request.GET.get("code", "")
    if not code:
        return _refused(request, found, _("Zoho gave no access: it was declined there."))
    try:
        host = connecting.accounts_server(
            found,
            location=request.GET.get("location", ""),
            server=request.GET.get("accounts-server", ""),
        )
    except StepRefused as refusal:
        return _refused(request, found, str(refusal))
    return _exchanged(
        request,
        found,
        code=code,
        how="consent",
        redirect_uri=_redirect_uri(request),
        accounts_url=host,
    )


@login_required
@require_POST
def choose(request: Request, code: str) -> HttpResponse:
    """Step 3: whose books. What is there is copied from then on."""
    found = _of(administered(request.user, code))
    by = request.user.get_username()
    try:
        changed = connecting.choose_organization(
            found, zoho_organization_id=request.POST.get("organization", ""), by=by
        )
    except StepRefused as refusal:
        return _refused(request, found, str(refusal))
    if changed:
        _copy_everything(found, by)
    looking.look(found, by=by)
    return _done(request, found, _("Kept. Accounts, vendors and earlier bills are copied now."))


@login_required
@require_POST
def choose_fields(request: Request, code: str) -> HttpResponse:
    """Step 4: the fields of vendors and bills, and the calls a day."""
    found = _of(administered(request.user, code))
    form = FieldsForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, str(first_problem(form)), fields_form=form)
    by = request.user.get_username()
    renumbered = form.cleaned_data["vat_field"] != found.vat_field
    connecting.choose_fields(found, **form.cleaned_data, by=by)
    if renumbered and found.zoho_organization_id:
        _copy_everything(found, by)
        return _done(request, found, _("Kept. The vendors are copied again with their numbers."))
    return _done(request, found, _("Kept."))


@login_required
@require_POST
def look(request: Request, code: str) -> HttpResponse:
    """Try it: every permission, and the fields of real vendors and bills."""
    found = _of(administered(request.user, code))
    failure = looking.look(
        found, by=request.user.get_username(), vendor=request.POST.get("vendor", "").strip()
    )
    if failure is not None:
        return _refused(request, found, str(failure))
    return _done(request, found, _("Zoho Books answers."))


@login_required
@require_POST
def refresh(request: Request, code: str) -> HttpResponse:
    """Copy accounts, taxes, locations and vendors now."""
    found = _of(administered(request.user, code))
    reference.ask_for_refresh(found.organization, by=request.user.get_username())
    doorbell.ring_for_reference(found.organization_id)
    return _done(request, found, _("Asked. A worker copies it now."))


@login_required
@require_POST
def copy_history(request: Request, code: str) -> HttpResponse:
    """Copy earlier vendors and bills again from the start; nothing is doubled."""
    found = _of(administered(request.user, code))
    history.start(found.organization, by=request.user.get_username())
    doorbell.ring_for_history(found.organization_id)
    return _done(request, found, _("Asked. A worker copies it whenever there are calls to spare."))


def _of(organization: Organization) -> Connection:
    return connecting.connection_of(organization.pk)


def _copy_everything(found: Connection, by: str) -> None:
    reference.ask_for_refresh(found.organization, by=by)
    history.start(found.organization, by=by)
    doorbell.ring_for_reference(found.organization_id)
    doorbell.ring_for_history(found.organization_id)


def _redirect_uri(request: Request) -> str:
    return request.build_absolute_uri(reverse("connection_consented"))


def _exchanged(request: Request, found: Connection, **values: str) -> HttpResponse:
    by = request.user.get_username()
    try:
        connecting.exchange(found, by=by, **values)
    except StepRefused as refusal:
        return _refused(request, found, str(refusal))
    failure = looking.look(found, by=by)
    if failure is not None:
        return _refused(request, found, str(failure))
    return _done(request, found, _("Connected."))


def _done(request: Request, found: Connection, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("connection", args=[found.organization.code]), status=303)


def _refused(request: Request, found: Connection, problem: str, **forms: Any) -> HttpResponse:
    return render(
        request, TEMPLATE, {**_context(request, found), "problem": problem, **forms}, status=422
    )


def _context(request: Request, found: Connection) -> dict[str, Any]:
    copies = {row.kind: row for row in ZohoCopy.objects.for_organization(found.organization_id)}
    seen = found.seen
    mine = next(
        (row for row in seen.get("organizations", ()) if row["id"] == found.zoho_organization_id),
        None,
    )
    on_bills = {row["name"] for row in seen.get("bill_fields", ())}
    return {
        "organization": found.organization,
        "connection": found,
        "seen": seen,
        "mine": mine,
        "other_currency": mine and mine["currency"] not in ("", found.organization.currency),
        "has_secret": bool(found.client_secret_encrypted),
        "has_access": bool(found.refresh_token_encrypted),
        "writes": looking.write_permissions(found),
        "missing_writes": [
            scope for scope, given in looking.write_permissions(found) if given is False
        ],
        "document_field_seen": bool(found.document_field) and found.document_field in on_bills,
        "client_form": ClientForm.of(found),
        "code_form": CodeForm(),
        "fields_form": FieldsForm.of(found),
        "redirect_uri": _redirect_uri(request),
        "scopes": ",".join(SCOPES),
        "reference_copy": copies.get(CopyKind.REFERENCE),
        "history_copy": copies.get(CopyKind.HISTORY),
        "copying": any(row.state != CopyState.DONE for row in copies.values()),
        "steps": history.STEPS,
    }
