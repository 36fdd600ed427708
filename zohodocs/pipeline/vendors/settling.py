"""What to do about the vendor: use it, create it, add to it, or ask a person."""

from __future__ import annotations

from dataclasses import replace

from zohodocs.domain.case import Case, VendorFacts
from zohodocs.domain.countries import CountryGuess
from zohodocs.domain.identity import normal_iban
from zohodocs.domain.names import fold_name, name_similarity
from zohodocs.domain.verdicts import Finding, VendorMatch, VendorOutcome
from zohodocs.pipeline.findings import ask, blocking, note

from .scoring import (
    BY_EMAIL,
    BY_NAME,
    BY_SIMILAR_NAME,
    BY_TAX_ID,
    Scored,
    chosen_by_person,
    other_number,
    usable,
)

MINIMUM_SCORE = 0.7
_MARGIN = 0.08  # what a similar name must lead by
# Below this a vendor found by VAT number bears quite another name.
_OTHER_NAME = 0.5

Answer = tuple[VendorMatch, list[Finding]]
Candidates = tuple[tuple[str, str, float], ...]
_REASONS = {
    BY_TAX_ID: "The VAT number is the vendor's.",
    BY_NAME: "The name is the vendor's.",
    BY_EMAIL: "The e-mail address is the vendor's.",
    BY_SIMILAR_NAME: "The name is like the vendor's, and like no other's.",
}


def settle(case: Case, scored: list[Scored], country: CountryGuess) -> Answer:
    """The match and what a person should know; a person's own choice stands."""
    chosen = chosen_by_person(case)
    if chosen is None:
        return _settle(case, scored, country)
    vendor = next((s.vendor for s in scored if s.vendor.id == chosen.vendor_id), None)
    return chosen, _unusable(vendor) if vendor else []


def _settle(case: Case, scored: list[Scored], country: CountryGuess) -> Answer:
    candidates = tuple((s.vendor.id, s.vendor.name, round(s.score, 2)) for s in scored[:5])
    if not scored or scored[0].score < MINIMUM_SCORE:
        return _nobody(case, scored, candidates, country)
    best = scored[0]
    rivals = [s for s in scored[1:] if _rivals(best, s)]
    if rivals:
        return _ask_which(case, candidates)
    if best.how == BY_NAME and other_number(case, best.vendor, country.country):
        return _conflict(case, best, candidates)
    if not usable(best.vendor):
        reason = _unusable(best.vendor)
        return _answer(VendorOutcome.ASK, best, reason[0].message, candidates), reason
    return _use(case, best, candidates, country)


def _rivals(best: Scored, other: Scored) -> bool:
    """Whether `other` could as well be meant; an unusable one is no rival to a usable one."""
    if usable(best.vendor) and not usable(other.vendor):
        return False
    if best.how == BY_SIMILAR_NAME:
        return best.score - other.score < _MARGIN
    return other.score == best.score


def _use(
    case: Case,
    best: Scored,
    candidates: Candidates,
    country: CountryGuess,
) -> Answer:
    invoice, vendor = case.invoice, best.vendor
    proposal: dict[str, tuple[str, str]] = {}
    findings: list[Finding] = []
    outcome = VendorOutcome.USE
    if country.country and not vendor.country:
        proposal["country"] = ("", country.country)
    if invoice.iban and not vendor.ibans and not vendor.last_iban:
        outcome = VendorOutcome.ADD_DETAILS
        proposal["iban"] = ("", normal_iban(invoice.iban))
    if invoice.supplier_tax_id and not vendor.tax_id:
        outcome = VendorOutcome.ADD_TAX_ID
        proposal["tax_id"] = ("", invoice.supplier_tax_id)
        findings.append(
            ask(
                "vendor_tax_id_missing",
                "{vendor} has no VAT number in Zoho Books; the paper prints {number}. "
                "If it is the same vendor, add it.",
                field="supplier_tax_id",
                vendor=vendor.name,
                number=invoice.supplier_tax_id,
            )
        )
    if best.how in (BY_SIMILAR_NAME, BY_EMAIL):
        findings.append(
            ask(
                "vendor_by_likeness",
                "The paper says {printed}; the nearest vendor is {vendor}. "
                "Confirm that they are one, or choose another.",
                field="supplier_name",
                printed=invoice.supplier_name,
                vendor=vendor.name,
            )
        )
    elif _bears_another_name(case, vendor):
        findings.append(
            note(
                "vendor_name_differs",
                "The VAT number is that of {vendor}, the paper says {printed}.",
                field="supplier_name",
                vendor=vendor.name,
                printed=invoice.supplier_name,
            )
        )
    answer = _answer(outcome, best, _REASONS[best.how], candidates)
    return replace(answer, proposal=proposal), findings


def _nobody(
    case: Case,
    scored: list[Scored],
    candidates: Candidates,
    country: CountryGuess,
) -> Answer:
    invoice = case.invoice
    if not invoice.supplier_name:
        finding = blocking(
            "vendor_unknown",
            "The vendor was not read. Fill in its name or VAT number, or choose one.",
            field="supplier_name",
        )
        return VendorMatch(VendorOutcome.ASK, finding.message, candidates=candidates), [finding]
    if _excluded(case):
        finding = blocking(
            "supplier_excluded",
            "{name} is on this company's list of those who are never saved as a vendor. "
            "Correct the vendor.",
            field="supplier_name",
            name=invoice.supplier_name,
        )
        return VendorMatch(VendorOutcome.ASK, finding.message, candidates=candidates), [finding]
    if scored:
        return _ask_which(case, candidates)
    proposal = {
        "name": ("", invoice.supplier_name),
        "tax_id": ("", invoice.supplier_tax_id),
        "country": ("", country.country),
        "iban": ("", normal_iban(invoice.iban)),
    }
    finding = ask(
        "vendor_new",
        "{name} is not a vendor yet. Check its details, then have it created.",
        field="supplier_name",
        name=invoice.supplier_name,
        country=country.country,
        evidence=", ".join(f"{witness} {where}" for witness, where in country.evidence.items()),
    )
    match = VendorMatch(
        VendorOutcome.CREATE,
        finding.message,
        name=invoice.supplier_name,
        proposal={name: change for name, change in proposal.items() if change[1]},
    )
    return match, [finding]


def _ask_which(case: Case, candidates: Candidates) -> Answer:
    finding = blocking(
        "vendor_ambiguous",
        "{printed} may be one of several vendors: {names}. Choose the right one, "
        "or have a new one created.",
        field="supplier_name",
        printed=case.invoice.supplier_name or case.invoice.supplier_tax_id,
        names=", ".join(name for _, name, _ in candidates),
    )
    return VendorMatch(VendorOutcome.ASK, finding.message, candidates=candidates), [finding]


def _conflict(case: Case, best: Scored, candidates: Candidates) -> Answer:
    finding = blocking(
        "vendor_conflict",
        "{vendor} has the VAT number {known} in Zoho Books, the paper prints {printed}. "
        "Look at the contact in Zoho Books, then choose it or have a second one created.",
        field="supplier_tax_id",
        overrulable=True,
        vendor=best.vendor.name,
        known=best.vendor.tax_id,
        printed=case.invoice.supplier_tax_id,
    )
    answer = _answer(VendorOutcome.CONFLICT, best, finding.message, candidates)
    change = (best.vendor.tax_id, case.invoice.supplier_tax_id)
    return replace(answer, proposal={"tax_id": change}), [finding]


def _unusable(vendor: VendorFacts) -> list[Finding]:
    if usable(vendor):
        return []
    code, sentence = (
        (
            "vendor_is_customer",
            "{name} is a customer in Zoho Books, so no bill can be booked on it. "
            "Make it a vendor there, or choose another.",
        )
        if vendor.is_customer
        else (
            "vendor_inactive",
            "{name} is inactive in Zoho Books. Activate it there, or choose another.",
        )
    )
    return [blocking(code, sentence, field="supplier_name", name=vendor.name)]


def _bears_another_name(case: Case, vendor: VendorFacts) -> bool:
    printed = case.invoice.supplier_name
    names = (vendor.name, *vendor.aliases)
    return bool(printed) and all(name_similarity(name, printed) < _OTHER_NAME for name in names)


def _excluded(case: Case) -> bool:
    invoice = case.invoice
    excluded = {fold_name(entry) for entry in case.organization.excluded_contacts} - {""}
    return not excluded.isdisjoint(
        {fold_name(invoice.supplier_name), fold_name(invoice.supplier_address)}
    )


def _answer(
    outcome: VendorOutcome,
    best: Scored,
    reason: str,
    candidates: Candidates,
) -> VendorMatch:
    return VendorMatch(
        outcome=outcome,
        reason=reason,
        vendor_id=best.vendor.id,
        name=best.vendor.name,
        score=best.score,
        how=best.how,
        candidates=candidates,
    )
