"""What may be read from Zoho Books. A shadow run is handed this and cannot write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import Self

import httpx

from integrations.errors import Refused
from integrations.resilience import Breaker, Budget
from integrations.transport import open_client

from ._calls import FILE_LIMIT, Caller, CallRecord, Request
from ._records import (
    Account,
    Bill,
    Contact,
    Currency,
    Expense,
    Location,
    Organization,
    Tax,
    VendorCredit,
)
from ._tokens import TokenSource
from ._walking import MOST_PAGES, PER_PAGE, Walk, Walker, segment

_SEARCH_PAGES = 10
_LIKE_ROWS = 400
_TAX_IS_OFF = 110817


@dataclass(frozen=True, slots=True)
class Attachment:
    """The bytes of a file at a bill."""

    content: bytes = field(repr=False)
    mime: str


@dataclass(frozen=True, slots=True)
class BillsLike:
    """Bills with like numbers; `all_seen`: there are no more of them."""

    bills: list[Bill]
    all_seen: bool


class ZohoBooksReader(Walker):
    """Read calls of one organisation. Every call may raise the errors of `integrations.errors`.

    A read never raises `Ambiguous`. Calls share the breaker and the budget; `deadline_seconds`
    holds for one call as a whole, its retries included.
    """

    def __init__(
        self,
        *,
        books_url: str,
        organization_id: str,
        tokens: TokenSource,
        breaker: Breaker | None = None,
        budget: Budget | None = None,
        transport: httpx.BaseTransport | None = None,
        deadline_seconds: float = 20,
        on_call: Callable[[CallRecord], None] | None = None,
    ) -> None:
        self._caller = Caller(
            http=open_client(transport),
            books_url=books_url,
            organization_id=organization_id,
            tokens=tokens,
            breaker=breaker,
            budget=budget,
            deadline_seconds=deadline_seconds,
            on_call=on_call,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, those of copies made by `within` too."""
        self._caller.http.close()

    def within(self, deadline_seconds: float, *, for_person: bool = False) -> Self:
        """A copy with another deadline; for a waiting person it may use the budget's reserve."""
        copy = object.__new__(type(self))
        copy._caller = replace(
            self._caller, deadline_seconds=deadline_seconds, for_person=for_person
        )
        return copy

    def organizations(self) -> list[Organization]:
        """The organisations this token may see, with plan and currency."""
        return list(self._rows("/organizations", "organizations", Organization))

    def contacts(self, *, vendors_only: bool = True) -> Iterator[Contact]:
        """Every contact, page by page, oldest first, inactive ones too."""
        params = {"sort_column": "created_time", "sort_order": "A", "filter_by": "Status.All"}
        return self._contacts(params, vendors_only=vendors_only, most_pages=MOST_PAGES)

    def vendors_created_since(self, moment: dt.datetime) -> list[Contact]:
        """Vendors that came into Zoho since then, and perhaps older ones.

        At most the newest page where the rows do not say when they were created.
        """
        params = {"sort_column": "created_time", "sort_order": "D", "filter_by": "Status.All"}
        found = []
        rows = self._contacts(params, vendors_only=True, most_pages=_SEARCH_PAGES)
        for place, contact in enumerate(rows, 1):
            if not contact.created_time or not contact.created_time.tzinfo:
                if place >= PER_PAGE:
                    break
            elif contact.created_time < moment:
                break
            found.append(contact)
        return found

    def contacts_newest_change_first(self) -> Iterator[Contact]:
        """Every contact, customers and inactive ones too, the last changed first; stop early.

        Zoho ignores what it does not know: whoever relies on the order looks at it.
        """
        params = {"sort_column": "last_modified_time", "sort_order": "D", "filter_by": "Status.All"}
        return self._contacts(params, vendors_only=False, most_pages=MOST_PAGES)

    def find_vendors(self, *, name: str = "", search_text: str = "") -> list[Contact]:
        """Vendors Zoho finds; it may ignore a filter, so look at every row before adopting one."""
        return self.find_contacts(name=name, search_text=search_text, vendors_only=True)

    def find_contacts(
        self, *, name: str = "", search_text: str = "", vendors_only: bool = False
    ) -> list[Contact]:
        """The same over customers and inactive contacts: whoever may hold a taken name."""
        params = {"filter_by": "Status.All"}
        if name:
            params["contact_name"] = name[:100]
        if search_text:
            params["search_text"] = search_text[:100]
        return list(self._contacts(params, vendors_only=vendors_only, most_pages=_SEARCH_PAGES))

    def contact(self, contact_id: str) -> Contact:
        """One contact with all its fields; `NotFound` if there is none."""
        return self._one(
            "GET /contacts/{id}", f"/contacts/{segment(contact_id)}", "contact", Contact
        )

    def chart_of_accounts(self) -> list[Account]:
        """Every account, inactive ones too."""
        params = {"filter_by": "AccountType.All"}
        return list(self._rows("/chartofaccounts", "chartofaccounts", Account, params))

    def taxes(self) -> list[Tax]:
        """The organisation's taxes; none if tax is not switched on."""
        try:
            return list(self._rows("/settings/taxes", "taxes", Tax))
        except Refused as error:
            if error.code == _TAX_IS_OFF:
                return []
            raise

    def currencies(self) -> list[Currency]:
        """The currencies that are switched on."""
        return list(self._rows("/settings/currencies", "currencies", Currency))

    def find_bills(
        self,
        *,
        vendor_id: str,
        bill_number: str = "",
        date_from: dt.date | None = None,
        date_to: dt.date | None = None,
    ) -> list[Bill]:
        """Bills of this vendor; with a number only those that Zoho itself takes for the same.

        Every row is compared here, because Zoho ignores filters it does not know. Rows have no
        lines; `bill` has.
        """
        params: dict[str, str | int] = {"vendor_id": vendor_id}
        if bill_number:
            params["bill_number"] = bill_number
        if date_from:
            params["date_start"] = date_from.isoformat()
        if date_to:
            params["date_end"] = date_to.isoformat()
        return [
            bill
            for bill in self._rows("/bills", "bills", Bill, params, most_pages=_SEARCH_PAGES)
            if bill.vendor_id == vendor_id
            and (not bill_number or same_number(bill.bill_number, bill_number))
            and (not date_from or bill.date is None or bill.date >= date_from)
            and (not date_to or bill.date is None or bill.date <= date_to)
        ]

    def bills_like(self, *, vendor_id: str, number_part: str) -> BillsLike:
        """Some hundred bills of this vendor whose number holds `number_part`, newest first."""
        params: dict[str, str | int] = {
            "vendor_id": vendor_id,
            "bill_number_contains": number_part,
            "sort_column": "created_time",
            "sort_order": "D",
        }
        found = self._rows("/bills", "bills", Bill, params, most_pages=_SEARCH_PAGES)
        rows = list(islice(found, _LIKE_ROWS))
        bills = [
            bill
            for bill in rows
            if bill.vendor_id == vendor_id and number_part.casefold() in bill.bill_number.casefold()
        ]
        return BillsLike(bills, all_seen=len(rows) < _LIKE_ROWS)

    def bill(self, bill_id: str) -> Bill:
        """One bill with its lines and files."""
        return self._one("GET /bills/{id}", f"/bills/{segment(bill_id)}", "bill", Bill)

    def bills_changed(self, walk: Walk) -> list[Bill]:
        """A page's bills that changed since `walk.since`, newest first; moves the walk on."""
        return self._changed_page(walk, "/bills", "bills", Bill)

    def vendor_credits_changed(self, walk: Walk) -> list[VendorCredit]:
        """The same for vendor credits."""
        return self._changed_page(walk, "/vendorcredits", "vendor_credits", VendorCredit)

    def expenses_changed(self, walk: Walk) -> list[Expense]:
        """The same for expenses."""
        return self._changed_page(walk, "/expenses", "expenses", Expense)

    def bill_attachment(self, bill_id: str) -> Attachment:
        """The bytes of the bill's file."""
        answer = self._caller.download(
            Request(
                "GET /bills/{id}/attachment",
                "GET",
                f"/bills/{segment(bill_id)}/attachment",
                limit=2 * FILE_LIMIT,
            )
        )
        return Attachment(
            answer.body, answer.headers.get("Content-Type", "application/octet-stream")
        )

    def find_vendor_credits(self, *, vendor_id: str, number: str = "") -> list[VendorCredit]:
        """Vendor credits of this vendor, compared row by row as in `find_bills`."""
        params: dict[str, str | int] = {"vendor_id": vendor_id}
        if number:
            params["vendor_credit_number"] = number
        return [
            credit
            for credit in self._rows(
                "/vendorcredits", "vendor_credits", VendorCredit, params, most_pages=_SEARCH_PAGES
            )
            if credit.vendor_id == vendor_id
            and (not number or same_number(credit.vendor_credit_number, number))
        ]

    def vendor_credit(self, vendor_credit_id: str) -> VendorCredit:
        """One vendor credit with its lines."""
        path = f"/vendorcredits/{segment(vendor_credit_id)}"
        return self._one("GET /vendorcredits/{id}", path, "vendor_credit", VendorCredit)

    def find_expenses(self, *, reference_number: str) -> list[Expense]:
        """Expenses with this reference number."""
        params = {"reference_number": reference_number}
        return [
            expense
            for expense in self._rows(
                "/expenses", "expenses", Expense, params, most_pages=_SEARCH_PAGES
            )
            if same_number(expense.reference_number, reference_number)
        ]

    def expenses_like(self, *, vendor_id: str, day: dt.date, total: Decimal) -> list[Expense]:
        """Expenses of this vendor and day over this total, among the newest some hundred."""
        params: dict[str, str | int] = {
            "vendor_id": vendor_id,
            "date": day.isoformat(),
            "sort_column": "created_time",
            "sort_order": "D",
        }
        rows = self._rows("/expenses", "expenses", Expense, params, most_pages=_SEARCH_PAGES)
        return [
            expense
            for expense in islice(rows, _LIKE_ROWS)
            if expense.vendor_id == vendor_id
            and expense.date == day
            and total in (expense.total, expense.amount)
        ]

    def expense(self, expense_id: str) -> Expense:
        """One expense."""
        return self._one(
            "GET /expenses/{id}", f"/expenses/{segment(expense_id)}", "expense", Expense
        )

    def locations(self) -> list[Location]:
        """The organisation's places of business; `Refused` where it has no locations."""
        return list(self._rows("/locations", "locations", Location))

    def contacts_page(self, page: int) -> tuple[list[Contact], bool]:
        """One page of `contacts`, vendors only, and whether another follows."""
        params = {
            "contact_type": "vendor",
            "sort_column": "created_time",
            "sort_order": "A",
            "filter_by": "Status.All",
        }
        rows, more = self._page("/contacts", "contacts", Contact, params, page=page)
        return [row for row in rows if row.is_vendor], more

    def bills_page(self, page: int, *, date_from: dt.date) -> tuple[list[Bill], bool]:
        """One page of the bills since that day, oldest entry first, and whether another follows."""
        params = {
            "date_start": date_from.isoformat(),
            "sort_column": "created_time",
            "sort_order": "A",
        }
        rows, more = self._page("/bills", "bills", Bill, params, page=page)
        return [row for row in rows if row.date is None or row.date >= date_from], more

    def newest_bills(self, number: int) -> list[Bill]:
        """The bills that were entered last, as rows."""
        params = {"sort_column": "created_time", "sort_order": "D"}
        rows, _more = self._page("/bills", "bills", Bill, params, per_page=number)
        return rows[:number]

    def probe(self, path: str) -> None:
        """Read one row of a list; raises what the token or the plan does not allow."""
        query = {"page": 1, "per_page": 1}
        self._caller.call(Request(f"GET {path}", "GET", path, query=query), lambda _: None)

    def _contacts(
        self, params: Mapping[str, str | int], *, vendors_only: bool, most_pages: int
    ) -> Iterator[Contact]:
        asked = {**params, "contact_type": "vendor"} if vendors_only else params
        for contact in self._rows("/contacts", "contacts", Contact, asked, most_pages=most_pages):
            if contact.is_vendor or not vendors_only:
                yield contact


def same_number(one: str, other: str) -> bool:
    """Whether Zoho takes two bill numbers for the same: trimmed, letters' case ignored."""
    return one.strip().casefold() == other.strip().casefold()
