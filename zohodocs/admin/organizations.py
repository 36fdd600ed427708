"""Our companies, their policies and their Zoho connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from zohodocs.models import Connection, Membership, Organization, Policy

from .base import BY_ORGANIZATION, ScopedAdmin, administered


class MembershipInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """Who works for the company."""

    model = Membership
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """One of our companies."""

    list_display = ("name", "code", "country", "currency", "lock_date")
    search_fields = ("name", "code")
    inlines = (MembershipInline,)
    list_columns: ClassVar[Mapping[str, Any]] = {
        "other_names": _("Further names on paper, one a line."),
        "vat_numbers": _("One a line, with the country's prefix."),
        "excluded_contacts": _("Names that are never saved as a vendor, one a line."),
    }

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Its documents and their history stay."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        """One's own companies."""
        return administered(request)


@admin.register(Policy)
class PolicyAdmin(ScopedAdmin):
    """Thresholds: a change is a new version, so that old decisions stay explainable."""

    list_display = (
        "organization",
        "version",
        "auto_approve_up_to",
        "min_confidence",
        "four_eyes_above",
        "hold_seconds",
        "created_at",
        "created_by",
    )
    list_filter = (BY_ORGANIZATION,)
    ordering = ("organization", "-version")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A stored version is fixed; add a new one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Decisions point at it."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version starts from the present one of the first organisation."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        organization = administered(request).first()
        if organization is not None:
            present = Policy.current(organization)
            initial |= {
                field.name: getattr(present, field.attname)
                for field in Policy._meta.fields
                if field.editable and not field.primary_key
            }
        return initial

    def save_model(
        self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool
    ) -> None:
        """Keep who made this version."""
        if isinstance(obj, Policy):
            obj.created_by = request.user.get_username()
        super().save_model(request, obj, form, change)


class ConnectionForm(forms.ModelForm[Connection]):
    """The connection with its secrets, which go in and never come out."""

    client_secret = forms.CharField(
        label=_("Client secret"),
        widget=forms.PasswordInput(render_value=False),
        required=False,
        help_text=_("Leave empty to keep the present one."),
    )
    refresh_token = forms.CharField(
        label=_("Refresh token"),
        widget=forms.PasswordInput(render_value=False),
        required=False,
        help_text=_("Leave empty to keep the present one."),
    )

    class Meta:
        model = Connection
        fields = (
            "organization",
            "accounts_url",
            "books_url",
            "zoho_organization_id",
            "client_id",
            "vat_field",
            "document_field",
            "daily_limit",
        )

    def clean(self) -> dict[str, Any]:
        """Stored secrets are never sent to a host that was named after them."""
        cleaned = super().clean() or {}
        moved = {"accounts_url", "books_url"} & set(self.changed_data)
        if self.instance.pk and moved:
            for name in ("client_secret", "refresh_token"):
                if getattr(self.instance, f"{name}_encrypted") and not cleaned.get(name):
                    self.add_error(name, _("The address changed: enter this anew."))
        return cleaned

    def save(self, commit: bool = True) -> Connection:
        """Keep the secrets encrypted."""
        from zohodocs import clients

        connection = super().save(commit=False)
        for name in ("client_secret", "refresh_token"):
            if value := self.cleaned_data.get(name):
                setattr(connection, f"{name}_encrypted", clients.encrypt(value))
        if commit:
            connection.save()
        return connection


@admin.register(Connection)
class ConnectionAdmin(ScopedAdmin):
    """The way into Zoho Books."""

    form = ConnectionForm
    list_display = (
        "organization",
        "guide",
        "zoho_organization_id",
        "state",
        "last_error",
        "last_error_at",
    )
    readonly_fields = ("guide", "state", "last_error", "last_error_at", "reference_refreshed_at")

    @admin.display(description=_("step by step"))
    def guide(self, connection: Connection) -> SafeString | str:
        """The page that leads through it."""
        if not connection.pk:
            return ""
        address = reverse("connection", args=[connection.organization.code])
        return format_html('<a href="{}">{}</a>', address, _("Set up or connect again"))
