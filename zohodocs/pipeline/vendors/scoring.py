"""Which vendors a paper could be from, and how well each one fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zohodocs.domain.case import Case, Ports, VendorFacts
from zohodocs.domain.identity import lookup_keys, normal_iban, same_tax_id
from zohodocs.domain.names import name_similarity
from zohodocs.domain.verdicts import VendorMatch

BY_TAX_ID = "tax_id"
BY_NAME = "name"
BY_EMAIL = "email"
BY_SIMILAR_NAME = "similar_name"
BY_PERSON = "human"
_SCORES = {BY_TAX_ID: 1.0, BY_NAME: 0.95, BY_EMAIL: 0.85}
# A similar name scores 0.6 to 0.9 over this range of likeness.
_LEAST_ALIKE, _LOWEST, _HIGHEST = 0.75, 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Scored:
    """A vendor, how well it fits and by what."""

    vendor: VendorFacts
    score: float
    how: str


def ranked(case: Case, ports: Ports, country: str) -> list[Scored]:
    """Every vendor that fits at all, best first; usable ones first among equals."""
    invoice = case.invoice
    best: dict[str, Scored] = {}
    emails = _emails_on_page(case)
    for vendor in _candidates(case, ports, country):
        scored = _score(case, vendor, country, emails)
        if scored is not None:
            best[vendor.id] = scored
    return sorted(
        best.values(),
        key=lambda s: (
            -s.score,
            not usable(s.vendor),
            -name_similarity(s.vendor.name, invoice.supplier_name),
            s.vendor.id,
        ),
    )


def _candidates(case: Case, ports: Ports, country: str) -> Iterable[VendorFacts]:
    invoice = case.invoice
    # By name first: Zoho may be asked there, and what was read before its answer is read again.
    if invoice.supplier_name:
        yield from ports.vendors.similar(invoice.supplier_name)
    # Domestic papers leave the prefix away: without any country, ours is tried, too.
    keys = lookup_keys(invoice.supplier_tax_id, country or case.organization.country)
    yield from ports.vendors.by_tax_id(sorted(keys))
    if invoice.iban:
        yield from ports.vendors.by_iban(normal_iban(invoice.iban))
    chosen = chosen_by_person(case)
    if chosen is not None:
        yield from ports.vendors.similar(chosen.name)


def _score(case: Case, vendor: VendorFacts, country: str, emails: frozenset[str]) -> Scored | None:
    if _same_number(case, vendor, country):
        return Scored(vendor, _SCORES[BY_TAX_ID], BY_TAX_ID)
    alike = max(
        name_similarity(name, case.invoice.supplier_name) for name in (vendor.name, *vendor.aliases)
    )
    if alike == 1.0:
        return Scored(vendor, _SCORES[BY_NAME], BY_NAME)
    # Another VAT number is another supplier, however alike the names are.
    if not other_number(case, vendor, country):
        if vendor.email and vendor.email.casefold() in emails:
            return Scored(vendor, _SCORES[BY_EMAIL], BY_EMAIL)
        if alike >= _LEAST_ALIKE:
            share = (alike - _LEAST_ALIKE) / (1 - _LEAST_ALIKE)
            return Scored(vendor, _LOWEST + share * (_HIGHEST - _LOWEST), BY_SIMILAR_NAME)
    chosen = chosen_by_person(case)
    return Scored(vendor, 0.0, BY_PERSON) if chosen and chosen.vendor_id == vendor.id else None


def _same_number(case: Case, vendor: VendorFacts, country: str) -> bool:
    return same_tax_id(
        case.invoice.supplier_tax_id, vendor.tax_id, country=country, other_country=vendor.country
    )


def other_number(case: Case, vendor: VendorFacts, country: str) -> bool:
    """Whether paper and vendor both state a VAT number, and not the same one."""
    both = bool(vendor.tax_id and case.invoice.supplier_tax_id)
    return both and not _same_number(case, vendor, country)


def _emails_on_page(case: Case) -> frozenset[str]:
    if case.reading is None:
        return frozenset()
    excluded = {entry.casefold() for entry in case.organization.excluded_contacts}
    return (
        frozenset(
            word.text.strip("<>()[],;:.").casefold()
            for page in case.reading.pages
            for word in page.words
            if "@" in word.text
        )
        - excluded
    )


def usable(vendor: VendorFacts) -> bool:
    """Whether a bill can be booked on it: active, and a vendor."""
    return vendor.active and not vendor.is_customer


def chosen_by_person(case: Case) -> VendorMatch | None:
    """The match a person made by hand, if there is one; it is never overwritten."""
    return case.vendor if case.vendor is not None and case.vendor.how == BY_PERSON else None
