"""Keeping the index of contacts true: one walk through all, then only through what changed.

Zoho's own clock is the mark: what changed since the newest change we know is asked for again, with
an overlap, because a change may be written after a later one was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from integrations.zoho_books import Contact, ZohoBooksReader
from zohodocs.models import Organization, Vendor
from zohodocs.telemetry import get_logger

from .building import books_reader
from .contacts import Contacts, contacts_of
from .leisure import at_leisure

logger = get_logger(__name__)

_OVERLAP = timedelta(minutes=2)
_BATCH = 200
# More changes than this between two renewals are quicker walked through as a whole.
_MOST_CHANGES = 1000
T = TypeVar("T")


def keep_contacts(organization: Organization, *, reader: ZohoBooksReader | None = None) -> str:
    """Build or renew the index where that is due; what was done, in one word.

    `fresh` `busy` `away` `renewed` `built` `lost`. Raises the calls' errors; then the index stays
    as it was. Two at once walk once.
    """
    contacts = contacts_of(organization)
    if contacts is None:
        return "away"
    if reader is None:
        with books_reader(organization) as opened:
            return _kept(organization, contacts, opened)
    return _kept(organization, contacts, reader)


def _kept(organization: Organization, contacts: Contacts, reader: ZohoBooksReader) -> str:
    standing = contacts.index.standing()
    if standing is None:
        return "away"
    if not standing.due and not standing.outlived:
        return "fresh"
    lease = contacts.index.lease()
    if lease is None:
        return "busy"
    try:
        if standing.exists and not standing.outlived:
            changed = _changed(reader, standing.mark)
            if changed is not None:
                rows, mark = changed
                known = _known_tax_ids(organization, (row.contact_id for row in rows))
                records = [
                    contacts.record(row, known_tax_id=known.get(row.contact_id, "")) for row in rows
                ]
                if contacts.index.renew(records, mark=mark, moment=standing.moment):
                    return "renewed"
        return _built(organization, contacts, reader, lease, moment=standing.moment)
    finally:
        contacts.index.release(lease)


def _built(
    organization: Organization,
    contacts: Contacts,
    reader: ZohoBooksReader,
    lease: str,
    *,
    moment: int,
) -> str:
    # Asked before the walk, so that what changes meanwhile is asked for again afterwards.
    newest = next(iter(reader.contacts_newest_change_first()), None)
    mark = _mark(newest)
    known = _known_tax_ids(organization)
    number = 0
    rows = at_leisure(iter(reader.contacts(vendors_only=False)), organization)
    for batch in _batches(rows):
        records = [
            contacts.record(row, known_tax_id=known.get(row.contact_id, "")) for row in batch
        ]
        if not contacts.index.add(lease, records):
            return "lost"
        number += len(records)
    if not contacts.index.complete(lease, mark=mark, moment=moment):
        return "lost"
    logger.info("contacts.index.built", organization=organization.code, contacts=number)
    return "built"


def _changed(reader: ZohoBooksReader, mark: str) -> tuple[list[Contact], str] | None:
    """What changed since the mark, and the new mark; None: that cannot be told by a short walk."""
    if not mark:
        return None
    since = datetime.fromisoformat(mark) - _OVERLAP
    rows: list[Contact] = []
    last: datetime | None = None
    for row in reader.contacts_newest_change_first():
        changed = row.last_modified_time
        # A list in another order than asked for would hide what lies beyond the first old row.
        if changed is None or changed.tzinfo is None or (last is not None and changed > last):
            return None
        if changed < since:
            break
        last = changed
        rows.append(row)
        if len(rows) > _MOST_CHANGES:
            return None
    return rows, _mark(rows[0]) if rows else mark


def _mark(contact: Contact | None) -> str:
    changed = contact.last_modified_time if contact is not None else None
    return changed.isoformat() if changed is not None and changed.tzinfo is not None else ""


def _known_tax_ids(
    organization: Organization, contact_ids: Iterable[str] | None = None
) -> dict[str, str]:
    """VAT numbers we read in full once, for lists that leave them out."""
    rows = Vendor.objects.for_organization(organization).exclude(tax_id="")
    if contact_ids is not None:
        rows = rows.filter(zoho_contact_id__in=list(contact_ids))
    return dict(rows.exclude(zoho_contact_id="").values_list("zoho_contact_id", "tax_id"))


def _batches(rows: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
