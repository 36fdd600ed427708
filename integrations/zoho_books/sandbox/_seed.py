"""Two organisations to begin with: a German one in euro, a Polish one in złoty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._custom import CustomField
from ._store import Store, timestamp

EURO, ZLOTY = "20060000001", "20060000002"

ORGANIZATIONS: tuple[Mapping[str, Any], ...] = (
    {
        "organization_id": EURO,
        "name": "Nordlicht Handel GmbH",
        "plan_name": "PROFESSIONAL",
        "plan_type": 3,
        "currency_code": "EUR",
        "time_zone": "Europe/Berlin",
        "country": "Germany",
    },
    {
        "organization_id": ZLOTY,
        "name": "Wisła Studio sp. z o.o.",
        "plan_name": "PREMIUM",
        "plan_type": 4,
        "currency_code": "PLN",
        "time_zone": "Europe/Warsaw",
        "country": "Poland",
    },
)

CURRENCIES = (
    ("EUR", "€", "1.0", "0.235"),
    ("PLN", "zł", "4.25", "1.0"),
    ("USD", "$", "1.08", "0.254"),
    ("GBP", "£", "1.17", "0.201"),
    ("CHF", "CHF", "1.05", "0.246"),
    ("CZK", "Kč", "0.040", "0.17"),
    ("SEK", "kr", "0.088", "0.37"),
)  # code, sign, rate in the euro organisation, rate in the złoty organisation

# name, percentage, kind of tax
TAXES = {
    EURO: (
        ("USt 19 %", "19", True),
        ("USt 7 %", "7", False),
        ("USt 0 %", "0", False),
        ("Steuerfrei", "0", False),
        ("Innergemeinschaftlicher Erwerb", "0", False),
        ("Reverse Charge § 13b", "0", False),
    ),
    ZLOTY: (
        ("VAT 23 %", "23", True),
        ("VAT 8 %", "8", False),
        ("VAT 5 %", "5", False),
        ("VAT 0 %", "0", False),
        ("Zwolniony", "0", False),
        ("WNT", "0", False),
        ("Odwrotne obciążenie", "0", False),
    ),
}

# name, code, type, active
ACCOUNTS = (
    ("Cost of Goods Sold", "5000", "cost_of_goods_sold", True),
    ("Materials", "5100", "cost_of_goods_sold", True),
    ("Subcontractors", "5200", "cost_of_goods_sold", True),
    ("Shipping and Freight", "5300", "cost_of_goods_sold", True),
    ("Advertising and Marketing", "6000", "expense", True),
    ("Automobile Expense", "6010", "expense", True),
    ("Fuel", "6011", "expense", True),
    ("Bank Fees and Charges", "6020", "expense", True),
    ("Consultant Expense", "6030", "expense", True),
    ("Electricity, Gas and Water", "6040", "expense", True),
    ("Insurance", "6050", "expense", True),
    ("IT and Internet Expenses", "6060", "expense", True),
    ("Software Subscriptions", "6061", "expense", True),
    ("Legal and Accounting", "6070", "expense", True),
    ("Meals and Entertainment", "6080", "expense", True),
    ("Office Supplies", "6090", "expense", True),
    ("Postage", "6100", "expense", True),
    ("Printing and Stationery", "6110", "expense", True),
    ("Rent Expense", "6120", "expense", True),
    ("Repairs and Maintenance", "6130", "expense", True),
    ("Telephone Expense", "6140", "expense", True),
    ("Training", "6150", "expense", True),
    ("Travel Expense", "6160", "expense", True),
    ("Cleaning", "6170", "expense", True),
    ("Other Expenses", "6900", "expense", True),
    ("Uncategorized", "6990", "expense", True),
    ("Exchange Gain or Loss", "7000", "other_expense", True),
    ("Donations (old)", "7100", "other_expense", False),
    ("Fax (old)", "6141", "expense", False),
    ("Furniture and Equipment", "0400", "fixed_asset", True),
    ("Computers", "0410", "fixed_asset", True),
    ("Prepaid Expenses", "0900", "other_current_asset", True),
    ("Accounts Payable", "3300", "accounts_payable", True),
    ("Accounts Receivable", "1400", "accounts_receivable", True),
    ("Petty Cash", "1600", "cash", True),
    ("Business Card", "1700", "credit_card", True),
    ("Sales", "4000", "income", True),
    ("Interest Income", "4100", "other_income", True),
    ("Retained Earnings", "2970", "equity", True),
)

# name, VAT, kind, status
CONTACTS = {
    EURO: (
        ("Stadtwerke Hanse GmbH", "DE811907980", "vendor", "active"),
        ("Bürobedarf Lindner KG", "DE129273398", "vendor", "active"),
        ("Altstadt Reinigung", "", "vendor", "inactive"),
        ("Müller & Söhne OHG", "DE136695976", "customer", "active"),
    ),
    ZLOTY: (
        ("Energia Mazowsze S.A.", "PL5260250995", "vendor", "active"),
        ("Papier i Biuro sp. z o.o.", "PL7740001454", "vendor", "active"),
        ("Galeria Zachód", "", "customer", "active"),
    ),
}


def custom_fields(*, unique_document_field: bool) -> Mapping[str, tuple[CustomField, ...]]:
    """The custom fields of the modules that have some."""
    document = CustomField(
        "460000000000011001", "cf_document_id", "Document ID", unique=unique_document_field
    )
    return {
        "bills": (document,),
        "expenses": (document,),
        "vendorcredits": (document,),
        "contacts": (CustomField("460000000000011003", "cf_vat_id", "VAT ID"),),
    }


def sow(store: Store) -> None:
    """Fill an empty store; one that has organisations stays as it is."""
    with store.lock:
        if store.records("", "organizations"):
            return
        for organization in ORGANIZATIONS:
            _sow_organization(store, organization)


def _sow_organization(store: Store, organization: Mapping[str, Any]) -> None:
    key = str(organization["organization_id"])
    base = organization["currency_code"]
    currency_ids: dict[str, str] = {}
    for code, sign, in_euro, in_zloty in CURRENCIES:
        currency_ids[code] = currency_id = store.new_id()
        currency = {
            "currency_id": currency_id,
            "currency_code": code,
            "currency_symbol": sign,
            "is_base_currency": code == base,
            "exchange_rate": float(in_euro if base == "EUR" else in_zloty),
            "price_precision": 2,
        }
        store.save(key, "currencies", currency_id, currency)
    whole = {
        **organization,
        "currency_id": currency_ids[base],
        "price_precision": 2,
        "is_default_org": key == EURO,
        "is_org_active": True,
        "language_code": "en",
    }
    store.save("", "organizations", key, whole)
    location_id = store.new_id()
    location = {
        "location_id": location_id,
        "location_name": "Head Office",
        "is_primary_location": True,
        "is_location_active": True,
    }
    store.save(key, "locations", location_id, location)
    for name, percentage, is_default in TAXES[key]:
        tax_id = store.new_id()
        tax = {
            "tax_id": tax_id,
            "tax_name": name,
            "tax_percentage": int(percentage),
            "tax_type": "tax",
            "is_value_added": True,
            "is_default_tax": is_default,
            "is_editable": True,
        }
        store.save(key, "taxes", tax_id, tax)
    for name, code, kind, active in ACCOUNTS:
        account_id = store.new_id()
        account = {
            "account_id": account_id,
            "account_name": name,
            "account_code": code,
            "account_type": kind,
            "is_active": active,
            "is_user_created": False,
            "parent_account_id": "",
        }
        store.save(key, "chartofaccounts", account_id, account)
    for name, vat, kind, status in CONTACTS[key]:
        contact_id = store.new_id()
        contact = {
            "contact_id": contact_id,
            "contact_name": name,
            "company_name": name,
            "contact_type": kind,
            "status": status,
            "currency_id": currency_ids[base],
            "currency_code": base,
            "payment_terms": 0,
            "email": "",
            "notes": "",
            "custom": {"cf_vat_id": vat} if vat else {},
            "created_time": timestamp(),
            "last_modified_time": timestamp(),
        }
        store.save(key, "contacts", contact_id, contact)
