"""What may be written to Zoho Books. Only posting is handed this."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from integrations.errors import Refused

from ._calls import FILE_LIMIT, Request
from ._reader import ZohoBooksReader
from ._records import Bill, Contact, Expense, VendorCredit
from ._walking import R, parse, segment

ATTACHMENT_TYPES = frozenset({".gif", ".png", ".jpeg", ".jpg", ".bmp", ".pdf"})

Payload = Mapping[str, Any]


class ZohoBooks(ZohoBooksReader):
    """Reads and writes. No write is ever repeated by itself.

    A write that raises `Ambiguous` may have been done: look before writing again. `NotSent` and
    `Throttled` prove that it was not. `Refused` is for a person, but `Duplicate` means: look.
    """

    def create_contact(self, payload: Payload) -> Contact:
        """Create a contact; `NameTaken` if any contact, customers included, has the name."""
        return self._write("POST", "/contacts", "contact", Contact, payload)

    def update_contact(self, contact_id: str, payload: Payload) -> Contact:
        """Change the given fields of a contact."""
        return self._write("PUT", f"/contacts/{segment(contact_id)}", "contact", Contact, payload)

    def create_bill(self, payload: Payload) -> Bill:
        """Create a bill; `DuplicateNumber` if this vendor has one with its number."""
        return self._write("POST", "/bills", "bill", Bill, payload)

    def update_bill(self, bill_id: str, payload: Payload) -> Bill:
        """Write `payload` over a bill: only over one that was just created and seen unchanged."""
        return self._write("PUT", f"/bills/{segment(bill_id)}", "bill", Bill, payload)

    def upsert_bill(self, payload: Payload, *, key_field: str, key_value: str) -> Bill:
        """Create the bill whose unique custom field `key_field` holds `key_value`.

        If there is one already, Zoho OVERWRITES it: only for the very first send.
        """
        headers = {
            "X-Unique-Identifier-Key": key_field,
            "X-Unique-Identifier-Value": key_value,
            "X-Upsert": "true",
        }
        return self._write("PUT", "/bills", "bill", Bill, payload, headers=headers)

    def attach(self, bill_id: str, *, filename: str, content: bytes, mime: str) -> None:
        """Add a file to a bill. It APPENDS: look at `bill(...).file_names` before a second try."""
        self._upload(f"/bills/{segment(bill_id)}/attachment", "attachment", filename, content, mime)

    def create_vendor_credit(self, payload: Payload) -> VendorCredit:
        """Create a vendor credit with the supplier's own number; amounts are positive."""
        query = {"ignore_auto_number_generation": "true"}
        return self._write(
            "POST", "/vendorcredits", "vendor_credit", VendorCredit, payload, query=query
        )

    def void_bill(self, bill_id: str) -> None:
        """Make a bill void; Zoho refuses where something was paid on it."""
        self._command(f"/bills/{segment(bill_id)}/status/void")

    def reopen_bill(self, bill_id: str) -> None:
        """Make a void bill open again."""
        self._command(f"/bills/{segment(bill_id)}/status/open")

    def void_vendor_credit(self, vendor_credit_id: str) -> None:
        """Make a vendor credit void."""
        self._command(f"/vendorcredits/{segment(vendor_credit_id)}/status/void")

    def apply_credit(self, bill_id: str, *, vendor_credit_id: str, amount: Decimal) -> None:
        """Pay a bill with a vendor credit. It ADDS: look at the credit's balance before."""
        applied = {"vendor_credit_id": vendor_credit_id, "amount_applied": amount}
        self._command(f"/bills/{segment(bill_id)}/credits", {"apply_vendor_credits": [applied]})

    def create_expense(self, payload: Payload) -> Expense:
        """Create an expense (`account_id`, `date` and `amount` are required)."""
        return self._write("POST", "/expenses", "expense", Expense, payload)

    def attach_receipt(self, expense_id: str, *, filename: str, content: bytes, mime: str) -> None:
        """Set the file of an expense, replacing an earlier one."""
        self._upload(f"/expenses/{segment(expense_id)}/receipt", "receipt", filename, content, mime)

    def _write(
        self,
        method: str,
        path: str,
        key: str,
        kind: type[R],
        payload: Payload,
        *,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> R:
        request = Request(
            endpoint=f"{method} {_pattern(path)}",
            method=method,
            path=path,
            query=query or {},
            headers=headers or {},
            payload=payload,
        )
        return self._caller.call(
            request, lambda content: parse(kind, content.get(key), writes=True)
        )

    def _command(self, path: str, payload: Payload | None = None) -> None:
        request = Request(f"POST {_pattern(path)}", "POST", path, payload=payload)
        self._caller.call(request, lambda _: None)

    def _upload(self, path: str, part: str, filename: str, content: bytes, mime: str) -> None:
        if PurePosixPath(filename).suffix.lower() not in ATTACHMENT_TYPES:
            raise Refused("Zoho takes only PDF and picture files.", sent=False)
        if len(content) > FILE_LIMIT:
            raise Refused("The file is larger than the 10 MB that Zoho takes.", sent=False)
        self._caller.call(
            Request(
                endpoint=f"POST {_pattern(path)}",
                method="POST",
                path=path,
                files={part: (filename, content, mime)},
            ),
            lambda _: None,
        )


def _pattern(path: str) -> str:
    """The path with its id left out: `/bills/123/attachment` is `/bills/{id}/attachment`."""
    parts = path.split("/")
    if len(parts) > 2:
        parts[2] = "{id}"
    return "/".join(parts)
