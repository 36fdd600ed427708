"""How a purchase is taxed, and which tax of the organisation's own table that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .case import TaxFacts
from .countries import EU, iso_country, supplier_country, vat_country
from .identity import bare_tax_id
from .invoice import Invoice

# UNCL 5305: AE reverse charge, K intra-Community supply.
REVERSE_CATEGORIES = ("AE", "K")


class TaxTreatment(StrEnum):
    """Where the tax belongs."""

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"  # the paper says so
    INTRA_EU = "intra_eu"  # another EU country, VAT numbers on both, no tax
    FOREIGN_TAX = "foreign_tax"  # tax of another country is charged
    IMPORT = "import"  # from outside the EU, no tax
    UNKNOWN = "unknown"


# No tax is printed, and we declare it ourselves.
SELF_ASSESSED = (TaxTreatment.REVERSE_CHARGE, TaxTreatment.INTRA_EU)


@dataclass(frozen=True, slots=True)
class Treatment:
    """The treatment and the two countries it was read from."""

    kind: TaxTreatment
    seller_country: str
    buyer_country: str


def treatment(invoice: Invoice, own_country: str) -> Treatment:
    """Domestic or cross-border, by category letters first, then VAT numbers, countries and tax."""
    seller = vat_country(invoice.supplier_tax_id, "") or supplier_country(invoice).country
    buyer = iso_country(own_country) or vat_country(invoice.buyer_tax_id, invoice.buyer_country)
    return Treatment(_kind(invoice, seller, buyer), seller, buyer)


def choose_tax(
    taxes: Sequence[TaxFacts], *, rate: Decimal, category: str, kind: TaxTreatment
) -> tuple[TaxFacts, ...]:
    """Every tax of the table that fits: one = chosen, several = ask, none = unknown.

    The paper's own category counts first, then what the treatment implies. A self-assessed tax may
    stand in the table with its rate, though the paper prints 0 %.
    """
    if category in REVERSE_CATEGORIES or (not category and rate == 0 and kind in SELF_ASSESSED):
        exact = [tax for tax in taxes if tax.category == category]
        return tuple(exact or [tax for tax in taxes if tax.category in REVERSE_CATEGORIES])
    plain = [tax for tax in taxes if tax.rate == rate and tax.category not in REVERSE_CATEGORIES]
    wanted = category or ("Z" if rate == 0 else "S")
    exact = [tax for tax in plain if tax.category == wanted]
    # Zoho does not tell kinds of 0 % apart: until somebody maps them, the plain one stands for all.
    return tuple(exact or (plain if rate == 0 else []))


def _kind(invoice: Invoice, seller: str, buyer: str) -> TaxTreatment:
    if any(line.category.upper() in REVERSE_CATEGORIES for line in invoice.tax_lines):
        abroad = seller and buyer and seller != buyer
        return TaxTreatment.INTRA_EU if abroad else TaxTreatment.REVERSE_CHARGE
    if not seller or not buyer:
        return TaxTreatment.UNKNOWN
    if seller == buyer:
        return TaxTreatment.DOMESTIC
    taxed = _taxed(invoice)
    if taxed:
        return TaxTreatment.FOREIGN_TAX
    if taxed is None:
        return TaxTreatment.UNKNOWN
    if seller not in EU or buyer not in EU:
        return TaxTreatment.IMPORT
    both = bare_tax_id(invoice.supplier_tax_id) and bare_tax_id(invoice.buyer_tax_id)
    return TaxTreatment.INTRA_EU if both else TaxTreatment.UNKNOWN


def _taxed(invoice: Invoice) -> bool | None:
    amounts = [invoice.tax_total, *(line.tax for line in invoice.tax_lines)]
    known = [amount for amount in amounts if amount is not None]
    return any(amount != 0 for amount in known) if known else None
