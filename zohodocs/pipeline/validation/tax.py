"""Is the tax one the organisation knows, and is a purchase from abroad named as such?"""

from __future__ import annotations

from collections.abc import Sequence

from zohodocs.domain.case import Case, TaxFacts
from zohodocs.domain.money import ZERO
from zohodocs.domain.sums import printed_rates, rate_text
from zohodocs.domain.tax import SELF_ASSESSED, TaxTreatment, treatment
from zohodocs.domain.verdicts import Finding
from zohodocs.pipeline.findings import ask, note


def findings(case: Case, taxes: Sequence[TaxFacts]) -> list[Finding]:
    """Rates outside the tax table, missing rates, foreign currency, cross-border purchases."""
    return [*_currency(case), *_rates(case, taxes), *_cross_border(case)]


def _currency(case: Case) -> list[Finding]:
    printed, own = case.invoice.currency.upper(), case.organization.currency.upper()
    if not printed or printed == own:
        return []
    return [
        note(
            "foreign_currency",
            "The paper is in {currency}, our books are in {own}: "
            "the rate of the document's date applies.",
            field="currency",
            currency=printed,
            own=own,
        )
    ]


def _rates(case: Case, taxes: Sequence[TaxFacts]) -> list[Finding]:
    rates = printed_rates(case.invoice)
    if not rates:
        return [
            ask(
                "tax_rate_missing",
                "No tax rate was read. Fill in the tax, or 0 if none is charged.",
                field="tax_total",
            )
        ]
    known = {tax.rate for tax in taxes}
    # A self-assessed tax stands in the table with its rate; the account stage looks for it.
    if treatment(case.invoice, case.organization.country).kind in SELF_ASSESSED:
        known.add(ZERO)
    return [
        ask(
            "tax_unknown",
            "{rate} % is not in this company's tax table. "
            "Correct the rate, or add the tax in Zoho Books and synchronise.",
            field="tax_total",
            rate=rate_text(rate),
        )
        for rate in dict.fromkeys(rate for rate, _ in rates)
        if rate not in known
    ]


def _cross_border(case: Case) -> list[Finding]:
    seen = treatment(case.invoice, case.organization.country)
    values = {"seller": seen.seller_country, "buyer": seen.buyer_country}
    if seen.kind is TaxTreatment.INTRA_EU:
        return [
            note(
                "reverse_charge",
                "Purchase from {seller} without tax, VAT numbers of both sides printed: "
                "reverse charge, the tax is ours to declare.",
                field="tax_total",
                **values,
            )
        ]
    if seen.kind is TaxTreatment.REVERSE_CHARGE:
        return [
            note(
                "reverse_charge",
                "The paper says reverse charge: the tax is ours to declare.",
                field="tax_total",
            )
        ]
    if seen.kind is TaxTreatment.FOREIGN_TAX:
        return [
            ask(
                "foreign_tax",
                "The vendor charges the tax of {seller}, which is not deductible here. "
                "Choose how it is booked, or ask for an invoice without tax.",
                field="tax_total",
                **values,
            )
        ]
    return []
