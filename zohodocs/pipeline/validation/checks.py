"""The validation stage: every check, in the order a bookkeeper reads them."""

from __future__ import annotations

from zohodocs.domain.case import Case, Ports
from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.domain.verdicts import Finding
from zohodocs.pipeline.findings import blocking, note, with_findings

from . import amounts, dates, identifiers, presence, tax


def check(case: Case, ports: Ports) -> Case:
    """Add what the checks found; a paper that is never posted needs no more than its type."""
    findings: list[Finding] = []
    if case.invoice.document_type not in POSTING_TYPES:
        findings += _not_a_posting_document(case)
    else:
        findings += presence.findings(case)
        findings += amounts.findings(case)
        findings += tax.findings(case, ports.accounts.taxes())
        findings += dates.findings(case)
        findings += identifiers.findings(case)
    return with_findings(case, findings)


def _not_a_posting_document(case: Case) -> list[Finding]:
    kind = case.invoice.document_type.replace("other", "not an invoice")
    if presence.confident(case, "document_type"):
        return [
            note(
                "not_a_posting_document",
                "This is {kind}: it is kept and never becomes a bill.",
                field="document_type",
                kind=f"a {kind}" if kind == "proforma" else kind,
            )
        ]
    return [
        blocking(
            "not_a_posting_document",
            "This does not look like an invoice, receipt or credit note. "
            "File it, or correct its type.",
            field="document_type",
        )
    ]
