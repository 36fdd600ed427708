"""OASIS UBL 2 Invoice and CreditNote: XRechnung UBL, Peppol BIS Billing 3 (EN 16931)."""

from __future__ import annotations

from .doctypes import CORRECTIONS, TYPES
from .syntax import LinePaths, Paths, Syntax, TaxPaths

_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"


def _party(side: str, element: str) -> dict[str, Paths]:
    """Seller (BG-4) or buyer (BG-7)."""
    party = f"{element}/Party"
    return {
        # BT-27/BT-44, runner-up the trading name BT-28/BT-45
        f"{side}_name": (
            f"{party}/PartyLegalEntity/RegistrationName",
            f"{party}/PartyName/Name",
        ),
        # BT-31/BT-48 VAT number, then BT-32 tax number
        f"{side}_tax_id": (
            f"{party}/PartyTaxScheme[TaxScheme/ID='VAT']/CompanyID",
            f"{party}/PartyTaxScheme[not(TaxScheme/ID='VAT')]/CompanyID",
        ),
        f"{side}_country": (f"{party}/PostalAddress/Country/IdentificationCode",),  # BT-40/BT-55
    }


def _address(element: str) -> Paths:
    """BT-35, BT-36, BT-38, BT-37 and the buyer's counterparts.

    The third line (BT-162) counts only where there is no street: senders use it for the whole
    address once more.
    """
    address = f"{element}/Party/PostalAddress"
    return (
        f"{address}/StreetName",
        f"{address}/AdditionalStreetName",
        f"{address}[not(StreetName)]/AddressLine/Line",
        f"{address}/PostalZone",
        f"{address}/CityName",
    )


SYNTAX = Syntax(
    name="UBL",
    roots={"Invoice": f"{_NAMESPACE}Invoice-2", "CreditNote": f"{_NAMESPACE}CreditNote-2"},
    fields={
        **_party("supplier", "AccountingSupplierParty"),
        **_party("buyer", "AccountingCustomerParty"),
        "invoice_number": ("ID",),  # BT-1
        "issue_date": ("IssueDate",),  # BT-2
        "due_date": (  # BT-9: a credit note states it with the payment means
            "DueDate",
            "PaymentMeans/PaymentDueDate",
            "PaymentTerms/PaymentDueDate",
        ),
        "delivery_date": ("Delivery/ActualDeliveryDate",),  # BT-72
        "currency": ("DocumentCurrencyCode",),  # BT-5
        "net_total": ("LegalMonetaryTotal/TaxExclusiveAmount",),  # BT-109
        "tax_total": (  # BT-110; BT-111 is the same in the accounting currency
            "TaxTotal[TaxSubtotal]/TaxAmount[@currencyID=$currency]",
            "TaxTotal/TaxAmount[@currencyID=$currency]",
            "TaxTotal/TaxAmount[not(@currencyID)]",
        ),
        "gross_total": ("LegalMonetaryTotal/TaxInclusiveAmount",),  # BT-112
        "amount_due": ("LegalMonetaryTotal/PayableAmount",),  # BT-115
        "iban": ("PaymentMeans/PayeeFinancialAccount/ID",),  # BT-84
    },
    joined={
        "supplier_address": _address("AccountingSupplierParty"),
        "buyer_address": _address("AccountingCustomerParty"),
        "payment_terms": ("PaymentTerms/Note",),  # BT-20
    },
    lines=LinePaths(
        each="InvoiceLine | CreditNoteLine",
        description=("Item/Name", "Item/Description"),  # BT-153, BT-154
        quantity=("InvoicedQuantity", "CreditedQuantity"),  # BT-129
        unit_price=("Price/PriceAmount",),  # BT-146
        price_base=("Price/BaseQuantity",),  # BT-149
        line_total=("LineExtensionAmount",),  # BT-131
        tax_rate=("Item/ClassifiedTaxCategory/Percent",),  # BT-152
    ),
    taxes=TaxPaths(
        each="TaxTotal[TaxAmount/@currencyID=$currency or not(TaxAmount/@currencyID)]/TaxSubtotal",
        rate=("TaxCategory/Percent", "Percent"),  # BT-119
        base=("TaxableAmount",),  # BT-116
        tax=("TaxAmount",),  # BT-117
        category=("TaxCategory/ID",),  # BT-118
    ),
    adjustments={
        "allowances": ("LegalMonetaryTotal/AllowanceTotalAmount",),  # BT-107
        "charges": ("LegalMonetaryTotal/ChargeTotalAmount",),  # BT-108
        "prepaid": ("LegalMonetaryTotal/PrepaidAmount",),  # BT-113
        "rounding": ("LegalMonetaryTotal/PayableRoundingAmount",),  # BT-114
    },
    type_code=("InvoiceTypeCode", "CreditNoteTypeCode"),  # BT-3
    types=TYPES,
    corrections=CORRECTIONS,
)
