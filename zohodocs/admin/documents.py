"""Documents with their history, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from zohodocs.models import Arrival, AuditEvent, Document, FieldValue, Finding, Posting

from .base import BY_ORGANIZATION, ReadOnlyAdmin


class LookInline(TabularInline):
    """Rows beside a document, to look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """Never."""
        return False


class FieldValueInline(LookInline):
    """Present values."""

    model = FieldValue
    fields = ("name", "value", "confidence", "source", "page")


class FindingInline(LookInline):
    """What the checks found."""

    model = Finding
    fields = ("code", "message", "field", "blocks")


class EventInline(LookInline):
    """The history."""

    model = AuditEvent
    fields = ("sequence", "at", "actor", "verb", "data")
    ordering = ("sequence",)


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """One document and everything that happened to it."""

    list_display = (
        "filename",
        "state",
        "vendor_name",
        "invoice_number",
        "gross_total",
        "currency",
        "received_at",
        "organization",
    )
    list_filter = ("state", BY_ORGANIZATION, "channel", "document_type")
    search_fields = ("filename", "vendor_name", "invoice_number", "code")
    ordering = ("-received_at",)
    exclude = ("original",)
    inlines = (FieldValueInline, FindingInline, EventInline)
    show_full_result_count = False


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    """Every file that was handed in."""

    list_display = (
        "filename",
        "channel",
        "result",
        "refusal_code",
        "size",
        "arrived_at",
        "organization",
    )
    list_filter = ("result", "channel", BY_ORGANIZATION, "refusal_code")
    search_fields = ("filename", "sha256")
    ordering = ("-arrived_at",)
    exclude = ("quarantined",)
    show_full_result_count = False


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    """What was sent to Zoho."""

    list_display = ("document", "kind", "state", "bill_link", "attempts", "error_message")
    list_filter = ("state", "kind", BY_ORGANIZATION)
    search_fields = ("bill_id", "document__filename", "document__invoice_number")

    @admin.display(description="bill")
    def bill_link(self, posting: Posting) -> SafeString | str:
        """The bill in Zoho."""
        if not posting.bill_url:
            return posting.bill_id
        return format_html('<a href="{}">{}</a>', posting.bill_url, posting.bill_id)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The audit trail."""

    list_display = ("at", "actor", "verb", "document", "organization")
    list_filter = ("verb", BY_ORGANIZATION)
    search_fields = ("actor", "verb", "chain")
    ordering = ("-at",)
    show_full_result_count = False
