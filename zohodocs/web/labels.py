"""What fields, engines and codes are called in front of people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELD_LABELS: dict[str, Promise] = {
    "supplier_name": _("Vendor on paper"),
    "supplier_tax_id": _("VAT number"),
    "supplier_address": _("Vendor address"),
    "supplier_country": _("Vendor country"),
    "buyer_name": _("Our company"),
    "buyer_tax_id": _("Our VAT number"),
    "buyer_address": _("Our address"),
    "buyer_country": _("Our country"),
    "invoice_number": _("Invoice number"),
    "issue_date": _("Invoice date"),
    "due_date": _("Due date"),
    "delivery_date": _("Delivery date"),
    "currency": _("Currency"),
    "net_total": _("Net"),
    "tax_total": _("Tax"),
    "gross_total": _("Total"),
    "amount_due": _("To pay"),
    "iban": _("Bank account"),
    "payment_terms": _("Payment terms"),
    "document_type": _("Kind of paper"),
    "vendor": _("Vendor"),
    "account": _("Account"),
    "line_items": _("Lines"),
    "tax_lines": _("Tax lines"),
}

DOCUMENT_TYPE_LABELS: dict[str, Promise] = {
    "invoice": _("Invoice"),
    "receipt": _("Receipt"),
    "credit_note": _("Credit note"),
    "proforma": _("Proforma"),
    "other": _("Other paper"),
}

CHANNEL_LABELS: dict[str, Promise] = {
    "web": _("uploaded"),
    "command": _("command line"),
    "mail": _("mail"),
    "telegram": _("chat"),
    "api": _("interface"),
    "desk": _("pages arranged anew"),
}

SOURCE_LABELS: dict[str, Promise] = {
    "human": _("by a person"),
    "einvoice": _("e-invoice"),
    "rules": _("read from the page"),
    "ml": _("learnt model"),
    "llm": _("language model"),
}

HOW_LABELS: dict[str, Promise] = {
    "human": _("by a person"),
    "rule": _("by rule"),
    "history": _("vendor history"),
    "keyword": _("by keyword"),
    "only": _("the only one"),
    "model": _("learnt"),
}

CALL_OUTCOME_LABELS: dict[str, Promise] = {
    "ok": _("done"),
    "breaker_open": _("not sent: Zoho keeps failing"),
    "over_budget": _("not sent: no calls left"),
    "not_sent": _("not sent: no connection"),
    "ambiguous": _("no answer: it may have been done"),
    "unavailable": _("no usable answer"),
    "throttled": _("too many calls"),
    "auth_failed": _("access refused"),
    "duplicate": _("number or id is taken"),
    "not_found": _("not there"),
    "refused": _("refused"),
    "failed": _("failed"),
}


def call_outcome_label(outcome: str) -> str:
    """What came of a call to Zoho, in a word or two."""
    return str(CALL_OUTCOME_LABELS.get(outcome) or outcome.replace("_", " "))


def field_label(name: str) -> str:
    """The field's name in words; an unknown one is at least readable."""
    return str(FIELD_LABELS.get(name) or name.replace("_", " ").capitalize())


def channel_label(channel: str) -> str:
    """How a document came, in a word."""
    return str(CHANNEL_LABELS.get(channel) or channel.replace("_", " "))


def source_label(source: str) -> str:
    """Who says so, in a word."""
    return str(SOURCE_LABELS.get(source) or source)
