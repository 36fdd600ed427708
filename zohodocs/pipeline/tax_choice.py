"""Which tax of the organisation's own table each printed rate is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zohodocs.domain.case import Case, TaxFacts
from zohodocs.domain.sums import printed_rates, rate_text
from zohodocs.domain.tax import TaxTreatment, choose_tax, treatment
from zohodocs.domain.verdicts import Finding

from .findings import ask


def choose_taxes(
    case: Case, taxes: Sequence[TaxFacts], *, preferred: str | None
) -> tuple[Mapping[str, str], list[Finding]]:
    """Tax id by printed rate (`"23"`, `"0"`), and what a person must settle.

    `preferred` (a rule's or a person's tax) decides among taxes of the printed rate; it never
    changes the rate itself.
    """
    kind = treatment(case.invoice, case.organization.country).kind
    if kind is TaxTreatment.FOREIGN_TAX:
        return {}, []  # the check has said so; no tax of ours fits
    chosen: dict[str, str] = {}
    findings: list[Finding] = []
    for rate, category in printed_rates(case.invoice):
        options = choose_tax(taxes, rate=rate, category=category, kind=kind)
        wanted = [tax for tax in options if tax.id == preferred] or list(options)
        key = rate_text(rate)
        if len(wanted) == 1 and chosen.get(key, wanted[0].id) == wanted[0].id:
            chosen[key] = wanted[0].id
        elif wanted:
            chosen.pop(key, None)
            findings.append(_several(key, wanted))
        elif any(tax.rate == rate for tax in taxes) or rate == 0:
            findings.append(_none(key, category, kind))
    if preferred is not None and chosen and preferred not in chosen.values():
        findings.append(_other_rate(preferred, taxes))
    return chosen, findings


def _several(rate: str, options: Sequence[TaxFacts]) -> Finding:
    return ask(
        "tax_ambiguous",
        "Several taxes of {rate} % would fit: {taxes}. Choose one.",
        field="tax_total",
        rate=rate,
        taxes=", ".join(tax.name for tax in options),
    )


def _none(rate: str, category: str, kind: TaxTreatment) -> Finding:
    named = category or ("reverse charge" if "charge" in kind or "eu" in kind else "this kind")
    return ask(
        "tax_category_unknown",
        "The tax table has no tax of {rate} % for {category}. "
        "Choose the tax, or map one to it in the tax table.",
        field="tax_total",
        rate=rate,
        category=named,
    )


def _other_rate(preferred: str, taxes: Sequence[TaxFacts]) -> Finding:
    name = next((tax.name for tax in taxes if tax.id == preferred), preferred)
    return ask(
        "tax_rule_differs",
        "A rule asks for the tax {tax}, but the paper prints another rate. "
        "The printed rate stands; check the rule.",
        field="tax_total",
        tax=name,
    )
