"""What an organisation's Zoho knows, copied here: accounts, taxes, locations, vendors.

What disappears there is marked inactive here, never deleted: documents point at it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from integrations.errors import IntegrationError, Refused
from integrations.zoho_books import Contact, ZohoBooksReader
from integrations.zoho_books import Tax as ZohoTax
from zohodocs import clients
from zohodocs.domain.names import words
from zohodocs.models import (
    WORKER,
    Account,
    AuditEvent,
    Connection,
    CopyKind,
    CopyState,
    Organization,
    Tax,
    Vendor,
    ZohoCopy,
    mirror_contact,
)
from zohodocs.telemetry import get_logger

from . import places

logger = get_logger(__name__)

_CURRENCY_SECONDS = 3600.0
_TOLD_EVERY = 50
# So many contacts one after another without a VAT number: the vendors of this Zoho have none.
_SILENT_ENOUGH = 20
# Only what a tax's own name says; anything else is standard, or zero-rated at 0 %.
_MARKERS: tuple[tuple[str, str], ...] = (
    (
        "AE",
        r"reverse[ -]?charge|§ ?13 ?b|odwrotne obci[aą][zż]enie|autoliquidation"
        r"|inversione contabile|inversi[oó]n del sujeto|verlegd|обратное обложение"
        r"|p[oö]+rdk[aä]ibemaks",
    ),
    (
        "K",
        r"intra[ -]?community|intra[ -]?eu|innergemeinschaftlich|intracommunautaire"
        r"|intracomunitari|\bwnt\b|wewn[aą]trzwsp[oó]lnotow|eu acquisition|acquisition vat"
        r"|[üu]hendusesise",
    ),
    ("E", r"exempt|steuerfrei|zwolnion|exon[eé]r|esente|exento|vrijgesteld|освобожд|maksuvaba"),
)

_currencies: dict[tuple[str, str], tuple[float, dict[str, str]]] = {}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many rows stand in Zoho now."""

    accounts: int
    taxes: int
    vendors: int = 0
    locations: int = 0


def refresh(
    organization: Organization,
    *,
    reader: ZohoBooksReader | None = None,
    vendors: bool = False,
    actor: str = WORKER,
) -> Refreshed:
    """Copy the chart of accounts and the taxes, and the vendors if asked; raises the calls' errors.

    What an admin set here (the category of a tax) stays.
    """
    if reader is None:
        with clients.books_reader(organization) as opened:
            return refresh(organization, reader=opened, vendors=vendors, actor=actor)
    copy = _copy_begun(organization, actor)
    try:
        counts = _copied(organization, reader, copy, vendors=vendors)
    except IntegrationError as error:
        # Zoho's word ends it for now; what only had to wait goes on as soon as there is room.
        ended_at = timezone.now() if isinstance(error, Refused) else None
        ZohoCopy.objects.filter(pk=copy.pk).update(error_message=str(error), ended_at=ended_at)
        raise
    Connection.objects.filter(organization=organization).update(
        reference_refreshed_at=timezone.now()
    )
    ended = timezone.now()
    ZohoCopy.objects.filter(pk=copy.pk).update(
        state=CopyState.DONE, step="", counts=counts, moved_at=ended, ended_at=ended
    )
    AuditEvent.record(
        "reference.refreshed", actor=actor, organization=organization, data=dict(counts)
    )
    return Refreshed(**counts)


def ask_for_refresh(organization: Organization, *, by: str) -> None:
    """Have everything copied anew by the next worker; the sweep rings until it is done."""
    ZohoCopy.ask(organization, CopyKind.REFERENCE, by=by)
    Connection.objects.filter(organization=organization).update(reference_refreshed_at=None)
    AuditEvent.record("reference.asked", actor=by, organization=organization)


def _copied(
    organization: Organization, reader: ZohoBooksReader, copy: ZohoCopy, *, vendors: bool
) -> dict[str, int]:
    counts: dict[str, int] = {}

    def tell(step: str, number: int = 0) -> None:
        ZohoCopy.objects.filter(pk=copy.pk).update(
            step=step, counts={**counts, step: number}, moved_at=timezone.now()
        )

    tell("accounts")
    counts["accounts"] = _refresh_accounts(organization, reader)
    tell("taxes")
    counts["taxes"] = _refresh_taxes(organization, reader)
    tell("locations")
    counts["locations"] = places.refresh(organization, reader)
    _currencies.clear()  # the next one who needs a currency asks
    tell("vendors")
    counts["vendors"] = import_vendors(organization, reader=reader, tell=tell) if vendors else 0
    return counts


def _copy_begun(organization: Organization, actor: str) -> ZohoCopy:
    copy, _new = ZohoCopy.objects.get_or_create(
        organization=organization, kind=CopyKind.REFERENCE, defaults={"asked_by": actor[:150]}
    )
    ZohoCopy.objects.filter(pk=copy.pk).update(
        state=CopyState.RUNNING, counts={}, error_message="", ended_at=None
    )
    return copy


def import_vendors(
    organization: Organization,
    *,
    reader: ZohoBooksReader,
    tell: Callable[[str, int], None] = lambda _step, _number: None,
) -> int:
    """Walk all of Zoho's vendors into ours; how many there are, told now and then on the way.

    A vendor that is gone there becomes inactive here.
    """
    vat_field = Connection.objects.get(organization=organization).vat_field
    seen = []
    for contact in _numbered(organization, reader, vat_field):
        mirror_contact(
            organization,
            zoho_contact_id=contact.contact_id,
            name=contact.contact_name,
            tax_id=clients.contact_tax_id(contact, vat_field),
            email=contact.email,
            country=contact.country_code,
            currency=contact.currency_code,
            active=contact.is_active,
        )
        seen.append(contact.contact_id)
        if len(seen) % _TOLD_EVERY == 0:
            tell("vendors", len(seen))
    if seen:  # an empty answer proves nothing about vendors we know
        known = Vendor.objects.for_organization(organization).exclude(zoho_contact_id="")
        known.exclude(zoho_contact_id__in=seen).filter(is_customer=False).update(active=False)
    return len(seen)


def _numbered(
    organization: Organization, reader: ZohoBooksReader, vat_field: str
) -> Iterator[Contact]:
    """Every vendor with its VAT number, read one by one only where Zoho's list leaves it out.

    One whose copy is newer than its last change is not read again: calls are few.
    """
    own = Vendor.objects.for_organization(organization).exclude(zoho_contact_id="")
    known = dict(own.values_list("zoho_contact_id", "checked_at"))
    listed: bool | None = None  # whether the list carries the number; None = not known yet
    silent = 0
    for contact in clients.at_leisure(iter(reader.contacts()), organization):
        if clients.contact_tax_id(contact, vat_field):
            listed = True
        elif not listed and silent < _SILENT_ENOUGH and _changed(contact, known):
            clients.wait_for_calls(organization)
            full = reader.contact(contact.contact_id)
            if clients.contact_tax_id(full, vat_field):
                listed, silent = False, 0
            else:
                silent += 1
            yield full
            continue
        yield contact


def _changed(contact: Contact, known: dict[str, datetime | None]) -> bool:
    """Whether the contact may say more than our copy of it."""
    if contact.contact_id not in known:
        return True
    copied, changed = known[contact.contact_id], contact.last_modified_time
    return copied is None or changed is None or changed.tzinfo is None or changed > copied


def currency_id(organization: Organization, code: str, *, reader: ZohoBooksReader) -> str:
    """Zoho's id of a currency; "" where it is not switched on there. Asked once an hour."""
    connection = Connection.objects.get(organization=organization)
    key = (connection.books_url, connection.zoho_organization_id)
    read_at, known = _currencies.get(key, (float("-inf"), {}))
    stale = time.monotonic() - read_at > _CURRENCY_SECONDS
    if stale or code not in known:
        known = {row.currency_code: row.currency_id for row in reader.currencies()}
        _currencies[key] = (time.monotonic(), known)
    return known.get(code, "")


def guessed_category(tax: ZohoTax) -> str:
    """The category a tax's name states; without such a word S, and Z at 0 %."""
    name = f"{tax.tax_name} {tax.tax_type}".casefold()
    for category, pattern in _MARKERS:
        if re.search(pattern, name) or re.search(pattern, " ".join(words(name))):
            return category
    return "Z" if tax.tax_percentage == 0 else "S"


def _refresh_accounts(organization: Organization, reader: ZohoBooksReader) -> int:
    rows = reader.chart_of_accounts()
    own = Account.objects.for_organization(organization)
    with transaction.atomic():
        Account.objects.bulk_create(
            [
                Account(
                    organization=organization,
                    zoho_account_id=row.account_id,
                    name=row.account_name[:200],
                    number=row.account_code[:40],
                    type=row.account_type[:40],
                    active=row.is_active,
                )
                for row in rows
            ],
            update_conflicts=True,
            unique_fields=["organization", "zoho_account_id"],
            update_fields=["name", "number", "type", "active"],
        )
        if rows:  # no chart is empty
            own.exclude(zoho_account_id__in=[row.account_id for row in rows]).update(active=False)
    return len(rows)


def _refresh_taxes(organization: Organization, reader: ZohoBooksReader) -> int:
    rows = reader.taxes()
    own = Tax.objects.for_organization(organization)
    with transaction.atomic():
        Tax.objects.bulk_create(
            [
                Tax(
                    organization=organization,
                    zoho_tax_id=row.tax_id,
                    name=row.tax_name[:100],
                    rate=row.tax_percentage or Decimal(0),
                    category=guessed_category(row),
                    active=row.tax_percentage is not None,
                )
                for row in rows
            ],
            update_conflicts=True,
            unique_fields=["organization", "zoho_tax_id"],
            # The category of a tax we know is the admin's.
            update_fields=["name", "rate", "active"],
        )
        own.exclude(zoho_tax_id__in=[row.tax_id for row in rows]).update(active=False)
    return len(rows)
