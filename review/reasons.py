"""Why documents wait, as short words for filters and lists. The whole sentence is the finding's."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zohodocs.web.labels import FIELD_LABELS, field_label

_LABELS = {
    "approval_needed": gettext_lazy("Approval needed"),
    "credit_note_by_hand": gettext_lazy("Credit note"),
    "receipt_by_hand": gettext_lazy("Receipt"),
    "rule_always_review": gettext_lazy("A rule asks for a look"),
    "above_limit": gettext_lazy("Above the limit"),
    "limit_other_currency": gettext_lazy("Limit in another currency"),
    "not_ours": gettext_lazy("Not addressed to us"),
    "other_company": gettext_lazy("Another of our companies"),
    "outgoing": gettext_lazy("Our own sales invoice"),
    "internal": gettext_lazy("Between our companies"),
    "company_unsure": gettext_lazy("Which company?"),
    "needs_ocr": gettext_lazy("Scan without text"),
    "vendor_new": gettext_lazy("New vendor"),
    "vendor_unknown": gettext_lazy("Vendor unknown"),
    "vendor_ambiguous": gettext_lazy("Several vendors fit"),
    "vendor_conflict": gettext_lazy("VAT number differs"),
    "vendor_by_likeness": gettext_lazy("Vendor only similar"),
    "vendor_tax_id_missing": gettext_lazy("Vendor without VAT number"),
    "vendor_unverified": gettext_lazy("Vendor not checked in Zoho"),
    "supplier_excluded": gettext_lazy("On the list of no vendors"),
    "account_unsure": gettext_lazy("Account unsure"),
    "duplicate_invoice": gettext_lazy("Already here?"),
    "look_alike": gettext_lazy("Looks like another one"),
    "number_used_in_other_year": gettext_lazy("Number used before"),
    "bank_details_first": gettext_lazy("First bank account"),
    "bank_details_new": gettext_lazy("New bank account"),
    "bank_details_changed": gettext_lazy("Bank account changed"),
    "not_a_posting_document": gettext_lazy("Not an invoice?"),
    "totals_differ": gettext_lazy("Sums do not fit"),
    "lines_differ": gettext_lazy("Lines do not add up"),
    "tax_differs": gettext_lazy("Tax does not fit"),
    "tax_table_differs": gettext_lazy("Tax does not fit"),
    "tax_unknown": gettext_lazy("Tax rate unknown"),
    "tax_rate_missing": gettext_lazy("Tax rate missing"),
    "tax_ambiguous": gettext_lazy("Which tax?"),
    "tax_category_unknown": gettext_lazy("Which tax?"),
    "tax_rule_differs": gettext_lazy("Tax differs from the rule"),
    "foreign_tax": gettext_lazy("Foreign tax"),
    "zero_total": gettext_lazy("Total is zero"),
    "negative_total": gettext_lazy("Total below zero"),
    "signs_differ": gettext_lazy("Plus or minus?"),
    "currency_unknown": gettext_lazy("Currency unknown"),
    "date_ambiguous": gettext_lazy("Date: two readings"),
    "date_in_future": gettext_lazy("Date in the future"),
    "date_too_old": gettext_lazy("Date long ago"),
    "due_before_issue": gettext_lazy("Due before its date"),
    "closed_period": gettext_lazy("Closed period"),
    "supplier_tax_id_invalid": gettext_lazy("VAT number is wrong"),
    "buyer_tax_id_invalid": gettext_lazy("Our VAT number is wrong"),
    "iban_invalid": gettext_lazy("Bank account is wrong"),
    "page_needs_ocr": gettext_lazy("Scan without text"),
    "page_partly_read": gettext_lazy("Only partly read"),
    "hidden_text": gettext_lazy("Hidden text"),
    "active_content": gettext_lazy("File with active content"),
    "pdf_password": gettext_lazy("Locked PDF"),
    "pdf_damaged": gettext_lazy("Damaged PDF"),
    "pdf_no_pages": gettext_lazy("PDF without pages"),
    "image_damaged": gettext_lazy("Damaged picture"),
    "too_many_pages": gettext_lazy("Too many pages"),
    "einvoice_unreadable": gettext_lazy("E-invoice cannot be read"),
    "xml_page_differs": gettext_lazy("E-invoice and page differ"),
    "xml_several_invoices": gettext_lazy("Several invoices in one file"),
    "differs_in_zoho": gettext_lazy("Differs in Zoho"),
    "gone_in_zoho": gettext_lazy("Deleted in Zoho"),
    "twice_in_zoho": gettext_lazy("Twice in Zoho"),
    "zoho_refused": gettext_lazy("Zoho refused it"),
    "not_connected": gettext_lazy("Zoho is not connected"),
    "four_eyes": gettext_lazy("Two people"),
    "reader_failed": gettext_lazy("Could not be processed"),
    "changed_in_zoho": gettext_lazy("Changed in Zoho"),
    "already_in_zoho": gettext_lazy("Already in Zoho"),
    "expense_already_in_zoho": gettext_lazy("Already in Zoho"),
    "not_as_asked": gettext_lazy("Change not seen in Zoho"),
    "not_possible": gettext_lazy("Change not possible"),
    "ways_differ": gettext_lazy("Two readings differ"),
    "rolled_back": gettext_lazy("Read by a way turned back"),
    "spot_check": gettext_lazy("Spot check"),
    "undone": gettext_lazy("Approval taken back"),
    "taken_back": gettext_lazy("Posting taken back"),
    "reopened": gettext_lazy("Opened again"),
}


def short_reason(code: str) -> str:
    """A few words for a reason's code; empty for one that has none."""
    if code in _LABELS:
        return str(_LABELS[code])
    start, _mark, field = code.partition("_")
    if field in FIELD_LABELS and start == "missing":
        return _("%(field)s missing") % {"field": field_label(field)}
    if field in FIELD_LABELS and start == "unsure":
        return _("%(field)s unsure") % {"field": field_label(field)}
    return str(_LABELS["zoho_refused"]) if start == "zoho" else ""


def reason_label(code: str) -> str:
    """A few words for any code; one that has none is at least readable."""
    return short_reason(code) or code.replace("_", " ").capitalize()
