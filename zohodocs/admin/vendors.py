"""Vendors, the chart of accounts, taxes and rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from zohodocs.models import Account, Location, Rule, Tax, Vendor, VendorAlias, VendorBankAccount

from .base import BY_ORGANIZATION, ReadOnlyAdmin, ScopedAdmin


class AliasInline(TabularInline):
    """Other names on paper."""

    model = VendorAlias
    fields = ("name",)
    extra = 0


class BankAccountInline(TabularInline):
    """Known bank accounts; they are added by approved documents, not by hand."""

    model = VendorBankAccount
    fields = ("iban", "first_seen_at", "approved_by")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(Vendor)
class VendorAdmin(ScopedAdmin):
    """A supplier."""

    list_display = ("name", "tax_id", "country", "active", "zoho_contact_id", "organization")
    list_filter = (BY_ORGANIZATION, "active", "country")
    search_fields = ("name", "tax_id", "aliases__name")
    inlines = (AliasInline, BankAccountInline)
    readonly_fields = ("created_at", "checked_at")

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: BaseInlineFormSet[Any, Any, Any],
        change: bool,
    ) -> None:
        """A further name belongs to the company of its vendor, without being asked."""
        for each in formset.forms:
            each.instance.organization = form.instance.organization
        super().save_formset(request, form, formset, change)


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """The chart of accounts is Zoho's; it is only looked at here."""

    list_display = ("number", "name", "type", "active", "organization")
    list_filter = (BY_ORGANIZATION, "active", "type")
    search_fields = ("name", "number")


@admin.register(Location)
class LocationAdmin(ReadOnlyAdmin):
    """Zoho's places of business, to look at."""

    list_display = ("name", "primary", "active", "organization")
    list_filter = (BY_ORGANIZATION, "active")
    search_fields = ("name",)


@admin.register(Tax)
class TaxAdmin(ScopedAdmin):
    """Zoho's taxes; the category says which of those with one rate is meant."""

    list_display = ("name", "rate", "category", "active", "organization")
    list_filter = (BY_ORGANIZATION, "category")
    readonly_fields = ("organization", "zoho_tax_id", "name", "rate", "active")


@admin.register(Rule)
class RuleAdmin(ScopedAdmin):
    """An ordered rule."""

    list_display = ("position", "name", "account", "active", "organization")
    list_display_links = ("name",)
    list_filter = (BY_ORGANIZATION, "active")
    search_fields = ("name", "vendor_name", "line_text")
    list_columns: ClassVar[Mapping[str, Any]] = {
        "keywords": _("One a line; any of them, matched as whole words.")
    }
    ordering = ("organization", "position")
