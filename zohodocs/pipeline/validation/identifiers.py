"""Do VAT numbers and the bank account have sound checksums?"""

from __future__ import annotations

from zohodocs.domain.case import Case
from zohodocs.domain.countries import supplier_country
from zohodocs.domain.identity import iban_is_valid, tax_id_is_valid
from zohodocs.domain.verdicts import Direction, Finding
from zohodocs.pipeline.findings import ask


def findings(case: Case) -> list[Finding]:
    """Checksums that do not fit; a number of unknown kind is not judged."""
    invoice = case.invoice
    found: list[Finding] = []
    country = supplier_country(invoice).country
    if invoice.supplier_tax_id and tax_id_is_valid(invoice.supplier_tax_id, country) is False:
        found.append(
            ask(
                "supplier_tax_id_invalid",
                "The vendor's VAT number {number} cannot be right (its check digit is wrong). "
                "Compare it with the page.",
                field="supplier_tax_id",
                number=invoice.supplier_tax_id,
            )
        )
    # Our own number was compared by the gate; only a strange one can have been misread.
    ours = case.company is not None and case.company.direction is Direction.INCOMING
    buyer_country = invoice.buyer_country
    if (
        invoice.buyer_tax_id
        and not ours
        and tax_id_is_valid(invoice.buyer_tax_id, buyer_country) is False
    ):
        found.append(
            ask(
                "buyer_tax_id_invalid",
                "The buyer's VAT number {number} cannot be right (its check digit is wrong). "
                "Compare it with the page.",
                field="buyer_tax_id",
                number=invoice.buyer_tax_id,
            )
        )
    if invoice.iban and not iban_is_valid(invoice.iban):
        found.append(
            ask(
                "iban_invalid",
                "The bank account number cannot be right (its check digits are wrong). "
                "Compare it with the page.",
                field="iban",
            )
        )
    return found
