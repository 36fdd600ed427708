"""What Zoho tells us, as our own types. Only ids are required: a missing field is a default."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _id(value: object) -> object:
    # Some answers carry ids as numbers; 19 digits do not survive a float, an int is exact.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _words(value: object) -> object:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | Decimal) else value


def _amount(value: object) -> object:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def _day(value: object) -> dt.date | None:
    """A day that cannot be read is missing: it must not hide the record it stands in."""
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None


def _moment(value: object) -> dt.datetime | None:
    """Zoho writes offsets without a colon. One that cannot be read is missing, as a day is."""
    if isinstance(value, dt.datetime):
        return value
    try:
        return dt.datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", str(value).strip()))
    except ValueError:
        return None


def _whole(value: object) -> int | None:
    try:
        return int(str(value).strip())
    except ValueError:
        return None


def _truth(value: object) -> object:
    return False if value is None or value == "" else value


def _rows(value: object) -> object:
    return () if value is None or value == "" else value


Id = Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=64)]
OptionalId = Annotated[str, BeforeValidator(_words)]
Words = Annotated[str, BeforeValidator(_words)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Day = Annotated[dt.date | None, BeforeValidator(_day)]
Moment = Annotated[dt.datetime | None, BeforeValidator(_moment)]
Truth = Annotated[bool, BeforeValidator(_truth)]


class Record(BaseModel):
    """A record of Zoho's; fields we do not name are kept (`other`)."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    def other(self, name: str) -> str:
        """A field we do not name, e.g. `vat_reg_no`; "" if it is not there."""
        value = (self.model_extra or {}).get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def custom(self, api_name: str) -> str:
        """The value of a custom field, e.g. `cf_vat_id`, in whichever form it came; "" if none."""
        extra = self.model_extra or {}
        for field in extra.get("custom_fields") or ():
            if isinstance(field, Mapping) and api_name in (
                field.get("api_name"),
                field.get("placeholder"),
            ):
                value = field.get("value")
                return "" if value is None else str(value)
        hashed = extra.get("custom_field_hash")
        if isinstance(hashed, Mapping) and hashed.get(api_name) not in (None, ""):
            return str(hashed[api_name])
        return self.other(api_name)


class Organization(Record):
    """A Zoho organisation the token may see."""

    organization_id: Id
    name: Words = ""
    plan_name: Words = ""
    plan_type: Words = ""
    currency_code: Words = ""
    currency_id: OptionalId = ""
    time_zone: Words = ""
    price_precision: Annotated[int, BeforeValidator(lambda value: _whole(value) or 2)] = 2
    is_org_active: Truth = True


class Contact(Record):
    """A contact: a vendor or a customer. Rows of lists have fewer fields than `contact()`."""

    contact_id: Id
    contact_name: Words = ""
    company_name: Words = ""
    contact_type: Words = ""
    status: Words = ""
    email: Words = ""
    currency_id: OptionalId = ""
    currency_code: Words = ""
    country_code: Words = ""
    notes: Words = ""
    payment_terms: Annotated[int | None, BeforeValidator(lambda value: _whole(value) or None)] = (
        None
    )
    created_time: Moment = None
    last_modified_time: Moment = None

    @property
    def is_vendor(self) -> bool:
        """Whether bills may be booked on it; unknown counts as yes."""
        return self.contact_type in ("", "vendor")

    @property
    def is_active(self) -> bool:
        """Whether it is in use; unknown counts as yes."""
        return self.status in ("", "active")


class Account(Record):
    """An account of the chart; `account_type` e.g. `expense`, `cost_of_goods_sold`."""

    account_id: Id
    account_name: Words = ""
    account_code: Words = ""
    account_type: Words = ""
    is_active: Truth = True


class Tax(Record):
    """A tax of the organisation; several may share one percentage."""

    tax_id: Id
    tax_name: Words = ""
    tax_percentage: Amount = None
    tax_type: Words = ""
    is_default_tax: Truth = False


class Currency(Record):
    """A currency that is switched on in the organisation."""

    currency_id: Id
    currency_code: Words = ""
    is_base_currency: Truth = False
    exchange_rate: Amount = None


class Location(Record):
    """A place of business that bills may be booked on; called branch in older editions."""

    location_id: Id
    location_name: Words = ""
    is_primary_location: Truth = False
    is_location_active: Annotated[bool, BeforeValidator(lambda value: value is not False)] = True


class FileRef(Record):
    """A file that hangs on a record."""

    document_id: OptionalId = ""
    file_name: Words = ""


class Line(Record):
    """A line of a bill or vendor credit."""

    line_item_id: OptionalId = ""
    account_id: OptionalId = ""
    account_name: Words = ""
    name: Words = ""
    description: Words = ""
    rate: Amount = None
    quantity: Amount = None
    tax_id: OptionalId = ""
    tax_percentage: Amount = None
    item_total: Amount = None


class Totals(Record):
    """What bills, vendor credits and expenses have in common."""

    vendor_id: OptionalId = ""
    vendor_name: Words = ""
    reference_number: Words = ""
    date: Day = None
    status: Words = ""
    currency_id: OptionalId = ""
    currency_code: Words = ""
    sub_total: Amount = None
    tax_total: Amount = None
    total: Amount = None
    balance: Amount = None
    line_items: Annotated[tuple[Line, ...], BeforeValidator(_rows)] = ()
    documents: Annotated[tuple[FileRef, ...], BeforeValidator(_rows)] = ()
    attachment_name: Words = ""
    last_modified_time: Moment = None

    @property
    def file_names(self) -> tuple[str, ...]:
        """Names of the files that hang on it."""
        names = tuple(file.file_name for file in self.documents if file.file_name)
        return names or ((self.attachment_name,) if self.attachment_name else ())

    @property
    def has_file(self) -> bool | None:
        """Whether any file hangs on it; None where Zoho says nothing about files."""
        if self.documents or self.attachment_name:
            return True
        said = self.other("has_attachment").strip().casefold()
        if said:
            return said in ("true", "1", "yes")
        told = self.model_fields_set & {"documents", "attachment_name"}
        return False if told else None


class Bill(Totals):
    """A bill. Rows of lists have no lines and no sums but `total`."""

    bill_id: Id
    bill_number: Words = ""
    due_date: Day = None
    adjustment: Amount = None
    exchange_rate: Amount = None
    is_inclusive_tax: Truth = False


class VendorCredit(Totals):
    """A supplier's credit note."""

    vendor_credit_id: Id
    vendor_credit_number: Words = ""


class Expense(Totals):
    """An expense, e.g. of a receipt; `receipt_name` is its file."""

    expense_id: Id
    account_id: OptionalId = ""
    amount: Amount = None
    tax_amount: Amount = None
    receipt_name: Annotated[str, BeforeValidator(_words)] = ""
