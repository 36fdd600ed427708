"""Bill, expense, vendor credit: three kinds of entry in Zoho, handled alike by those who post."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from integrations.errors import Duplicate, NotFound, Refused
from integrations.zoho_books import Bill, Expense, VendorCredit, Walk, ZohoBooks

from .booking import Kind
from .files import ZohoFile

VOID = "void"
_NO_SUCH_CALL = (404, 405)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in Zoho. `our_code` is what our unique field holds, "" if nothing."""

    id: str
    vendor_id: str
    number: str
    reference: str
    date: date | None
    currency: str
    total: Decimal | None
    tax_total: Decimal | None
    status: str
    files: tuple[str, ...]
    our_code: str
    # None: Zoho says nothing about files here.
    has_file: bool | None = False
    adjustment: Decimal | None = None
    line_ids: tuple[str, ...] = ()
    changed_at: datetime | None = None
    vendor_name: str = ""
    balance: Decimal | None = None


class Ledger(Protocol):
    """One kind of entry in an organisation's Zoho."""

    takes_files: bool
    # Whether Zoho itself refuses a second entry with the vendor and number of the first.
    guarded_by_number: bool
    # Whether Zoho knows a unique field for them, which refuses a second entry of the document.
    guarded_by_field: bool
    # Whether the total of an entry may be corrected after its creation.
    takes_corrections: bool
    # Whether Zoho has a call that makes an entry void.
    can_be_void: bool

    def create(self, payload: Mapping[str, Any], *, code: str, first: bool) -> Entry:
        """Write the entry; `first`: nothing was ever sent for this document."""

    def candidates(self, payload: Mapping[str, Any]) -> list[Entry]:
        """Entries that may be this one, each read in full; void ones too."""

    def read(self, entry_id: str) -> Entry:
        """One entry as it stands now."""

    def correct(self, entry_id: str, payload: Mapping[str, Any]) -> Entry:
        """Write the payload over an entry of ours that nobody has touched yet."""

    def attach(self, entry_id: str, file: ZohoFile) -> None:
        """Hang the file on the entry; look at `files` before a second try."""

    def void(self, entry_id: str) -> None:
        """Make the entry void."""

    def reopen(self, entry_id: str) -> None:
        """Make a void entry open again."""

    def changed(self, walk: Walk) -> list[Entry]:
        """A page's entries as lists show them, as far as they changed; moves the walk on."""

    def file_of(self, entry_id: str) -> bytes | None:
        """The bytes of the entry's file, None where there is none or it cannot be asked for."""


def ledger(kind: Kind, books: ZohoBooks, *, document_field: str) -> Ledger:
    """Where entries of this kind are kept."""
    match kind:
        case "bill":
            return _Bills(books, document_field)
        case "expense":
            return _Expenses(books, document_field)
        case "vendor_credit":
            return _VendorCredits(books, document_field)


def _still_there(read: Callable[[str], Entry], ids: Iterable[str]) -> list[Entry]:
    """These entries in full, without those that somebody deleted since they were listed."""
    found = []
    for entry_id in ids:
        with contextlib.suppress(NotFound):
            found.append(read(entry_id))
    return found


class _Bills:
    takes_files = True
    guarded_by_number = True
    guarded_by_field = True
    takes_corrections = True
    can_be_void = True

    def __init__(self, books: ZohoBooks, document_field: str) -> None:
        self._books = books
        self._field = document_field

    def create(self, payload: Mapping[str, Any], *, code: str, first: bool) -> Entry:
        # The upsert overwrites what it finds: only while there can be nothing. Later the plain
        # creation carries the same unique value, and Zoho refuses a late twin.
        if first and self._field:
            try:
                return self._entry(
                    self._books.upsert_bill(payload, key_field=self._field, key_value=code)
                )
            except Refused as error:
                if error.http_status not in _NO_SUCH_CALL or isinstance(error, Duplicate):
                    raise
                # This Zoho knows no upsert, so nothing was done.
        return self._entry(self._books.create_bill(payload))

    def candidates(self, payload: Mapping[str, Any]) -> list[Entry]:
        rows = self._books.find_bills(
            vendor_id=str(payload["vendor_id"]), bill_number=str(payload["bill_number"])
        )
        return _still_there(self.read, (row.bill_id for row in rows))

    def read(self, entry_id: str) -> Entry:
        return self._entry(self._books.bill(entry_id))

    def correct(self, entry_id: str, payload: Mapping[str, Any]) -> Entry:
        return self._entry(self._books.update_bill(entry_id, payload))

    def void(self, entry_id: str) -> None:
        self._books.void_bill(entry_id)

    def reopen(self, entry_id: str) -> None:
        self._books.reopen_bill(entry_id)

    def changed(self, walk: Walk) -> list[Entry]:
        return [self._entry(row) for row in self._books.bills_changed(walk)]

    def attach(self, entry_id: str, file: ZohoFile) -> None:
        self._books.attach(entry_id, filename=file.name, content=file.content, mime=file.mime)

    def file_of(self, entry_id: str) -> bytes | None:
        # Only Zoho's own no means that there is none: not knowing must not hang it on twice.
        try:
            return self._books.bill_attachment(entry_id).content
        except Refused:
            return None

    def _entry(self, bill: Bill) -> Entry:
        return Entry(
            id=bill.bill_id,
            vendor_id=bill.vendor_id,
            number=bill.bill_number,
            reference=bill.reference_number,
            date=bill.date,
            currency=bill.currency_code,
            total=bill.total,
            tax_total=bill.tax_total,
            status=bill.status,
            files=bill.file_names,
            our_code=bill.custom(self._field) if self._field else "",
            has_file=bill.has_file,
            adjustment=bill.adjustment,
            line_ids=tuple(line.line_item_id for line in bill.line_items),
            changed_at=bill.last_modified_time,
            vendor_name=bill.vendor_name,
            balance=bill.balance,
        )


class _VendorCredits:
    takes_files = False  # Zoho has no way to hang a file on a vendor credit
    guarded_by_number = False
    guarded_by_field = False
    takes_corrections = False
    can_be_void = True

    def __init__(self, books: ZohoBooks, document_field: str) -> None:
        self._books = books
        self._field = document_field

    def create(self, payload: Mapping[str, Any], *, code: str, first: bool) -> Entry:
        return self._entry(self._books.create_vendor_credit(payload))

    def candidates(self, payload: Mapping[str, Any]) -> list[Entry]:
        rows = self._books.find_vendor_credits(
            vendor_id=str(payload["vendor_id"]), number=str(payload["vendor_credit_number"])
        )
        return _still_there(self.read, (row.vendor_credit_id for row in rows))

    def read(self, entry_id: str) -> Entry:
        return self._entry(self._books.vendor_credit(entry_id))

    def correct(self, entry_id: str, payload: Mapping[str, Any]) -> Entry:
        raise NotImplementedError("The papers know no way to correct a vendor credit.")

    def void(self, entry_id: str) -> None:
        self._books.void_vendor_credit(entry_id)

    def reopen(self, entry_id: str) -> None:
        raise NotImplementedError("A vendor credit is not opened again.")

    def changed(self, walk: Walk) -> list[Entry]:
        return [self._entry(row) for row in self._books.vendor_credits_changed(walk)]

    def attach(self, entry_id: str, file: ZohoFile) -> None:
        raise NotImplementedError("Zoho takes no files on vendor credits.")

    def file_of(self, entry_id: str) -> bytes | None:
        return None

    def _entry(self, credit: VendorCredit) -> Entry:
        return Entry(
            id=credit.vendor_credit_id,
            vendor_id=credit.vendor_id,
            number=credit.vendor_credit_number,
            reference=credit.reference_number,
            date=credit.date,
            currency=credit.currency_code,
            total=credit.total,
            tax_total=credit.tax_total,
            status=credit.status,
            files=credit.file_names,
            our_code=credit.custom(self._field) if self._field else "",
            changed_at=credit.last_modified_time,
            vendor_name=credit.vendor_name,
            balance=credit.balance,
            has_file=None,
        )


class _Expenses:
    takes_files = True
    guarded_by_number = False
    guarded_by_field = True
    takes_corrections = False
    can_be_void = False

    def __init__(self, books: ZohoBooks, document_field: str) -> None:
        self._books = books
        self._field = document_field

    def create(self, payload: Mapping[str, Any], *, code: str, first: bool) -> Entry:
        return self._entry(self._books.create_expense(payload))

    def candidates(self, payload: Mapping[str, Any]) -> list[Entry]:
        rows = self._books.find_expenses(reference_number=str(payload["reference_number"]))
        return _still_there(self.read, (row.expense_id for row in rows))

    def read(self, entry_id: str) -> Entry:
        return self._entry(self._books.expense(entry_id))

    def correct(self, entry_id: str, payload: Mapping[str, Any]) -> Entry:
        raise NotImplementedError("An expense is its gross amount: nothing is left to correct.")

    def void(self, entry_id: str) -> None:
        raise NotImplementedError("The papers know no void expense.")

    def reopen(self, entry_id: str) -> None:
        raise NotImplementedError("An expense is never void.")

    def changed(self, walk: Walk) -> list[Entry]:
        return [self._entry(row) for row in self._books.expenses_changed(walk)]

    def attach(self, entry_id: str, file: ZohoFile) -> None:
        self._books.attach_receipt(
            entry_id, filename=file.name, content=file.content, mime=file.mime
        )

    def file_of(self, entry_id: str) -> bytes | None:
        return None

    def _entry(self, expense: Expense) -> Entry:
        receipt = (expense.receipt_name,) if expense.receipt_name else ()
        return Entry(
            id=expense.expense_id,
            vendor_id=expense.vendor_id,
            number="",
            reference=expense.reference_number,
            date=expense.date,
            currency=expense.currency_code,
            total=expense.total if expense.total is not None else expense.amount,
            tax_total=expense.tax_amount if expense.tax_amount is not None else expense.tax_total,
            status=expense.status,
            files=receipt or expense.file_names,
            our_code=expense.custom(self._field) if self._field else "",
            changed_at=expense.last_modified_time,
            vendor_name=expense.vendor_name,
            has_file=bool(receipt) if "receipt_name" in expense.model_fields_set else None,
        )
