"""A look at an organisation's Zoho: what is there, what may be done, which fields there are.

It only reads. What it found is kept in `Connection.seen`, for the page that shows it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.errors import AuthFailed, IntegrationError, OutOfTime, Refused
from integrations.zoho_books import (
    PROBES,
    WRITE_SCOPES,
    Bill,
    Contact,
    Organization,
    ZohoBooksReader,
    calls_a_day,
    covers,
)
from zohodocs.domain.identity import tax_id_country
from zohodocs.models import AuditEvent, Connection, ConnectionState

from .building import setup_reader
from .states import note_failure

# Where editions of Zoho Books keep a vendor's tax number themselves.
_BUILT_IN = ("vat_reg_no", "tax_reg_no", "gst_no", "tax_id_value")
_ROWS = 20
_SAMPLES = 3
_SAMPLE_LENGTH = 40
# A person waits for it, and so does a thread of the web server.
_LONGEST_SECONDS = 20.0
_CALL_SECONDS = 10.0


def look(connection: Connection, *, by: str, vendor: str = "") -> IntegrationError | None:
    """See what is there and keep it; the error that stopped the look, None if nothing did.

    `vendor` names one whose number is known, so that its field is found among its keys.
    """
    seen: dict[str, Any] = {}
    failure: IntegrationError | None = None
    try:
        with setup_reader(connection) as opened:
            reader = _Hurried(opened)
            seen["organizations"] = [_shown(row) for row in reader().organizations()]
            if connection.zoho_organization_id:
                seen |= _inside(reader, vendor)
    except IntegrationError as error:
        failure = error
        note_failure(connection.pk, error)
    # A look that broke off says nothing about what it did not come to.
    connection.seen = {**connection.seen, **seen} if failure else seen
    connection.seen_at = timezone.now()
    values: dict[str, Any] = {"seen": connection.seen, "seen_at": connection.seen_at}
    if failure is None and connection.zoho_organization_id:
        values["state"] = ConnectionState.WORKING
    Connection.objects.filter(pk=connection.pk).update(**values)
    connection.refresh_from_db(fields=["state", "last_error", "last_error_at", "scopes"])
    AuditEvent.record(
        "connection.looked_at",
        actor=by,
        organization=connection.organization,
        data={"error": type(failure).__name__ if failure else ""},
    )
    return failure


def write_permissions(connection: Connection) -> list[tuple[str, bool | None]]:
    """Each permission to write, and whether Zoho gave it; None where Zoho did not say."""
    told = bool(connection.scopes)
    return [(scope, covers(connection.scopes, scope) if told else None) for scope in WRITE_SCOPES]


def _shown(row: Organization) -> dict[str, Any]:
    return {
        "id": row.organization_id,
        "name": row.name,
        "plan": row.plan_name,
        "currency": row.currency_code,
        "time_zone": row.time_zone,
        "active": row.is_org_active,
        "calls_a_day": calls_a_day(row.plan_name),
    }


class _Hurried:
    """A reader whose calls end within the time of the whole look. Raises OutOfTime after that."""

    def __init__(self, reader: ZohoBooksReader) -> None:
        self._reader = reader
        self._ends_at = time.monotonic() + _LONGEST_SECONDS

    def __call__(self) -> ZohoBooksReader:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise OutOfTime("Zoho Books answers too slowly to look at all of it. Try again later.")
        return self._reader.within(min(left, _CALL_SECONDS), for_person=True)


def _inside(reader: _Hurried, vendor: str) -> dict[str, Any]:
    """Permissions and fields. Where rows are wanted anyway, reading them is the trial."""
    contacts: list[Contact] = []
    bills: list[Bill] = []
    trials: Mapping[str, Callable[[], object]] = {
        "/contacts": lambda: contacts.extend(_vendors(reader, vendor)),
        "/bills": lambda: bills.extend(reader().newest_bills(_ROWS)),
    }
    seen: dict[str, Any] = {
        "reads": [
            {
                "scope": probe.scope,
                "problem": _problem(trials.get(probe.path) or partial(_probed, reader, probe.path)),
            }
            for probe in PROBES
        ]
    }
    allowed = {row["scope"] for row in seen["reads"] if not row["problem"]}
    if "ZohoBooks.contacts.READ" in allowed:
        # Rows may leave fields out, or their labels: one is read in full.
        full = [reader().contact(row.contact_id) for row in contacts[:1]]
        seen["contacts"] = [row.contact_name for row in contacts[:_SAMPLES]]
        seen["vat_fields"] = _fields([*full, *contacts], built_in=_BUILT_IN)
    if "ZohoBooks.bills.READ" in allowed:
        seen["bills"] = len(bills)
        seen["bill_fields"] = _fields([*(reader().bill(row.bill_id) for row in bills[:1]), *bills])
    return seen


def _problem(trial: Callable[[], object]) -> str:
    """Why this cannot be read; "" where it can. Other failures end the look."""
    try:
        trial()
    except AuthFailed:
        return _("not allowed: add the permission and connect again")
    except Refused as error:
        return str(error)
    return ""


def _probed(reader: _Hurried, path: str) -> None:
    reader().probe(path)


def _vendors(reader: _Hurried, vendor: str) -> list[Contact]:
    """Rows of some vendors: the named one, else those that already tell most."""
    if vendor:
        rows = reader().find_vendors(name=vendor) or reader().find_vendors(search_text=vendor)
    else:
        rows, _more = reader().contacts_page(1)
    return sorted(rows, key=lambda row: -len(_named(row, _BUILT_IN)))[:_ROWS]


def _fields(
    records: Iterable[Contact | Bill], *, built_in: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Every custom field of these records with samples; one that looks like VAT numbers first."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        for name, (label, value) in _named(record, built_in).items():
            field = found.setdefault(name, {"name": name, "label": label, "samples": []})
            field["label"] = field["label"] or label
            if value and value not in field["samples"] and len(field["samples"]) < _SAMPLES:
                field["samples"].append(value[:_SAMPLE_LENGTH])
    for field in found.values():
        field["likely"] = any(tax_id_country(sample) for sample in field["samples"])
    return sorted(found.values(), key=lambda field: (not field["likely"], field["name"]))


def _named(record: Contact | Bill, built_in: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Label and value of each custom field, in whichever form it came, by its API name."""
    extra: Mapping[str, Any] = record.model_extra or {}
    named: dict[str, tuple[str, str]] = {}
    for field in extra.get("custom_fields") or ():
        if isinstance(field, Mapping):
            name = str(field.get("api_name") or field.get("placeholder") or "")
            value = field.get("value")
            if name:
                named[name] = (str(field.get("label") or ""), "" if value is None else str(value))
    hashed = extra.get("custom_field_hash")
    flat = {**(hashed if isinstance(hashed, Mapping) else {}), **extra}
    for name, value in flat.items():
        own = name.startswith("cf_") and not name.endswith(("_unformatted", "_formatted"))
        if (own or name in built_in) and isinstance(value, str | int) and name not in named:
            named[name] = ("", str(value))
    return named
