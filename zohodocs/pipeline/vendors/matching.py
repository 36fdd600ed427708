"""The vendor stage."""

from __future__ import annotations

from dataclasses import replace

from zohodocs.domain.case import Case, Ports
from zohodocs.domain.countries import supplier_country
from zohodocs.domain.invoice import POSTING_TYPES
from zohodocs.domain.names import fold_name
from zohodocs.domain.verdicts import Finding, VendorMatch, VendorOutcome
from zohodocs.pipeline.findings import ask, note, with_findings

from .bank_details import bank_findings
from .scoring import BY_PERSON, BY_TAX_ID, ranked
from .settling import settle

_NAME_DOUBTS = ("unsure_supplier_name", "missing_supplier_name")


def match(case: Case, ports: Ports) -> Case:
    """Settle the vendor; papers that are never posted keep the match without its findings."""
    country = supplier_country(case.invoice)
    scored = ranked(case, ports, country.country)
    answer, findings = settle(case, scored, country)
    # Without a vendor to compare with, the account is looked at once one is chosen.
    if answer.vendor_id is not None or answer.outcome is VendorOutcome.CREATE:
        vendor = next((s.vendor for s in scored if s.vendor.id == answer.vendor_id), None)
        findings += bank_findings(case.invoice.iban, vendor, ports.vendors.by_iban)
    if ports.vendors.unverified():
        findings.append(_unverified(answer))
    if _vouched_for(case, answer):
        case = replace(case, findings=tuple(f for f in case.findings if f.code not in _NAME_DOUBTS))
    posted = case.invoice.document_type in POSTING_TYPES
    return with_findings(replace(case, vendor=answer), findings if posted else [])


def _vouched_for(case: Case, answer: VendorMatch) -> bool:
    """Whether the vendor found bears the very name that was read with doubt, or none was read."""
    found_by_number = answer.vendor_id is not None and answer.how == BY_TAX_ID
    printed = fold_name(case.invoice.supplier_name)
    return found_by_number and printed in ("", fold_name(answer.name))


def _unverified(answer: VendorMatch) -> Finding:
    sentence = "Zoho Books could not be asked in time; only vendors known here were compared. "
    if answer.outcome is VendorOutcome.USE and answer.how in (BY_TAX_ID, BY_PERSON):
        return note("vendor_unverified", sentence + "It is looked up again before posting.")
    return ask("vendor_unverified", sentence + "Look the vendor up before you approve.")
