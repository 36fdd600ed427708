"""A small XRechnung (UBL 2.1, EN 16931) for the demo."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from zohodocs.domain.money import rounded

from .papers import Party

_INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_NAMES = {"inv": _INVOICE, "cac": _CAC, "cbc": _CBC}
_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"


def _a(name: str, *children: etree._Element) -> etree._Element:
    """An aggregate component with its parts."""
    element = etree.Element(f"{{{_CAC}}}{name}", nsmap=_NAMES)
    element.extend(children)
    return element


def _b(name: str, text: str, **attributes: str) -> etree._Element:
    """A basic component with its text."""
    element = etree.Element(f"{{{_CBC}}}{name}", attributes, nsmap=_NAMES)
    element.text = text
    return element


def ubl(
    *,
    number: str,
    issued: date,
    due: date,
    supplier: Party,
    buyer: Party,
    description: str,
    net: Decimal,
    rate: Decimal,
) -> bytes:
    """An invoice in euro with one line."""
    tax = rounded(net * rate / 100, "EUR")
    root = etree.Element(f"{{{_INVOICE}}}Invoice", nsmap=_NAMES)
    parts = (
        _b("CustomizationID", _CUSTOMIZATION),
        _b("ID", number),
        _b("IssueDate", issued.isoformat()),
        _b("DueDate", due.isoformat()),
        _b("InvoiceTypeCode", "380"),
        _b("DocumentCurrencyCode", "EUR"),
        _a("AccountingSupplierParty", _party(supplier)),
        _a("AccountingCustomerParty", _party(buyer)),
        _a(
            "PaymentMeans",
            _b("PaymentMeansCode", "58"),
            _a("PayeeFinancialAccount", _b("ID", supplier.iban)),
        ),
        _a(
            "TaxTotal",
            _money("TaxAmount", tax),
            _a(
                "TaxSubtotal",
                _money("TaxableAmount", net),
                _money("TaxAmount", tax),
                _a(
                    "TaxCategory",
                    _b("ID", "S"),
                    _b("Percent", f"{rate:f}"),
                    _a("TaxScheme", _b("ID", "VAT")),
                ),
            ),
        ),
        _a(
            "LegalMonetaryTotal",
            _money("LineExtensionAmount", net),
            _money("TaxExclusiveAmount", net),
            _money("TaxInclusiveAmount", net + tax),
            _money("PayableAmount", net + tax),
        ),
        _a(
            "InvoiceLine",
            _b("ID", "1"),
            _b("InvoicedQuantity", "1", unitCode="C62"),
            _money("LineExtensionAmount", net),
            _a(
                "Item",
                _b("Name", description),
                _a(
                    "ClassifiedTaxCategory",
                    _b("ID", "S"),
                    _b("Percent", f"{rate:f}"),
                    _a("TaxScheme", _b("ID", "VAT")),
                ),
            ),
            _a("Price", _money("PriceAmount", net)),
        ),
    )
    root.extend(parts)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _money(name: str, value: Decimal) -> etree._Element:
    return _b(name, f"{value:.2f}", currencyID="EUR")


def _party(party: Party) -> etree._Element:
    postcode, _, city = party.city.partition(" ")
    return _a(
        "Party",
        _a(
            "PostalAddress",
            _b("StreetName", party.street),
            _b("CityName", city),
            _b("PostalZone", postcode),
            _a("Country", _b("IdentificationCode", "DE")),
        ),
        _a("PartyTaxScheme", _b("CompanyID", party.vat), _a("TaxScheme", _b("ID", "VAT"))),
        _a("PartyLegalEntity", _b("RegistrationName", party.name)),
    )
