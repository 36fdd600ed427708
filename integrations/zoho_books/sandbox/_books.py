"""The Books API: who may call, which function answers which address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ._contacts import Contacts
from ._expenses import Expenses
from ._limits import Limits
from ._lists import Listing
from ._oauth import Accounts
from ._purchases import BILLS, CREDITS, Purchases
from ._seed import custom_fields
from ._store import Record, Store
from ._wire import Call, Problem, Reply, success

ROOT = "/books/v3"
Answerer = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """An address: `pattern` is what counters and fault rules call it."""

    method: str
    pattern: str
    answer: Answerer

    def ids(self, method: str, path: str) -> Mapping[str, str] | None:
        """The ids in the path if it is this route's; None if not."""
        if method != self.method:
            return None
        found = re.fullmatch(re.sub(r"\{id\}", "(?P<id>[^/]+)", self.pattern), path)
        return found.groupdict() if found else None


class Books:
    """Answers calls below `/books/v3`, and counts them."""

    def __init__(
        self, store: Store, accounts: Accounts, limits: Limits, *, unique_document_field: bool
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._limits = limits
        self.calls: Counter[str] = Counter()
        self._routes = self._all_routes(unique_document_field)

    def find(self, method: str, path: str) -> tuple[Route | None, str]:
        """The route of a path, and the id in it."""
        for route in self._routes:
            ids = route.ids(method, path)
            if ids is not None:
                return route, ids.get("id", "")
        return None, ""

    def answer(self, call: Call, route: Route | None, record_id: str) -> Reply:
        """What Zoho would say, refusals included."""
        self.calls[f"{call.method} {route.pattern if route else '?'}"] += 1
        try:
            return self._answer(call, route, record_id)
        except Problem as problem:
            return problem.reply()

    def _answer(self, call: Call, route: Route | None, record_id: str) -> Reply:
        authorization = call.headers.get("authorization", "")
        if not authorization:
            raise Problem(
                401,
                14,
                "The request could not be authenticated as the authentication value you entered "
                "is invalid.",
            )
        if not self._accounts.is_alive(authorization):
            raise Problem(401, 57, "You are not authorized to perform this operation")
        if route is None:
            raise Problem(404, 5, "Invalid URL Passed")
        if route.pattern == "/organizations":
            return route.answer()
        organization_id = call.query.get("organization_id", "")
        if organization_id not in self._store.records("", "organizations"):
            raise Problem(
                400,
                6041,
                f"This user is not associated with the CompanyID/CompanyName:{organization_id}.",
            )
        with self._limits.counted(organization_id), self._store.lock:
            if record_id:
                return route.answer(organization_id, call, record_id)
            return route.answer(organization_id, call)

    def _all_routes(self, unique_document_field: bool) -> list[Route]:
        fields = custom_fields(unique_document_field=unique_document_field)
        contacts = Contacts(self._store, fields["contacts"])
        bills = Purchases(self._store, BILLS, fields["bills"])
        credits = Purchases(self._store, CREDITS, fields["vendorcredits"])
        expenses = Expenses(self._store, fields["expenses"])
        routes = [
            Route("GET", "/organizations", self._organizations),
            Route("GET", "/contacts", contacts.listed),
            Route("POST", "/contacts", contacts.create),
            Route("GET", "/contacts/{id}", contacts.get),
            Route("PUT", "/contacts/{id}", contacts.update),
            Route("GET", "/chartofaccounts", self._list("chartofaccounts", _accounts_list())),
            Route("GET", "/settings/taxes", self._list("taxes", _plain_list("taxes"))),
            Route(
                "GET", "/settings/currencies", self._list("currencies", _plain_list("currencies"))
            ),
            Route("GET", "/locations", self._list("locations", _plain_list("locations"))),
            Route("POST", "/expenses", expenses.create),
            Route("GET", "/expenses", expenses.listed),
            Route("GET", "/expenses/{id}", expenses.get),
            Route("POST", "/expenses/{id}/receipt", expenses.attach),
            Route("GET", "/expenses/{id}/receipt", expenses.attachment),
            Route("PUT", "/bills", bills.upsert),
            Route("POST", "/bills/{id}/attachment", bills.attach),
            Route("GET", "/bills/{id}/attachment", bills.attachment),
            Route("DELETE", "/bills/{id}/attachment", bills.drop_attachment),
            Route("POST", "/bills/{id}/credits", bills.apply_credits),
        ]
        for status in ("active", "inactive"):
            mark = partial(contacts.set_status, status=status)
            routes.append(Route("POST", f"/contacts/{{id}}/{status}", mark))
        for path, purchases in (("/bills", bills), ("/vendorcredits", credits)):
            routes += [
                Route("GET", path, purchases.listed),
                Route("POST", path, purchases.create),
                Route("GET", f"{path}/{{id}}", purchases.get),
                Route("PUT", f"{path}/{{id}}", purchases.update),
                Route("DELETE", f"{path}/{{id}}", purchases.delete),
            ]
            routes += [
                Route(
                    "POST",
                    f"{path}/{{id}}/status/{status}",
                    partial(purchases.set_status, status=status),
                )
                for status in ("open", "void")
            ]
        return routes

    def _organizations(self) -> Reply:
        return success({"organizations": list(self._store.records("", "organizations").values())})

    def _list(self, module: str, listing: Listing) -> Answerer:
        def answer(organization_id: str, call: Call) -> Reply:
            return listing.answer(call, self._store.records(organization_id, module).values())

        return answer


def _plain_list(key: str) -> Listing:
    return Listing(key=key, row=lambda record: record)


def _accounts_list() -> Listing:
    kinds = {
        "Asset": ("fixed_asset", "other_current_asset", "cash", "accounts_receivable"),
        "Liability": ("accounts_payable",),
        "Equity": ("equity",),
        "Income": ("income", "other_income"),
        "Expense": ("expense", "cost_of_goods_sold", "other_expense"),
    }

    def of(types: tuple[str, ...]) -> Callable[[Record], bool]:
        return lambda record: record["account_type"] in types

    return Listing(
        key="chartofaccounts",
        row=lambda record: record,
        text=frozenset({"account_name", "account_code"}),
        searched=("account_name", "account_code"),
        filters={
            "AccountType.All": lambda _: True,
            "AccountType.Active": lambda record: bool(record["is_active"]),
            "AccountType.Inactive": lambda record: not record["is_active"],
            **{f"AccountType.{name}": of(types) for name, types in kinds.items()},
        },
        sortable=frozenset({"account_name"}),
    )
