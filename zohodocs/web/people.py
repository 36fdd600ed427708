"""Who works for a company: invite, give a link, change nothing behind anybody's back, let go."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zohodocs.access import administered
from zohodocs.models import Membership, Organization, Role
from zohodocs.operations import people
from zohodocs.web.htmx import Request


class Invitation(forms.Form):
    """Who, and what they may do."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("E-mail address (optional)"), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("What they may do"), choices=Role.choices, initial=Role.REVIEWER
    )


@login_required
@require_safe
@never_cache
def list_people(request: Request, code: str) -> HttpResponse:
    """Everybody of the company, and a form for the next one."""
    return _page(request, administered(request.user, code), Invitation())


@login_required
@require_POST
@never_cache
def invite(request: Request, code: str) -> HttpResponse:
    """Make the account; the answer shows the link, once."""
    organization = administered(request.user, code)
    form = Invitation(request.POST)
    if not form.is_valid():
        return _page(request, organization, form, status=422)
    data = form.cleaned_data
    try:
        user = people.invite(
            organization,
            username=data["username"],
            email=data["email"],
            role=Role(data["role"]),
            by=request.user,
        )
        link = ""
        if not user.has_usable_password():
            link = people.password_link(user, by=request.user, organization=organization)
    except people.Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, organization, form, status=422)
    return _page(request, organization, Invitation(), linked=user, link=link)


@login_required
@require_POST
@never_cache
def link(request: Request, code: str, person: int) -> HttpResponse:
    """A new link with which this person sets a password."""
    organization, user = _found(request, code, person)
    try:
        path = people.password_link(user, by=request.user, organization=organization)
    except people.Refused as refusal:
        return _refused(request, organization, refusal)
    return _page(request, organization, Invitation(), linked=user, link=path)


@login_required
@require_POST
def forget_factors(request: Request, code: str, person: int) -> HttpResponse:
    """Phone and codes are lost: have the second factor set up anew."""
    organization, user = _found(request, code, person)
    try:
        people.forget_factors(user, by=request.user, organization=organization)
    except people.Refused as refusal:
        return _refused(request, organization, refusal)
    messages.success(request, _("%(name)s sets up a second factor anew.") % {"name": user})
    return redirect("people", organization.code)


@login_required
@require_POST
def leave(request: Request, code: str, person: int) -> HttpResponse:
    """This person no longer works here."""
    organization, user = _found(request, code, person)
    try:
        people.leave(organization, user, by=request.user)
    except people.Refused as refusal:
        return _refused(request, organization, refusal)
    messages.success(request, _("%(name)s no longer works here.") % {"name": user})
    return redirect("people", organization.code)


def _found(request: Request, code: str, person: int) -> tuple[Organization, User]:
    organization = administered(request.user, code)
    row = Membership.objects.filter(organization=organization, user_id=person).first()
    if row is None:
        raise Http404
    return organization, row.user


def _refused(request: Request, organization: Organization, why: Exception) -> HttpResponse:
    messages.error(request, str(why))
    return redirect("people", organization.code)


def _page(
    request: Request,
    organization: Organization,
    form: Invitation,
    *,
    status: int = 200,
    linked: User | None = None,
    link: str = "",
) -> HttpResponse:
    members = list(
        Membership.objects.filter(organization=organization)
        .select_related("user")
        .order_by("user__username")
    )
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    ids = [member.user_id for member in members]
    with_factor = set(
        Authenticator.objects.filter(user__in=ids, type__in=kinds).values_list("user", flat=True)
    )
    address = request.build_absolute_uri(link) if link else ""
    context: dict[str, Any] = {
        "organization": organization,
        "form": form,
        "members": [(member, member.user_id in with_factor) for member in members],
        "linked": linked,
        "link": address,
        "mail": _mail_to(linked, address) if linked and linked.email and address else "",
    }
    return render(request, "web/people.html", context, status=status)


def _mail_to(user: User, address: str) -> str:
    """A link that opens the admin's own mail program with the words written."""
    subject = quote(_("Your account in ZohoDocs"))
    body = quote(
        _("Set a password here within three days: %(link)s\nYour user name is %(name)s.")
        % {"link": address, "name": user.get_username()}
    )
    return f"mailto:{quote(user.email)}?subject={subject}&body={body}"
