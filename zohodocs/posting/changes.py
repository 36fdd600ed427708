"""What may be done to an entry that stands: each can tell whether it is done, and do it once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from integrations.errors import NotFound, Refused
from integrations.zoho_books import ZohoBooks
from zohodocs.domain.money import ZERO
from zohodocs.models import Amendment, AmendmentKind, Document, Posting

from . import planning, standing
from .bills import wire
from .entries import VOID, Entry, Ledger
from .files import file_for
from .refusals import CannotPlan
from .rounding import with_line_ids


class Change(Protocol):
    """One kind of change."""

    def refusal(self, entry: Entry) -> str:
        """Why it cannot be done to this entry, in words; "" if it can."""

    def is_done(self, entry: Entry) -> bool:
        """Whether the entry already stands as it should: asked before and after every write."""

    def make(self, entry: Entry) -> None:
        """Write it. Raises what the calls raise."""


@dataclass(frozen=True, slots=True)
class Void:
    """Make it void."""

    entries: Ledger

    def refusal(self, entry: Entry) -> str:
        if entry.status in ("paid", "partially_paid", "closed"):
            return "Something was paid on it. Undo the payment in Zoho Books, then propose again."
        return ""

    def is_done(self, entry: Entry) -> bool:
        return entry.status == VOID

    def make(self, entry: Entry) -> None:
        self.entries.void(entry.id)


@dataclass(frozen=True, slots=True)
class Correct:
    """Bring it back to what was posted, its file included."""

    entries: Ledger
    document: Document
    posting: Posting

    def refusal(self, entry: Entry) -> str:
        if entry.status in ("paid", "partially_paid", "closed"):
            return "Something was paid on it. Correct it by hand in Zoho Books."
        return ""

    def is_done(self, entry: Entry) -> bool:
        return not self._amiss(entry)

    def make(self, entry: Entry) -> None:
        amiss = self._amiss(entry)
        if entry.status == VOID:
            self.entries.reopen(entry.id)
        if amiss - {"status", "file"}:
            # A field that is left out keeps what somebody wrote into it.
            payload = {"adjustment": ZERO} | wire(self.posting.payload)
            self.entries.correct(entry.id, with_line_ids(payload, entry))
        if "file" in amiss:
            try:
                file = file_for(self.document)
            except CannotPlan as problem:
                raise Refused(problem.message, text=problem.message) from None
            self.entries.attach(entry.id, file)

    def _amiss(self, entry: Entry) -> set[str]:
        posted = standing.as_expected(
            planning.expected(self.document, self.posting),
            with_file=self.entries.takes_files and bool(self.posting.file_name),
        )
        return {each.field for each in standing.changes(posted, standing.of(entry))}


@dataclass(frozen=True, slots=True)
class ApplyCredit:
    """Pay the named bill with the vendor credit, as far as both go."""

    entries: Ledger
    books: ZohoBooks
    bill_id: str

    def refusal(self, entry: Entry) -> str:
        try:
            bill = self.books.bill(self.bill_id)
        except NotFound:
            return "The bill that the credit note names was deleted."
        if bill.status == VOID:
            return "The bill that the credit note names is void."
        if bill.vendor_id != entry.vendor_id or bill.currency_code != entry.currency:
            return "The bill that the credit note names is of another vendor or currency."
        if not self._amount(entry, bill.balance):
            return "The bill that the credit note names is paid. Use the credit in Zoho Books."
        return ""

    def is_done(self, entry: Entry) -> bool:
        """Something of the credit was used: by us, or by a person, who then knows better."""
        if entry.balance is None or entry.total is None:
            return entry.status == "closed"
        return entry.balance < entry.total

    def make(self, entry: Entry) -> None:
        amount = self._amount(entry, self.books.bill(self.bill_id).balance)
        self.books.apply_credit(self.bill_id, vendor_credit_id=entry.id, amount=amount)

    def _amount(self, entry: Entry, owed: Decimal | None) -> Decimal:
        left = entry.balance if entry.balance is not None else entry.total
        return min(left or Decimal(0), owed or Decimal(0))


def change_for(
    amendment: Amendment, document: Document, entries: Ledger, books: ZohoBooks
) -> Change:
    """What the amendment asks for."""
    match AmendmentKind(amendment.kind):
        case AmendmentKind.VOID:
            return Void(entries)
        case AmendmentKind.CORRECT:
            return Correct(entries, document, amendment.posting)
        case AmendmentKind.APPLY_CREDIT:
            return ApplyCredit(entries, books, amendment.target_id)
