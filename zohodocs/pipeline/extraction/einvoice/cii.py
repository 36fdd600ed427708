"""UN/CEFACT Cross Industry Invoice: Factur-X, ZUGFeRD 1 and 2, XRechnung CII (EN 16931)."""

from __future__ import annotations

from .doctypes import CORRECTIONS, TYPES
from .syntax import LinePaths, Paths, Syntax, TaxPaths

_TRADE = "SupplyChainTradeTransaction"
_AGREEMENT = f"{_TRADE}/ApplicableHeaderTradeAgreement"
_DELIVERY = f"{_TRADE}/ApplicableHeaderTradeDelivery"
_SETTLEMENT = f"{_TRADE}/ApplicableHeaderTradeSettlement"
_TOTALS = f"{_SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation"


def _party(side: str, element: str) -> dict[str, Paths]:
    """Seller (BG-4) or buyer (BG-7)."""
    party = f"{_AGREEMENT}/{element}"
    return {
        # BT-27/BT-44, runner-up the trading name BT-28/BT-45
        f"{side}_name": (
            f"{party}/Name",
            f"{party}/SpecifiedLegalOrganization/TradingBusinessName",
        ),
        # BT-31/BT-48 VAT number, then BT-32 tax number
        f"{side}_tax_id": (
            f"{party}/SpecifiedTaxRegistration/ID[@schemeID='VA']",
            f"{party}/SpecifiedTaxRegistration/ID[@schemeID='FC']",
            f"{party}/SpecifiedTaxRegistration/ID[not(@schemeID='VA' or @schemeID='FC')]",
        ),
        f"{side}_country": (f"{party}/PostalTradeAddress/CountryID",),  # BT-40/BT-55
    }


def _address(element: str) -> Paths:
    """BT-35, BT-36, BT-162, BT-38, BT-37 and the buyer's counterparts."""
    address = f"{_AGREEMENT}/{element}/PostalTradeAddress"
    parts = ("LineOne", "LineTwo", "LineThree", "PostcodeCode", "CityName")
    return tuple(f"{address}/{part}" for part in parts)


_LINE = f"{_TRADE}/IncludedSupplyChainTradeLineItem"

SYNTAX = Syntax(
    name="CII",
    roots={"CrossIndustryInvoice": "", "CrossIndustryDocument": ""},
    fields={
        **_party("supplier", "SellerTradeParty"),
        **_party("buyer", "BuyerTradeParty"),
        "invoice_number": ("ExchangedDocument/ID",),  # BT-1
        "issue_date": (  # BT-2
            "ExchangedDocument/IssueDateTime/DateTimeString",
            "ExchangedDocument/IssueDateTime/DateTime",
        ),
        "due_date": (  # BT-9
            f"{_SETTLEMENT}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",
            f"{_SETTLEMENT}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTime",
        ),
        "delivery_date": (  # BT-72
            f"{_DELIVERY}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",
        ),
        "currency": (f"{_SETTLEMENT}/InvoiceCurrencyCode",),  # BT-5
        "net_total": (f"{_TOTALS}/TaxBasisTotalAmount",),  # BT-109
        "tax_total": (  # BT-110; BT-111 is the same in the accounting currency
            f"{_TOTALS}/TaxTotalAmount[@currencyID=$currency]",
            f"{_TOTALS}/TaxTotalAmount[not(@currencyID)]",
        ),
        "gross_total": (f"{_TOTALS}/GrandTotalAmount",),  # BT-112
        "amount_due": (f"{_TOTALS}/DuePayableAmount",),  # BT-115
        "iban": (  # BT-84
            f"{_SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans"
            "/PayeePartyCreditorFinancialAccount/IBANID",
            f"{_SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans"
            "/PayeePartyCreditorFinancialAccount/ProprietaryID",
        ),
    },
    joined={
        "supplier_address": _address("SellerTradeParty"),
        "buyer_address": _address("BuyerTradeParty"),
        "payment_terms": (f"{_SETTLEMENT}/SpecifiedTradePaymentTerms/Description",),  # BT-20
    },
    lines=LinePaths(
        # EXTENDED: groups only add up their parts, information lines carry no money of their own.
        each=f"{_LINE}[not(AssociatedDocumentLineDocument/LineStatusReasonCode[.='GROUP' or"
        " .='INFORMATION'])]",
        description=("SpecifiedTradeProduct/Name", "SpecifiedTradeProduct/Description"),  # BT-153
        quantity=("SpecifiedLineTradeDelivery/BilledQuantity",),  # BT-129
        unit_price=(
            "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
        ),  # BT-146
        price_base=("SpecifiedLineTradeAgreement/NetPriceProductTradePrice/BasisQuantity",),
        line_total=(  # BT-131; ZUGFeRD 1 has one name for the totals of lines and document
            "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation"
            "/LineTotalAmount",
            "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementHeaderMonetarySummation"
            "/LineTotalAmount",
        ),
        tax_rate=("SpecifiedLineTradeSettlement/ApplicableTradeTax/RateApplicablePercent",),
    ),
    taxes=TaxPaths(
        each=f"{_SETTLEMENT}/ApplicableTradeTax",
        rate=("RateApplicablePercent",),  # BT-119
        base=("BasisAmount",),  # BT-116
        tax=("CalculatedAmount",),  # BT-117
        category=("CategoryCode",),  # BT-118
    ),
    adjustments={
        "allowances": (f"{_TOTALS}/AllowanceTotalAmount",),  # BT-107
        "charges": (f"{_TOTALS}/ChargeTotalAmount",),  # BT-108
        "prepaid": (f"{_TOTALS}/TotalPrepaidAmount",),  # BT-113
        "rounding": (f"{_TOTALS}/RoundingAmount",),  # BT-114
    },
    type_code=("ExchangedDocument/TypeCode",),  # BT-3
    types=TYPES,
    corrections=CORRECTIONS,
    renamed={  # ZUGFeRD 1 -> 2
        "HeaderExchangedDocument": "ExchangedDocument",
        "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
        "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
        "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
        "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
        "SpecifiedTradeSettlementMonetarySummation": (
            "SpecifiedTradeSettlementHeaderMonetarySummation"
        ),
        "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
        "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
        "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
        "ApplicablePercent": "RateApplicablePercent",
    },
)
