"""Facturae 3.2, the Spanish invoice to public bodies and others."""

from __future__ import annotations

from .syntax import LinePaths, Paths, Syntax, TaxPaths

_INVOICE = "Invoices/Invoice[1]"
_HEADER = f"{_INVOICE}/InvoiceHeader"
_ISSUE = f"{_INVOICE}/InvoiceIssueData"
_TOTALS = f"{_INVOICE}/InvoiceTotals"
_INSTALMENT = f"{_INVOICE}/PaymentDetails/Installment"

# ISO 3166 alpha-3 of Spain's usual partners.
_COUNTRY_CODES = """
    AUT:AT BEL:BE BGR:BG CHE:CH CYP:CY CZE:CZ DEU:DE DNK:DK ESP:ES EST:EE FIN:FI FRA:FR GBR:GB
    GRC:GR HRV:HR HUN:HU IRL:IE ITA:IT LTU:LT LUX:LU LVA:LV MLT:MT NLD:NL NOR:NO POL:PL PRT:PT
    ROU:RO SVK:SK SVN:SI SWE:SE USA:US CHN:CN MAR:MA MEX:MX AND:AD
"""
_COUNTRIES = dict(pair.split(":") for pair in _COUNTRY_CODES.split())


def _party(side: str, element: str) -> dict[str, Paths]:
    """SellerParty or BuyerParty: a legal entity or a person."""
    party = f"Parties/{element}"
    person = f"{party}/Individual"
    return {
        f"{side}_name": (
            f"{party}/LegalEntity/CorporateName",
            f"concat({person}/Name, ' ', {person}/FirstSurname, ' ', {person}/SecondSurname)",
            f"{party}/LegalEntity/TradeName",
        ),
        f"{side}_tax_id": (f"{party}/TaxIdentification/TaxIdentificationNumber",),
        f"{side}_country": (
            f"{party}/*/*[self::AddressInSpain or self::OverseasAddress]/CountryCode",
        ),
    }


def _address(element: str) -> Paths:
    parts = ("Address", "PostCode", "PostCodeAndTown", "Town")
    return tuple(f"Parties/{element}/*/*[CountryCode]/{part}" for part in parts)


SYNTAX = Syntax(
    name="Facturae",
    roots={"Facturae": ""},
    invoices="Invoices/Invoice",
    fields={
        **_party("supplier", "SellerParty"),
        **_party("buyer", "BuyerParty"),
        "invoice_number": (f"{_HEADER}/InvoiceNumber",),
        "issue_date": (f"{_ISSUE}/IssueDate",),
        "due_date": (f"{_INSTALMENT}/InstallmentDueDate",),
        "delivery_date": (f"{_ISSUE}/OperationDate",),
        "currency": (f"{_ISSUE}/InvoiceCurrencyCode", "FileHeader/Batch/InvoiceCurrencyCode"),
        "net_total": (f"{_TOTALS}/TotalGrossAmountBeforeTaxes",),
        "tax_total": (f"{_TOTALS}/TotalTaxOutputs",),
        "gross_total": (f"{_TOTALS}/InvoiceTotal",),
        "amount_due": (f"{_TOTALS}/TotalOutstandingAmount",),
        "iban": (f"{_INSTALMENT}/AccountToBeCredited/IBAN",),
    },
    joined={
        "supplier_address": _address("SellerParty"),
        "buyer_address": _address("BuyerParty"),
    },
    lines=LinePaths(
        each=f"{_INVOICE}/Items/InvoiceLine",
        description=("ItemDescription",),
        quantity=("Quantity",),
        unit_price=("UnitPriceWithoutTax",),
        line_total=("GrossAmount", "TotalCost"),
        tax_rate=("TaxesOutputs/Tax/TaxRate",),
    ),
    taxes=TaxPaths(
        each=f"{_INVOICE}/TaxesOutputs/Tax",
        rate=("TaxRate",),
        base=("TaxableBase/TotalAmount",),
        tax=("TaxAmount/TotalAmount",),
    ),
    adjustments={
        "allowances": (f"{_TOTALS}/TotalGeneralDiscounts",),
        "charges": (f"{_TOTALS}/TotalGeneralSurcharges",),
        "withholding_tax": (f"{_TOTALS}/TotalTaxesWithheld",),
        "prepaid": (f"{_TOTALS}/TotalPaymentsOnAccount",),
        "reimbursable": (f"{_TOTALS}/TotalReimbursableExpenses",),
    },
    # OR and CR correct an earlier invoice: the sign of the total says which way.
    type_code=(f"{_HEADER}/InvoiceClass",),
    types=dict.fromkeys(("OO", "OR", "OC", "CO", "CR", "CC"), "invoice"),
    corrections=frozenset({"OR", "CR"}),
    countries=_COUNTRIES,
)
