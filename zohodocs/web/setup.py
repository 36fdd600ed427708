"""`/setup/`: from an empty installation to the first bill, one step after the other."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zohodocs.domain.identity import tax_id_country
from zohodocs.models import Account, Flag, FlagMode, Organization, Rule
from zohodocs.operations import companies, first_run
from zohodocs.web.htmx import Request

_CODE = "setup_code"


class AdminForm(UserCreationForm[User]):
    """Who administers this installation."""

    class Meta:
        model = User
        fields = ("username", "email")


class CompanyForm(forms.ModelForm[Organization]):
    """A company that papers are addressed to."""

    vat = forms.CharField(label=gettext_lazy("VAT numbers, by commas"), required=False)

    class Meta:
        model = Organization
        fields = ("name", "code", "country", "time_zone")

    def save(self, commit: bool = True) -> Organization:
        """Country and currency follow from the VAT number where they are not said."""
        organization: Organization = super().save(commit=False)
        numbers = [part.strip() for part in self.cleaned_data["vat"].split(",")]
        organization.vat_numbers = [number for number in numbers if number]
        told = [tax_id_country(number) for number in organization.vat_numbers]
        organization.country = organization.country.upper() or next(filter(None, told), "")
        organization.currency = companies.currency_of(organization.country)
        return organization


class RuleForm(forms.ModelForm[Rule]):
    """Which account bills are booked on; with no vendor it is for all that no other rule names."""

    class Meta:
        model = Rule
        fields = ("vendor_name", "account")

    def __init__(self, organization: Organization, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        accounts = Account.objects.for_organization(organization).filter(active=True)
        account = self.fields["account"]
        assert isinstance(account, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        account.queryset = accounts.order_by("name")
        account.required = True
        self.fields["vendor_name"].label = _("Vendor name (empty: every other bill)")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def setup(request: HttpRequest) -> HttpResponse:
    """The steps. The first admin is made by whoever has the code of the machine, which is sent."""
    if request.method == "POST" and first_run.is_new():
        request.session[_CODE] = request.POST.get("code", "")
        return redirect("setup")
    return _page(request)


@require_POST
@never_cache
def make_admin(request: HttpRequest) -> HttpResponse:
    """Step 1. 404 once somebody administers the installation, or without its code."""
    if not _has_code(request):
        raise Http404
    form = AdminForm(request.POST)
    if not form.is_valid():
        return _page(request, admin_form=form)
    try:
        user = first_run.make_admin(form.save(commit=False))
    except first_run.AlreadySetUp:
        raise Http404 from None
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("setup")


@login_required
@require_POST
@never_cache
def add_company(request: Request) -> HttpResponse:
    """Step 2."""
    _check(request)
    form = CompanyForm(request.POST)
    if form.is_valid():
        try:
            companies.add(form.save(commit=False), by=request.user.get_username())
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        except IntegrityError:  # the same form sent twice at once
            return redirect("setup")
        else:
            return redirect("setup")
    return _page(request, company_form=form)


@login_required
@require_POST
@never_cache
def add_rule(request: Request) -> HttpResponse:
    """Step 4: the first rule; more of them are made in the admin."""
    _check(request)
    progress = first_run.progress()
    organization = progress.organization
    if organization is None:
        raise Http404
    if progress.ruled:  # the same form sent twice
        return redirect("setup")
    form = RuleForm(organization, request.POST)
    if not form.is_valid():
        return _page(request, rule_form=form)
    rule = form.save(commit=False)
    rule.name = rule.vendor_name or _("Everything else")
    first_run.add_rule(rule, organization, by=request.user.get_username())
    return redirect("setup")


def _check(request: HttpRequest) -> None:
    if not request.user.is_superuser:
        raise Http404


def _has_code(request: HttpRequest) -> bool:
    return first_run.opens(request.session.get(_CODE, ""))


def _page(request: HttpRequest, **typed: forms.BaseForm) -> HttpResponse:
    """Where the set-up stands; `typed`: a form that was sent and is to be mended."""
    status = 422 if typed else 200
    context: dict[str, Any]
    if first_run.is_new():
        first_run.code()  # it lies there to be read
        context = {
            "admin_form": typed.get("admin_form", AdminForm()) if _has_code(request) else None,
            "tried": _CODE in request.session,
        }
        return render(request, "web/setup_first.html", context, status=status)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    _check(request)
    progress = first_run.progress()
    organization = progress.organization
    let_in = Flag.objects.exclude(mode=FlagMode.OFF)
    context = {
        "section": "setup",
        "progress": progress,
        "new_ways": sorted(set(let_in.values_list("name", flat=True))),
        "company_form": typed.get("company_form", CompanyForm()),
    }
    if organization is not None:
        accounts = Account.objects.for_organization(organization)
        context["rule_form"] = typed.get("rule_form", RuleForm(organization))
        context["has_accounts"] = accounts.exists()
    return render(request, "web/setup.html", context, status=status)
