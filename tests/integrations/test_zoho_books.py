"""The client against a Zoho Books that runs: the contract both must keep."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from integrations import errors
from integrations.zoho_books import MemoryTokens, ZohoBooks, ZohoBooksReader
from integrations.zoho_books.sandbox import Sandbox

Payloads = Callable[..., dict[str, Any]]
DOCUMENT_FIELD = "cf_document_id"


def document(value: str) -> list[dict[str, str]]:
    return [{"api_name": DOCUMENT_FIELD, "value": value}]


def test_the_organisations_say_their_plan_and_currency(books: ZohoBooks) -> None:
    found = {o.currency_code: (o.plan_name, o.time_zone) for o in books.organizations()}

    assert found == {
        "EUR": ("PROFESSIONAL", "Europe/Berlin"),
        "PLN": ("PREMIUM", "Europe/Warsaw"),
    }


def test_the_walk_over_vendors_gives_their_vat_numbers(books: ZohoBooks) -> None:
    found = {contact.contact_name: contact.custom("cf_vat_id") for contact in books.contacts()}

    assert found["Stadtwerke Hanse GmbH"] == "DE811907980"
    assert "Müller & Söhne OHG" not in found  # a customer


def test_the_walk_goes_over_all_pages(books: ZohoBooks) -> None:
    before = len(list(books.contacts()))
    for number in range(90):
        books.create_contact({"contact_name": f"Vendor {number}", "contact_type": "vendor"})

    walked = [contact.contact_id for contact in books.contacts()]

    assert len(walked) == len(set(walked)) == before + 90


def test_a_created_vendor_is_read_back_as_sent(books: ZohoBooks) -> None:
    created = books.create_contact(
        {
            "contact_name": "Grün & Blau e.K.",
            "contact_type": "vendor",
            "billing_address": {"city": "Kiel", "country": "Germany"},
            "contact_persons": [{"email": "buero@gruen.example", "is_primary_contact": True}],
            "custom_fields": [{"api_name": "cf_vat_id", "value": "DE136695976"}],
        }
    )

    found = books.contact(created.contact_id)

    assert (found.contact_type, found.email) == ("vendor", "buero@gruen.example")
    assert found.custom("cf_vat_id") == "DE136695976"
    assert found.currency_code == "EUR"


@pytest.mark.parametrize("name", ["müller & söhne ohg", "  ALTSTADT REINIGUNG "])
def test_a_name_is_taken_by_customers_and_inactive_contacts_too(
    books: ZohoBooks, name: str
) -> None:
    with pytest.raises(errors.NameTaken):
        books.create_contact({"contact_name": name, "contact_type": "vendor"})

    assert len(books.find_contacts(name=name)) == 1


def test_a_vendor_is_completed(books: ZohoBooks) -> None:
    vendor = books.find_vendors(search_text="altstadt")[0]

    books.update_contact(
        vendor.contact_id,
        {"custom_fields": [{"api_name": "cf_vat_id", "value": "DE129273398"}]},
    )

    found = books.contact(vendor.contact_id)
    assert (found.custom("cf_vat_id"), found.is_active) == ("DE129273398", False)


def test_the_chart_has_what_must_not_be_booked_on(books: ZohoBooks) -> None:
    chart = books.chart_of_accounts()

    assert {account.account_type for account in chart} >= {"expense", "income", "fixed_asset"}
    assert [account.account_name for account in chart if not account.is_active] == [
        "Donations (old)",
        "Fax (old)",
    ]


def test_several_taxes_share_a_rate(books: ZohoBooks) -> None:
    rates = [tax.tax_percentage for tax in books.taxes()]

    assert rates.count(Decimal(0)) > 1
    assert max(rate or 0 for rate in rates) == 19


def test_the_base_currency_is_marked(books: ZohoBooks) -> None:
    assert [c.currency_code for c in books.currencies() if c.is_base_currency] == ["EUR"]


def test_a_bill_is_computed_and_read_back(books: ZohoBooks, bill_payload: Payloads) -> None:
    payload = bill_payload("R-17", due_date=dt.date(2026, 3, 31), reference_number="ref")
    payload["line_items"][0] |= {"rate": Decimal("33.33"), "quantity": 3, "description": "Paper"}
    payload["line_items"].append({**payload["line_items"][0], "rate": Decimal("-9.99")})
    payload |= {"adjustment": Decimal("0.01"), "adjustment_description": "Rounding"}

    created = books.create_bill(payload)
    bill = books.bill(created.bill_id)

    assert bill == created
    assert bill.sub_total == Decimal("70.02")
    assert bill.tax_total == Decimal("13.30")
    assert bill.total == Decimal("83.33")
    assert (bill.date, bill.due_date) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert (bill.status, bill.currency_code) == ("open", "EUR")


def test_prices_that_hold_the_tax_are_taken_apart(books: ZohoBooks, bill_payload: Payloads) -> None:
    payload = bill_payload(is_inclusive_tax=True)
    payload["line_items"][0]["rate"] = Decimal("119.00")

    bill = books.create_bill(payload)

    assert bill.sub_total == 100
    assert bill.tax_total == 19
    assert bill.total == 119


def test_a_draft_stays_a_draft(books: ZohoBooks, bill_payload: Payloads) -> None:
    assert books.create_bill(bill_payload(status="draft")).status == "draft"


@pytest.mark.parametrize("number", ["R-1", " r-1 "])
def test_one_vendor_has_a_number_once(
    books: ZohoBooks, bill_payload: Payloads, number: str
) -> None:
    first = books.create_bill(bill_payload("R-1"))

    with pytest.raises(errors.DuplicateNumber):
        books.create_bill(bill_payload(number))

    found = books.find_bills(vendor_id=first.vendor_id, bill_number=number)
    assert [bill.bill_id for bill in found] == [first.bill_id]


def test_punctuation_makes_another_number(books: ZohoBooks, bill_payload: Payloads) -> None:
    books.create_bill(bill_payload("R-1"))

    assert books.create_bill(bill_payload("R1")).bill_number == "R1"


def test_a_value_of_the_unique_field_is_taken_once(
    books: ZohoBooks, bill_payload: Payloads
) -> None:
    books.create_bill(bill_payload("R-1", custom_fields=document("u-1")))

    with pytest.raises(errors.DuplicateValue):
        books.create_bill(bill_payload("R-2", custom_fields=document("u-1")))


def test_bills_are_found_by_their_dates(books: ZohoBooks, bill_payload: Payloads) -> None:
    bill = books.create_bill(bill_payload("R-1"))
    books.create_bill(bill_payload("R-2", date="2025-03-01"))

    found = books.find_bills(
        vendor_id=bill.vendor_id, date_from=dt.date(2026, 1, 1), date_to=dt.date(2026, 12, 31)
    )

    assert [found.bill_number for found in found] == ["R-1"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bill_number": ""}, 4),
        ({"vendor_id": "1"}, 4),
        ({"date": "01.03.2026"}, 4),
        ({"currency_id": "1"}, 4),
        ({"line_items": []}, 4),
        ({"line_items": [{"rate": 1}]}, 13009),
        ({"line_items": [{"account_id": "1", "rate": 1}]}, 4),
    ],
)
def test_a_bill_that_makes_no_sense_is_refused(
    books: ZohoBooks, bill_payload: Payloads, change: dict[str, Any], code: int
) -> None:
    with pytest.raises(errors.Refused) as caught:
        books.create_bill(bill_payload() | change)

    assert caught.value.code == code


def test_an_upsert_creates_and_then_overwrites(books: ZohoBooks, bill_payload: Payloads) -> None:
    def upsert(number: str) -> str:
        bill = books.upsert_bill(bill_payload(number), key_field=DOCUMENT_FIELD, key_value="u-1")
        return bill.bill_id

    created = upsert("R-1")

    assert upsert("R-2") == created
    assert books.bill(created).bill_number == "R-2"
    assert books.bill(created).custom(DOCUMENT_FIELD) == "u-1"


def test_an_upsert_on_a_field_that_is_not_unique_is_refused(
    zoho: Sandbox, books: ZohoBooks, bill_payload: Payloads
) -> None:
    payload = bill_payload()
    zoho.reset(unique_document_field=False)

    with pytest.raises(errors.Refused):
        books.upsert_bill(payload, key_field=DOCUMENT_FIELD, key_value="u-1")


def test_a_file_comes_back_byte_for_byte_and_appends(
    books: ZohoBooks, bill_payload: Payloads
) -> None:
    bill = books.create_bill(bill_payload())
    content = b"%PDF-1.7\r\n--\r\n\x00\xff--boundary\r\n" * 1000 + b"\r\n"

    for _ in range(2):
        books.attach(bill.bill_id, filename="a-1.pdf", content=content, mime="application/pdf")

    assert books.bill(bill.bill_id).file_names == ("a-1.pdf", "a-1.pdf")
    got = books.bill_attachment(bill.bill_id)
    assert (got.content, got.mime) == (content, "application/pdf")


def test_a_bill_without_a_file_says_so(books: ZohoBooks, bill_payload: Payloads) -> None:
    bill = books.create_bill(bill_payload())

    with pytest.raises(errors.NotFound):
        books.bill_attachment(bill.bill_id)


def test_a_bill_that_is_not_there_is_not_found(books: ZohoBooks) -> None:
    with pytest.raises(errors.NotFound):
        books.bill("460000000000000001")


def test_a_vendor_credit_keeps_the_suppliers_number(
    books: ZohoBooks, bill_payload: Payloads
) -> None:
    payload = bill_payload()
    payload["vendor_credit_number"] = payload.pop("bill_number")

    created = books.create_vendor_credit(payload)

    found = books.find_vendor_credits(vendor_id=created.vendor_id, number="r-1")
    assert [credit.vendor_credit_id for credit in found] == [created.vendor_credit_id]
    assert books.vendor_credit(created.vendor_credit_id).total == Decimal("11.90")


def test_an_expense_has_one_receipt(books: ZohoBooks) -> None:
    account = next(a for a in books.chart_of_accounts() if a.account_type == "expense")
    created = books.create_expense(
        {
            "account_id": account.account_id,
            "date": dt.date(2026, 3, 1),
            "amount": Decimal("12.50"),
            "reference_number": "doc-1",
        }
    )

    for name in ("one.png", "two.png"):
        books.attach_receipt(created.expense_id, filename=name, content=b"png", mime="image/png")

    [row] = books.find_expenses(reference_number="DOC-1")
    expense = books.expense(row.expense_id)
    assert (expense.total, expense.receipt_name) == (Decimal("12.50"), "two.png")


def test_another_organisation_is_another_world(
    zoho: Sandbox, tokens: MemoryTokens, books: ZohoBooks, bill_payload: Payloads
) -> None:
    bill = books.create_bill(bill_payload())

    with ZohoBooks(
        books_url=zoho.books_url, organization_id=zoho.organization_ids[1], tokens=tokens
    ) as other:
        with pytest.raises(errors.NotFound):
            other.bill(bill.bill_id)
        assert {tax.tax_percentage for tax in other.taxes()} == {0, 5, 8, 23}


def test_a_wrong_organisation_is_refused_with_zohos_words(
    zoho: Sandbox, tokens: MemoryTokens
) -> None:
    with (
        ZohoBooks(books_url=zoho.books_url, organization_id="4711", tokens=tokens) as books,
        pytest.raises(errors.Refused, match="not associated with the CompanyID") as caught,
    ):
        books.taxes()

    assert caught.value.code == 6041


def test_a_reader_has_no_way_to_write() -> None:
    writes = {name for name in vars(ZohoBooks) if not name.startswith("_")}

    assert writes == {
        "apply_credit",
        "attach",
        "attach_receipt",
        "create_bill",
        "create_contact",
        "create_expense",
        "create_vendor_credit",
        "reopen_bill",
        "update_bill",
        "update_contact",
        "upsert_bill",
        "void_bill",
        "void_vendor_credit",
    }
    assert not any(hasattr(ZohoBooksReader, name) for name in writes)
