"""Bills and vendor credits: records with a vendor, a number and lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import _custom
from ._lists import Listing, pick
from ._multipart import uploaded
from ._store import Record, Store, timestamp
from ._totals import compute
from ._wire import Call, Problem, Reply, success

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ROW = (
    "vendor_id", "vendor_name", "status", "reference_number", "date", "due_date", "currency_id",
    "currency_code", "total", "balance", "has_attachment", "attachment_name", "created_time",
    "last_modified_time",
)  # fmt: skip  # a list of names to be skimmed
_TAKEN = (
    "vendor_id", "reference_number", "date", "due_date", "payment_terms", "payment_terms_label",
    "currency_id", "exchange_rate", "is_inclusive_tax", "is_item_level_tax_calc", "adjustment",
    "adjustment_description", "notes", "terms", "location_id",
)  # fmt: skip  # as above
_LINE = (
    "line_item_id", "item_id", "name", "account_id", "description", "rate", "quantity", "unit",
    "tax_id", "item_order", "product_type", "reverse_charge_tax_id",
)  # fmt: skip  # as above


@dataclass(frozen=True, slots=True)
class Kind:
    """What tells the two modules apart."""

    module: str
    key: str
    list_key: str
    id_name: str
    number_name: str
    word: str
    guarded: bool  # 13011: one number per vendor
    number_required: bool


BILLS = Kind("bills", "bill", "bills", "bill_id", "bill_number", "Bill", True, True)
CREDITS = Kind(
    "vendorcredits",
    "vendor_credit",
    "vendor_credits",
    "vendor_credit_id",
    "vendor_credit_number",
    "Vendor Credit",
    False,
    False,
)


class Purchases:
    """`/bills` or `/vendorcredits` of one store."""

    def __init__(self, store: Store, kind: Kind, fields: tuple[_custom.CustomField, ...]) -> None:
        self._store = store
        self._kind = kind
        self._fields = fields
        number = kind.number_name
        names = (kind.id_name, number, *_ROW)
        self._listing = Listing(
            key=kind.list_key,
            row=lambda record: {**pick(record, names), **record["custom"]},
            exact=frozenset({"vendor_id", "status"}),
            text=frozenset({number, "reference_number", "vendor_name"}),
            days=frozenset({"date", "due_date"}),
            searched=(number, "reference_number", "vendor_name"),
            sortable=frozenset(
                {"vendor_name", number, "date", "created_time", "last_modified_time"}
            ),
        )

    def listed(self, organization_id: str, call: Call) -> Reply:
        """The list with its filters; rows have no lines."""
        return self._listing.answer(call, self._all(organization_id).values())

    def get(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """One record with lines and files."""
        record = self._one(organization_id, record_id)
        return success({self._kind.key: self._view(organization_id, record)})

    def create(self, organization_id: str, call: Call) -> Reply:
        """POST: 201 with the whole record."""
        return self._create(organization_id, call.json(), {})

    def update(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """PUT: the sent fields over the kept ones."""
        return self._update(organization_id, self._one(organization_id, record_id), call.json())

    def upsert(self, organization_id: str, call: Call) -> Reply:
        """PUT with the three headers: overwrites the record that holds the value, else creates."""
        api_name = call.headers.get("x-unique-identifier-key", "")
        value = call.headers.get("x-unique-identifier-value", "")
        field = next((f for f in self._fields if f.api_name == api_name and f.unique), None)
        if field is None or not value:
            raise Problem(400, 4, "Invalid value passed for X-Unique-Identifier-Key")
        for record in self._all(organization_id).values():
            if record["custom"].get(api_name) == value:
                return self._update(organization_id, record, call.json())
        if call.headers.get("x-upsert", "").lower() != "true":
            raise Problem(404, 1002, f"{self._kind.word} does not exist.")
        return self._create(organization_id, call.json(), {api_name: value})

    def set_status(self, organization_id: str, call: Call, record_id: str, status: str) -> Reply:
        """POST /status/void and /status/open."""
        record = {**self._one(organization_id, record_id), "status": status}
        record["last_modified_time"] = timestamp()
        self._store.save(organization_id, self._kind.module, record_id, record)
        return success({}, message=f"The status has been changed to {status}.")

    def delete(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """DELETE; its number is free again."""
        self._one(organization_id, record_id)
        self._store.delete(organization_id, self._kind.module, record_id)
        return success({}, message=f"The {self._kind.word.lower()} has been deleted.")

    def attach(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """POST a file: it appends, also when it is the same file again."""
        record = self._one(organization_id, record_id)
        part = uploaded(call, "attachment")
        self._store.add_file(
            organization_id,
            self._kind.module,
            record_id,
            name=part.name,
            mime=part.mime,
            data=part.content,
        )
        record = {**record, "has_attachment": True, "attachment_name": part.name}
        record["last_modified_time"] = timestamp()
        self._store.save(organization_id, self._kind.module, record_id, record)
        documents = self._view(organization_id, record)["documents"]
        return success(
            {"documents": documents}, message="The document has been attached.", status=201
        )

    def attachment(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """GET the bytes of the last file."""
        self._one(organization_id, record_id)
        files = self._store.files(organization_id, self._kind.module, record_id)
        if not files:
            raise Problem(404, 1002, "Attachment does not exist.")
        return Reply(200, files[-1].content, {"Content-Type": files[-1].mime})

    def drop_attachment(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """DELETE the files."""
        record = {**self._one(organization_id, record_id), "has_attachment": False}
        record |= {"attachment_name": "", "last_modified_time": timestamp()}
        self._store.drop_files(organization_id, self._kind.module, record_id)
        self._store.save(organization_id, self._kind.module, record_id, record)
        return success({}, message="The attachment has been deleted.")

    def apply_credits(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """POST /bills/{id}/credits: it adds to what was applied before."""
        bill = dict(self._one(organization_id, record_id))
        credits = self._store.records(organization_id, CREDITS.module)
        for applied in call.json().get("apply_vendor_credits") or []:
            credit = dict(credits.get(str(applied.get("vendor_credit_id"))) or {})
            amount = Decimal(str(applied.get("amount_applied") or 0))
            if not credit:
                raise Problem(404, 1002, "Vendor Credit does not exist.")
            if not 0 < amount <= min(credit["balance"], bill["balance"]):
                raise Problem(400, 4, "Invalid value passed for amount_applied")
            for record in (credit, bill):
                record["balance"] -= amount
                record["last_modified_time"] = timestamp()
            credit["status"] = "closed" if not credit["balance"] else credit["status"]
            bill["status"] = "partially_paid" if bill["balance"] else "paid"
            self._store.save(organization_id, CREDITS.module, credit[CREDITS.id_name], credit)
        self._store.save(organization_id, self._kind.module, record_id, bill)
        return success({}, message="Credits have been applied to the bill.")

    def _create(self, organization_id: str, sent: Record, custom: dict[str, str]) -> Reply:
        start: Record = {
            self._kind.id_name: self._store.new_id(),
            "status": "draft" if sent.get("status") == "draft" else "open",
            "custom": custom,
            "line_items": [],
            "date": timestamp()[:10],
            "has_attachment": False,
            "attachment_name": "",
            "created_time": timestamp(),
        }
        record = self._changed(organization_id, start, sent)
        self._keep(organization_id, record)
        return success(
            {self._kind.key: self._view(organization_id, record)},
            message=f"The {self._kind.word.lower()} has been created.",
            status=201,
        )

    def _update(self, organization_id: str, start: Record, sent: Record) -> Reply:
        record = self._changed(organization_id, start, sent)
        self._keep(organization_id, record)
        return success(
            {self._kind.key: self._view(organization_id, record)},
            message=f"{self._kind.word} information has been updated.",
        )

    def _keep(self, organization_id: str, record: Record) -> None:
        self._store.save(organization_id, self._kind.module, record[self._kind.id_name], record)

    def _changed(self, organization_id: str, start: Record, sent: Record) -> Record:
        kind = self._kind
        record = {**start, **pick(sent, (*_TAKEN, kind.number_name))}
        record["custom"] = {
            **start["custom"],
            **_custom.taken(sent.get("custom_fields"), self._fields),
        }
        others = [
            other
            for key, other in self._all(organization_id).items()
            if key != record[kind.id_name]
        ]
        self._check_head(organization_id, record, others)
        _custom.refuse_doubles(record["custom"], self._fields, others)
        if "line_items" in sent or not record["line_items"]:
            record["line_items"] = self._lines(organization_id, sent.get("line_items"))
        compute(record, self._store.records(organization_id, "taxes"))
        record["last_modified_time"] = timestamp()
        return record

    def _check_head(self, organization_id: str, record: Record, others: list[Record]) -> None:
        kind = self._kind
        vendor_id = str(record.get("vendor_id") or "")
        vendor = self._store.records(organization_id, "contacts").get(vendor_id)
        if vendor is None or vendor["contact_type"] != "vendor":
            raise Problem(400, 4, "Invalid value passed for vendor_id")
        if vendor["status"] != "active":
            raise Problem(400, 9015, "The vendor is marked as inactive.")
        number = str(record.get(kind.number_name) or "").strip()
        if not number and kind.number_required:
            raise Problem(400, 4, f"Invalid value passed for {kind.number_name}")
        for name in ("date", "due_date"):
            if record.get(name) and not _DAY.fullmatch(str(record[name])):
                raise Problem(400, 4, f"Invalid value passed for {name}")
        if kind.guarded and any(
            other["vendor_id"] == vendor_id
            and other[kind.number_name].casefold() == number.casefold()
            for other in others
        ):
            raise Problem(
                400,
                13011,
                "A bill with this number has already been created for this vendor. "
                "Please check and try again.",
            )
        currencies = self._store.records(organization_id, "currencies")
        currency_id = str(record.get("currency_id") or vendor["currency_id"])
        if currency_id not in currencies:
            raise Problem(400, 4, "Invalid value passed for currency_id")
        currency = currencies[currency_id]
        record.update(
            {
                kind.number_name: number or f"CN-{record[kind.id_name][-5:]}",
                "vendor_id": vendor_id,
                "vendor_name": vendor["contact_name"],
                "currency_id": currency_id,
                "currency_code": currency["currency_code"],
                "exchange_rate": record.get("exchange_rate") or currency["exchange_rate"],
                "reference_number": str(record.get("reference_number") or ""),
                "due_date": record.get("due_date") or record["date"],
            }
        )

    def _lines(self, organization_id: str, sent: object) -> list[dict[str, Any]]:
        accounts = self._store.records(organization_id, "chartofaccounts")
        taxes = self._store.records(organization_id, "taxes")
        lines = []
        for row in sent if isinstance(sent, list) else []:
            line = {"quantity": 1, **pick(row, _LINE)}
            account = accounts.get(str(line.get("account_id") or ""))
            if not line.get("account_id") and not line.get("item_id"):
                raise Problem(400, 13009, "The account field cannot be empty")
            if account is None or not account["is_active"]:
                raise Problem(400, 4, "Invalid value passed for account_id")
            if line.get("tax_id") and str(line["tax_id"]) not in taxes:
                raise Problem(400, 4, "Invalid value passed for tax_id")
            line["account_name"] = account["account_name"]
            line.setdefault("line_item_id", self._store.new_id())
            lines.append(line)
        if not lines:
            raise Problem(400, 4, "Invalid value passed for line_items")
        return lines

    def _view(self, organization_id: str, record: Record) -> Record:
        shown = {key: value for key, value in record.items() if key != "custom"}
        files = self._store.files(organization_id, self._kind.module, record[self._kind.id_name])
        return {
            **shown,
            "documents": [{"document_id": file.id, "file_name": file.name} for file in files],
            "custom_fields": _custom.shown(record["custom"], self._fields),
            "custom_field_hash": record["custom"],
        }

    def _all(self, organization_id: str) -> Any:
        return self._store.records(organization_id, self._kind.module)

    def _one(self, organization_id: str, record_id: str) -> Record:
        record: Record | None = self._all(organization_id).get(record_id)
        if record is None:
            raise Problem(404, 1002, f"{self._kind.word} does not exist.")
        return record
