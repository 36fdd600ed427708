"""Why documents wait, as short words for filters and lists. The whole sentence is the finding's."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zohodocs.web.labels import FIELD_LABELS, field_label

_LABELS = {
    "approval_needed": gettext_lazy("Approval needed"),
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
    "bank_details_new": gettext_lazy("New bank account"),
    "bank_details_changed": gettext_lazy("Bank account changed"),
    "not_a_posting_document": gettext_lazy("Not an invoice?"),
    "totals_differ": gettext_lazy("Sums do not fit"),
    "four_eyes": gettext_lazy("Two people"),
    "reader_failed": gettext_lazy("Could not be processed"),
    "changed_in_zoho": gettext_lazy("Changed in Zoho"),
    "differs_in_zoho": gettext_lazy("Differs in Zoho"),
    "gone_in_zoho": gettext_lazy("Deleted in Zoho"),
    "twice_in_zoho": gettext_lazy("Twice in Zoho"),
    "already_in_zoho": gettext_lazy("Already in Zoho"),
    "number_used_in_other_year": gettext_lazy("Number of another year"),
    "not_as_asked": gettext_lazy("Change not seen in Zoho"),
    "not_possible": gettext_lazy("Change not possible"),
    "undone": gettext_lazy("Approval taken back"),
    "reopened": gettext_lazy("Opened again"),
}


def reason_label(code: str) -> str:
    """A few words for a reason's code, never the code itself."""
    if code in _LABELS:
        return str(_LABELS[code])
    start, _mark, field = code.partition("_")
    if field in FIELD_LABELS and start == "missing":
        return _("%(field)s missing") % {"field": field_label(field)}
    if field in FIELD_LABELS and start == "unsure":
        return _("%(field)s unsure") % {"field": field_label(field)}
    return code.replace("_", " ").capitalize()
