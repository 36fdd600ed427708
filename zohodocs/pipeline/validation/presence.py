"""Is everything there that a bill needs, and was it read surely?"""

from __future__ import annotations

from zohodocs.domain.case import Case
from zohodocs.domain.verdicts import Finding
from zohodocs.pipeline.findings import ask, blocking

_REQUIRED = {
    "invoice": ("supplier_name", "invoice_number", "issue_date", "currency", "gross_total"),
    "credit_note": ("supplier_name", "invoice_number", "issue_date", "currency", "gross_total"),
    "receipt": ("supplier_name", "issue_date", "currency", "gross_total"),
}
# Not required, but what they say reaches Zoho: if printed, they must have been read surely.
_POSTED_IF_PRINTED = ("document_type", "supplier_tax_id", "net_total", "tax_total")
_LABELS = {
    "document_type": "type of document",
    "supplier_name": "vendor",
    "supplier_tax_id": "vendor's VAT number",
    "invoice_number": "invoice number",
    "issue_date": "issue date",
    "currency": "currency",
    "gross_total": "total amount",
    "net_total": "net amount",
    "tax_total": "tax amount",
}


def required_fields(document_type: str) -> tuple[str, ...]:
    """What a document of this type cannot be posted without."""
    return _REQUIRED.get(document_type, ())


def confident(case: Case, field: str) -> bool:
    """Whether the value clears the policy's bar; a value nobody vouches for does not."""
    return case.invoice.confidence.get(field, 0.0) >= case.policy.min_confidence


def findings(case: Case) -> list[Finding]:
    """`missing_<field>` for what is not there, `unsure_<field>` for what was read doubtfully."""
    required = required_fields(case.invoice.document_type)
    found = [
        blocking(
            f"missing_{field}",
            "The {label} is missing. Find it on the page and fill it in.",
            field=field,
            label=_LABELS[field],
        )
        for field in required
        if _missing(case, field)
    ]
    found += [
        ask(
            f"unsure_{field}",
            "The {label} was read with doubt. Compare it with the page.",
            field=field,
            label=_LABELS[field],
        )
        for field in (*required, *_POSTED_IF_PRINTED)
        if not _missing(case, field) and not confident(case, field)
    ]
    return found


def _missing(case: Case, field: str) -> bool:
    value = getattr(case.invoice, field)
    # Never by truth value: an amount of 0 is there.
    return value is None or value == ""
