"""Expenses, with one receipt each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import _custom
from ._lists import Listing, pick
from ._multipart import uploaded
from ._store import Record, Store, timestamp
from ._totals import amount, rounded
from ._wire import Call, Problem, Reply, success

_TAKEN = (
    "account_id", "date", "amount", "tax_id", "is_inclusive_tax", "vendor_id", "currency_id",
    "exchange_rate", "reference_number", "description", "paid_through_account_id",
    "line_items",
)  # fmt: skip  # a list of names to be skimmed
_ROW = (
    "expense_id", "account_id", "account_name", "vendor_id", "vendor_name", "date", "total",
    "currency_code", "reference_number", "description", "status", "receipt_name", "created_time",
)  # fmt: skip  # as above


class Expenses:
    """`/expenses` of one store."""

    def __init__(self, store: Store, fields: tuple[_custom.CustomField, ...]) -> None:
        self._store = store
        self._fields = fields
        self._listing = Listing(
            key="expenses",
            row=lambda record: {**pick(record, _ROW), **record["custom"]},
            exact=frozenset({"vendor_id", "account_id", "status"}),
            text=frozenset({"reference_number", "description", "vendor_name", "account_name"}),
            days=frozenset({"date"}),
            searched=("reference_number", "description", "vendor_name"),
            sortable=frozenset({"date", "created_time", "last_modified_time"}),
        )

    def listed(self, organization_id: str, call: Call) -> Reply:
        """`GET /expenses`."""
        return self._listing.answer(call, self._all(organization_id).values())

    def get(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """`GET /expenses/{id}`."""
        return success({"expense": self._view(self._one(organization_id, record_id))})

    def create(self, organization_id: str, call: Call) -> Reply:
        """`POST /expenses`."""
        sent = call.json()
        expense = self._checked(organization_id, sent)
        self._store.save(organization_id, "expenses", expense["expense_id"], expense)
        return success(
            {"expense": self._view(expense)}, message="The expense has been recorded.", status=201
        )

    def attach(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """`POST /expenses/{id}/receipt`: replaces."""
        expense = self._one(organization_id, record_id)
        part = uploaded(call, "receipt")
        self._store.drop_files(organization_id, "expenses", record_id)
        self._store.add_file(
            organization_id,
            "expenses",
            record_id,
            name=part.name,
            mime=part.mime,
            data=part.content,
        )
        expense = {**expense, "receipt_name": part.name}
        self._store.save(organization_id, "expenses", record_id, expense)
        return success({}, message="The expense receipt has been attached.", status=201)

    def attachment(self, organization_id: str, call: Call, record_id: str) -> Reply:
        """`GET /expenses/{id}/receipt`."""
        self._one(organization_id, record_id)
        files = self._store.files(organization_id, "expenses", record_id)
        if not files:
            raise Problem(404, 1002, "Receipt does not exist.")
        return Reply(200, files[-1].content, {"Content-Type": files[-1].mime})

    def _checked(self, organization_id: str, sent: Record) -> Record:
        for name in ("account_id", "date", "amount"):
            if not sent.get(name):
                raise Problem(400, 4, f"Invalid value passed for {name}")
        account = self._store.records(organization_id, "chartofaccounts").get(
            str(sent["account_id"])
        )
        if account is None or not account["is_active"]:
            raise Problem(400, 4, "Invalid value passed for account_id")
        inclusive = bool(sent.get("is_inclusive_tax"))
        # An itemised expense has its amounts and taxes in lines.
        parts = [
            self._computed(organization_id, part, inclusive=inclusive)
            for part in sent.get("line_items") or [sent]
        ]
        value = rounded(amount(sent["amount"], "amount"))
        net = sum((part[0] for part in parts), Decimal(0))
        tax = sum((part[1] for part in parts), Decimal(0))
        if (net + tax if inclusive else net) != value:
            raise Problem(400, 4, "Invalid value passed for amount")
        vendor = self._store.records(organization_id, "contacts").get(sent.get("vendor_id", ""), {})
        currencies = self._store.records(organization_id, "currencies")
        base = next(key for key, row in currencies.items() if row["is_base_currency"])
        currency_id = str(sent.get("currency_id") or base)
        if currency_id not in currencies:
            raise Problem(400, 4, "Invalid value passed for currency_id")
        custom = _custom.taken(sent.get("custom_fields"), self._fields)
        _custom.refuse_doubles(custom, self._fields, self._all(organization_id).values())
        return {
            **pick(sent, _TAKEN),
            "expense_id": self._store.new_id(),
            "account_name": account["account_name"],
            "vendor_name": vendor.get("contact_name", ""),
            "currency_id": currency_id,
            "currency_code": currencies[currency_id]["currency_code"],
            "amount": value,
            "sub_total": net,
            "tax_amount": tax,
            "total": net + tax,
            "status": "unbilled" if sent.get("is_billable") else "nonbillable",
            "receipt_name": "",
            "custom": custom,
            "created_time": timestamp(),
            "last_modified_time": timestamp(),
        }

    def _computed(
        self, organization_id: str, part: Record, *, inclusive: bool
    ) -> tuple[Decimal, Decimal]:
        """Net amount and tax of an expense, or of one of its lines."""
        taxes = self._store.records(organization_id, "taxes")
        tax_id = part.get("tax_id")
        if tax_id and tax_id not in taxes:
            raise Problem(400, 4, "Invalid value passed for tax_id")
        percent = Decimal(str(taxes[tax_id]["tax_percentage"] if tax_id else 0))
        value = rounded(amount(part.get("amount"), "amount"))
        net = rounded(value / (1 + percent / 100)) if inclusive else value
        return net, value - net if inclusive else rounded(net * percent / 100)

    def _view(self, expense: Record) -> Record:
        shown = {key: value for key, value in expense.items() if key != "custom"}
        return {
            **shown,
            "expense_receipt_name": expense["receipt_name"],
            "custom_fields": _custom.shown(expense["custom"], self._fields),
            "custom_field_hash": expense["custom"],
        }

    def _all(self, organization_id: str) -> Any:
        return self._store.records(organization_id, "expenses")

    def _one(self, organization_id: str, record_id: str) -> Record:
        expense: Record | None = self._all(organization_id).get(record_id)
        if expense is None:
            raise Problem(404, 1002, "Expense does not exist.")
        return expense
