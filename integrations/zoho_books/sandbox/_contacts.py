"""Contacts: vendors and customers share one list of names."""

from __future__ import annotations

from typing import Any

from . import _custom
from ._lists import Listing, pick
from ._store import Record, Store, timestamp
from ._wire import Call, Problem, Reply, success

_ROW = (
    "contact_id", "contact_name", "company_name", "contact_type", "status", "currency_id",
    "currency_code", "payment_terms", "payment_terms_label", "email", "phone", "first_name",
    "last_name", "created_time", "last_modified_time",
)  # fmt: skip  # a list of names to be skimmed
_TAKEN = frozenset(
    {
        "contact_name", "company_name", "contact_type", "currency_id", "payment_terms",
        "payment_terms_label", "website", "language_code", "notes", "billing_address",
        "shipping_address", "contact_persons", "phone", "country_code", "vat_reg_no",
        "vat_treatment", "tax_reg_no", "tax_treatment",
    }
)  # fmt: skip  # as above


class Contacts:
    """`/contacts` of one store."""

    def __init__(self, store: Store, fields: tuple[_custom.CustomField, ...]) -> None:
        self._store = store
        self._fields = fields
        statuses = ("Active", "Inactive")
        self._listing = Listing(
            key="contacts",
            row=lambda record: {**pick(record, _ROW), **record["custom"]},
            exact=frozenset({"contact_type"}),
            text=frozenset(
                {"contact_name", "company_name", "first_name", "last_name", "email", "phone"}
            ),
            searched=("contact_name", "company_name", "email", "first_name", "last_name", "notes"),
            filters={
                "Status.All": lambda _: True,
                **{f"Status.{name}": _has_status(name.lower()) for name in statuses},
            },
            sortable=frozenset({"contact_name", "created_time", "last_modified_time"}),
        )

    def listed(self, organization_id: str, call: Call) -> Reply:
        """`GET /contacts`."""
        return self._listing.answer(call, self._all(organization_id).values())

    def get(self, organization_id: str, call: Call, contact_id: str) -> Reply:
        """`GET /contacts/{id}`."""
        return success({"contact": self._view(self._one(organization_id, contact_id))})

    def create(self, organization_id: str, call: Call) -> Reply:
        """`POST /contacts`."""
        contact_id = self._store.new_id()
        start = {
            "contact_id": contact_id,
            "contact_type": "customer",
            "status": "active",
            "payment_terms": 0,
            "email": "",
            "notes": "",
            "custom": {},
            "created_time": timestamp(),
        }
        contact = self._changed(organization_id, start, call.json())
        self._store.save(organization_id, "contacts", contact_id, contact)
        return success(
            {"contact": self._view(contact)}, message="The contact has been added.", status=201
        )

    def update(self, organization_id: str, call: Call, contact_id: str) -> Reply:
        """`PUT /contacts/{id}`."""
        contact = self._changed(
            organization_id, self._one(organization_id, contact_id), call.json()
        )
        self._store.save(organization_id, "contacts", contact_id, contact)
        return success({"contact": self._view(contact)}, message="The contact has been saved.")

    def set_status(self, organization_id: str, call: Call, contact_id: str, status: str) -> Reply:
        """`POST /contacts/{id}/active` and `/inactive`."""
        contact = {
            **self._one(organization_id, contact_id),
            "status": status,
            "last_modified_time": timestamp(),
        }
        self._store.save(organization_id, "contacts", contact_id, contact)
        return success({}, message=f"The contact has been marked as {status}.")

    def _changed(self, organization_id: str, start: Record, sent: dict[str, Any]) -> Record:
        contact = {**start, **{key: sent[key] for key in sent if key in _TAKEN}}
        name = str(contact.get("contact_name") or "").strip()
        if not name:
            raise Problem(400, 4, "Invalid value passed for contact_name")
        contact["contact_name"] = name
        others = [
            other
            for key, other in self._all(organization_id).items()
            if key != contact["contact_id"]
        ]
        if any(other["contact_name"].casefold() == name.casefold() for other in others):
            kind = contact["contact_type"]
            raise Problem(
                400,
                3062,
                f'The {kind} "{name}" already exists. Please specify a different name.',
            )
        contact["company_name"] = str(contact.get("company_name") or name)
        contact["custom"] = {
            **start["custom"],
            **_custom.taken(sent.get("custom_fields"), self._fields),
        }
        _custom.refuse_doubles(contact["custom"], self._fields, others)
        currencies = self._store.records(organization_id, "currencies")
        base = next(key for key, row in currencies.items() if row["is_base_currency"])
        contact["currency_id"] = str(contact.get("currency_id") or base)
        if contact["currency_id"] not in currencies:
            raise Problem(400, 4, "Invalid value passed for currency_id")
        contact["currency_code"] = currencies[contact["currency_id"]]["currency_code"]
        contact.update(_primary_person(contact.get("contact_persons")))
        contact["last_modified_time"] = timestamp()
        return contact

    def _view(self, contact: Record) -> Record:
        shown = {key: value for key, value in contact.items() if key != "custom"}
        return {
            **shown,
            "custom_fields": _custom.shown(contact["custom"], self._fields),
            "custom_field_hash": contact["custom"],
        }

    def _all(self, organization_id: str) -> Any:
        return self._store.records(organization_id, "contacts")

    def _one(self, organization_id: str, contact_id: str) -> Record:
        contact: Record | None = self._all(organization_id).get(contact_id)
        if contact is None:
            raise Problem(404, 1002, "Contact does not exist.")
        return contact


def _has_status(status: str) -> Any:
    return lambda record: record["status"] == status


def _primary_person(persons: object) -> Record:
    if not isinstance(persons, list):
        return {}
    people = [person for person in persons if isinstance(person, dict)]
    primary = next((person for person in people if person.get("is_primary_contact")), None)
    first = primary or (people[0] if people else {})
    return pick(first, ("first_name", "last_name", "email", "phone"))
