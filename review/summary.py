"""What will be posted if this is approved now, in the words of the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zohodocs.domain.verdicts import VendorOutcome
from zohodocs.models import Document, FieldValue
from zohodocs.web.formats import day, money
from zohodocs.web.labels import field_label


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the summary; `warn`: this is missing or new."""

    label: str
    value: str
    warn: bool = False


def of(document: Document, values: Mapping[str, FieldValue]) -> list[Row]:
    """The record Zoho Books would get."""

    def value(name: str) -> str:
        row = values.get(name)
        return row.value if row else ""

    missing = _("missing")
    currency = document.currency
    new = document.vendor_match.get("outcome") == VendorOutcome.CREATE
    vendor = document.vendor.name if document.vendor else document.vendor_name
    account = str(document.account) if document.account else ""
    rows = [
        Row(_("Becomes"), _becomes(document.document_type)),
        Row(_("Vendor"), _("%s (new)") % vendor if vendor and new else vendor or missing, new),
        Row(_("Number"), document.invoice_number or missing, not document.invoice_number),
        Row(_("Date"), day(document.issue_date) or missing, document.issue_date is None),
        Row(_("Due"), day(document.due_date) or _("by the vendor's terms")),
        Row(_("Account"), account or missing, not account),
        Row(_("Net"), money(value("net_total"), currency)),
        Row(_("Tax"), money(value("tax_total"), currency)),
        Row(
            _("Total"),
            money(document.gross_total, currency) or missing,
            document.gross_total is None,
        ),
        Row(_("File"), document.filename),
    ]
    for name, (now, proposed) in document.vendor_match.get("proposal", {}).items():
        if not now and proposed and not new and name != "iban":
            rows.append(
                Row(
                    _("Adds to the vendor"), f"{field_label(_PROPOSED.get(name, name))}: {proposed}"
                )
            )
    return [row for row in rows if row.value]


def _becomes(kind: str) -> str:
    return {
        "invoice": _("a bill"),
        "receipt": _("an expense"),
        "credit_note": _("a vendor credit"),
    }.get(kind, _("nothing: file it"))


# What is proposed for a vendor, as the field of the paper it came from.
_PROPOSED = {
    "tax_id": "supplier_tax_id",
    "country": "supplier_country",
    "address": "supplier_address",
}
