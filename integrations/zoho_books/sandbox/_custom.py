"""Custom fields: taken by `api_name` or label, given back as a list, and flat in rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ._store import Record
from ._wire import Problem


@dataclass(frozen=True, slots=True)
class CustomField:
    """A custom field of a module; `unique` = no duplicate values."""

    id: str
    api_name: str
    label: str
    unique: bool = False


def taken(sent: object, fields: Iterable[CustomField]) -> dict[str, str]:
    """The values of the fields there are; others are ignored without a word."""
    values: dict[str, str] = {}
    rows = sent if isinstance(sent, list) else []
    for field in fields:
        for row in rows:
            if isinstance(row, Mapping) and (
                row.get("api_name") == field.api_name
                or row.get("label") == field.label
                or row.get("customfield_id") == field.id
            ):
                values[field.api_name] = str(row.get("value") or "")
    return values


def shown(values: Mapping[str, str], fields: Iterable[CustomField]) -> list[dict[str, Any]]:
    """The fields as a detail answer lists them."""
    return [
        {
            "customfield_id": field.id,
            "api_name": field.api_name,
            "placeholder": field.api_name,
            "label": field.label,
            "data_type": "string",
            "value": values[field.api_name],
        }
        for field in fields
        if field.api_name in values
    ]


def refuse_doubles(
    values: Mapping[str, str],
    fields: Iterable[CustomField],
    others: Iterable[Record],
) -> None:
    """Refuse a value of a unique field that another record holds."""
    unique = {f.api_name: f for f in fields if f.unique and values.get(f.api_name)}
    for other in others:
        for name, field in unique.items():
            if other["custom"].get(name) == values[name]:
                # Nobody recorded the real code; the words are what a client can go by.
                raise Problem(400, 120304, f"The value of {field.label} already exists.")
