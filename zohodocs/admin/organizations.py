"""Our companies, their policies and their Zoho connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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

from .base import BY_ORGANIZATION, ReadOnlyAdmin, ScopedAdmin, administered


class MembershipInline(TabularInline):
    """Who works for the company."""

    model = Membership
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """One of our companies."""

    list_display = ("name", "code", "country", "currency", "lock_date", "zoho_books")
    search_fields = ("name", "code")
    inlines = (MembershipInline,)
    list_columns: ClassVar[Mapping[str, Any]] = {
        "other_names": _("Further names on paper, one a line."),
        "vat_numbers": _("One a line, with the country's prefix."),
        "excluded_contacts": _("Names that are never saved as a vendor, one a line."),
    }

    @admin.display(description=_("Zoho Books"))
    def zoho_books(self, organization: Organization) -> SafeString:
        """The page that leads into it."""
        return guide_to(organization)

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
        "spot_check_percent",
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


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """The way into Zoho Books, to look at; the page that leads through it is where it changes."""

    list_display = (
        "organization",
        "guide",
        "zoho_organization_id",
        "state",
        "last_error",
        "last_error_at",
    )
    fields = (
        "organization",
        "guide",
        "accounts_url",
        "books_url",
        "zoho_organization_id",
        "vat_field",
        "document_field",
        "daily_limit",
        "state",
        "last_error",
        "last_error_at",
        "reference_refreshed_at",
    )
    readonly_fields = ("guide", "state", "last_error", "last_error_at", "reference_refreshed_at")

    @admin.display(description=_("step by step"))
    def guide(self, connection: Connection) -> SafeString | str:
        """The page that leads through it."""
        if not connection.pk:
            return ""
        return guide_to(connection.organization)


def guide_to(organization: Organization) -> SafeString:
    """A link to the page that leads an organisation into Zoho Books."""
    address = reverse("connection", args=[organization.code])
    return format_html('<a href="{}">{}</a>', address, _("Set up or connect again"))
