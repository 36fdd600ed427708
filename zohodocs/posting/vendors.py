"""The Zoho contact a document's vendor is: checked, found, or created when a person approved it.

Contact data that exists is never overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.errors import NameTaken, NotFound
from integrations.zoho_books import Contact, ZohoBooks
from zohodocs import clients
from zohodocs.domain.crash import around
from zohodocs.domain.identity import bare_tax_id, fold_name, same_tax_id
from zohodocs.models import WORKER, AuditEvent, Connection, Document, Vendor
from zohodocs.telemetry import get_logger

from . import indexed
from .facts import approved_by_a_person
from .refusals import CannotPlan

logger = get_logger(__name__)

# A contact seen this recently is not read again: Zoho's calls are few.
RECHECK_AFTER = timedelta(hours=24)
# Contacts read one by one where the list says nothing of their VAT numbers.
_MOST_READ = 5
_CLOCKS_APART = timedelta(hours=1)


def contact_for(
    document: Document, connection: Connection, books: ZohoBooks, *, currency_id: str
) -> str:
    """Zoho's id of the contact this document is booked on; a new one is kept in its currency.

    Raises CannotPlan where a person must decide, and whatever the calls raise.
    """
    vendor = document.vendor
    if vendor is None:
        raise CannotPlan("vendor_missing", "Choose a vendor, then approve again.")
    _refuse_excluded(document, vendor)
    if vendor.zoho_contact_id:
        return _checked(vendor, connection, books)
    found = (
        indexed.found(
            document,
            vendor,
            connection,
            books,
            bears_tax_id=lambda row: _bears_tax_id(vendor, connection, row),
        )
        or _found(vendor, connection, books)
        or _newcomer(vendor, connection, books)
    )
    if found is not None:
        return _linked(vendor, found, document, "vendor.linked")
    if not approved_by_a_person(document):
        raise CannotPlan(
            "vendor_not_in_zoho",
            f"{vendor} is not a contact in Zoho Books yet. Approve this document yourself, and it"
            " is created there.",
        )
    return _created(vendor, connection, books, document, currency_id)


def _checked(vendor: Vendor, connection: Connection, books: ZohoBooks) -> str:
    """The contact the vendor is linked to, read again from time to time."""
    contact_id = str(vendor.zoho_contact_id)
    if vendor.checked_at and timezone.now() - vendor.checked_at < RECHECK_AFTER and vendor.active:
        return contact_id
    try:
        contact = books.contact(contact_id)
    except NotFound:
        raise CannotPlan(
            "vendor_gone",
            f"The contact of {vendor} no longer exists in Zoho Books. Choose another vendor.",
        ) from None
    _refuse_unusable(vendor, contact)
    theirs = clients.contact_tax_id(contact, connection.vat_field)
    if vendor.tax_id and theirs and not _same_id(vendor, theirs, contact):
        raise CannotPlan(
            "vendor_tax_id_differs",
            f"{vendor} has the VAT number {vendor.tax_id} here and {theirs} in Zoho Books. Correct"
            " the wrong one, or choose another vendor.",
            field="supplier_tax_id",
        )
    with around("push.vendor_checked"):
        Vendor.objects.filter(pk=vendor.pk).update(checked_at=timezone.now(), active=True)
    return contact_id


def _found(vendor: Vendor, connection: Connection, books: ZohoBooks) -> Contact | None:
    """The one contact that is this vendor: by VAT number, else by name where that is enough."""
    rows = {row.contact_id: row for row in books.find_contacts(name=vendor.name)}
    if vendor.tax_id:
        # Zoho finds a VAT number only where somebody wrote it into a searched field.
        rows |= {row.contact_id: row for row in books.find_contacts(search_text=vendor.tax_id)}
        number = bare_tax_id(vendor.tax_id, vendor.country)
        rows |= {row.contact_id: row for row in books.find_contacts(search_text=number)}
        rows = {row.contact_id: row for row in _in_full(rows.values(), vendor, connection, books)}
    same_name = [row for row in rows.values() if fold_name(row.contact_name) == vendor.folded_name]
    if vendor.tax_id:
        by_id = [
            row for row in rows.values() if _bears_tax_id(vendor, connection, row) and row.is_vendor
        ]
        if by_id:
            return _only(vendor, by_id)
        # One of that name with another number is another company; one without any: who knows.
        unnumbered = [
            row for row in same_name if not clients.contact_tax_id(row, connection.vat_field)
        ]
        _refuse_unnumbered(vendor, [row for row in unnumbered if row.is_vendor])
        return None
    vendors = [row for row in same_name if row.is_vendor]
    return _only(vendor, vendors) if vendors else None


def _newcomer(vendor: Vendor, connection: Connection, books: ZohoBooks) -> Contact | None:
    """A contact with the vendor's number, made in Zoho under another name since all were copied.

    Zoho cannot be searched by VAT number, and a second contact of one supplier is a way to two
    bills. Those we have copied were compared when the vendor was matched.
    """
    if not vendor.tax_id or connection.reference_refreshed_at is None:
        return None
    since = connection.reference_refreshed_at - _CLOCKS_APART
    own = Vendor.objects.for_organization(vendor.organization).exclude(zoho_contact_id="")
    known = set(own.values_list("zoho_contact_id", flat=True))
    rows = [row for row in books.vendors_created_since(since) if row.contact_id not in known]
    bearing = [
        row
        for row in _in_full(rows, vendor, connection, books)
        if _bears_tax_id(vendor, connection, row)
    ]
    return _only(vendor, bearing) if bearing else None


def _in_full(
    rows: Iterable[Contact], vendor: Vendor, connection: Connection, books: ZohoBooks
) -> list[Contact]:
    """The rows, each that may be this vendor with its VAT number: lists may leave it out."""
    found = []
    left = _MOST_READ
    # The same name first, so that it is read whatever else a search brought up.
    for row in sorted(rows, key=lambda row: fold_name(row.contact_name) != vendor.folded_name):
        if left > 0 and not clients.contact_tax_id(row, connection.vat_field):
            left -= 1
            found.append(books.contact(row.contact_id))
        else:
            found.append(row)
    return found


def _refuse_unnumbered(vendor: Vendor, rows: list[Contact]) -> None:
    if rows:
        raise CannotPlan(
            "vendor_name_without_tax_id",
            f"Zoho Books has a vendor {rows[0].contact_name} without a VAT number. If it is this"
            f" one, add {vendor.tax_id} to it in Zoho Books; else choose another vendor.",
            field="supplier_tax_id",
        )


def _only(vendor: Vendor, rows: list[Contact]) -> Contact:
    active = [row for row in rows if row.is_active]
    if len(active) == 1:
        return active[0]
    if not active:
        _refuse_unusable(vendor, rows[0])
    raise CannotPlan(
        "vendor_ambiguous",
        f"Zoho Books has {len(active)} vendors that could be {vendor}. Merge them there, or choose"
        " the right one here.",
    )


def _created(
    vendor: Vendor, connection: Connection, books: ZohoBooks, document: Document, currency_id: str
) -> str:
    # Zoho books a contact's bills in the contact's own currency.
    payload = contact_payload(vendor, connection) | {"currency_id": currency_id}
    try:
        with around("push.vendor"):
            contact = books.create_contact(payload)
    except NameTaken:
        contact = _owner_of_name(vendor, connection, books, payload)
    indexed.note(document, connection, contact)
    return _linked(vendor, contact, document, "vendor.created")


def contact_payload(vendor: Vendor, connection: Connection) -> dict[str, object]:
    """A new contact; the VAT number goes into its field and into the notes, which are searched."""
    payload: dict[str, object] = {
        "contact_name": vendor.name[:200],
        "company_name": vendor.name[:200],
        "contact_type": "vendor",
    }
    if vendor.tax_id:
        payload["notes"] = f"VAT number {vendor.tax_id}"
        if connection.vat_field.startswith("cf_"):
            payload["custom_fields"] = [{"api_name": connection.vat_field, "value": vendor.tax_id}]
        elif connection.vat_field:
            payload[connection.vat_field] = vendor.tax_id
    if vendor.address:
        payload["billing_address"] = {"address": vendor.address[:500]}
    if vendor.email:
        payload["contact_persons"] = [{"email": vendor.email[:100], "is_primary_contact": True}]
    return payload


def _owner_of_name(
    vendor: Vendor, connection: Connection, books: ZohoBooks, payload: dict[str, object]
) -> Contact:
    """Zoho says the name is taken: adopt its owner if the VAT number says so, else make way."""
    vendor.refresh_from_db()
    rows = books.find_contacts(name=str(payload["contact_name"]))
    rows = _in_full(rows, vendor, connection, books)
    for row in rows:
        linked = bool(vendor.zoho_contact_id) and row.contact_id == vendor.zoho_contact_id
        if linked or (_bears_tax_id(vendor, connection, row) and row.is_vendor and row.is_active):
            return row
    ours = [row for row in rows if _bears_tax_id(vendor, connection, row) and row.is_vendor]
    if ours:
        _refuse_unusable(vendor, ours[0])
    # Zoho may have ignored the filter: only who bears the name holds it.
    owners = [row for row in rows if fold_name(row.contact_name) == vendor.folded_name]
    numbered = [row for row in owners if clients.contact_tax_id(row, connection.vat_field)]
    if vendor.tax_id and numbered and len(numbered) == len(owners):
        # Two companies of one name, told apart by their numbers.
        with around("push.vendor_of_same_name"):
            return books.create_contact(
                payload | {"contact_name": f"{vendor.name[:150]} ({vendor.tax_id})"}
            )
    raise CannotPlan(
        "vendor_name_taken",
        f"Zoho Books already has a contact called {vendor}, perhaps a customer or an inactive one,"
        " and its VAT number does not tell whether it is the same. Settle it in Zoho Books, then"
        " approve again.",
    )


def _linked(vendor: Vendor, contact: Contact, document: Document, verb: str) -> str:
    """Remember which contact the vendor is."""
    try:
        with around("push.vendor_linked"), transaction.atomic():
            Vendor.objects.filter(pk=vendor.pk, zoho_contact_id="").update(
                zoho_contact_id=contact.contact_id, checked_at=timezone.now()
            )
            AuditEvent.record(
                verb, actor=WORKER, document=document, data={"contact": contact.contact_id}
            )
    except IntegrityError:
        other = Vendor.objects.for_organization(document.organization).filter(
            zoho_contact_id=contact.contact_id
        )
        raise CannotPlan(
            "vendor_known_twice",
            f"In Zoho Books {vendor} is the contact we know as {other.first()}. Choose that vendor,"
            " then approve again.",
        ) from None
    vendor.refresh_from_db()
    logger.info(verb, document=str(document.code), contact=contact.contact_id)
    return str(vendor.zoho_contact_id)


def _refuse_unusable(vendor: Vendor, contact: Contact) -> None:
    if not contact.is_vendor:
        raise CannotPlan(
            "vendor_is_customer",
            f"In Zoho Books {vendor} is a customer. Add it as a vendor there, or choose another.",
        )
    if not contact.is_active:
        raise CannotPlan(
            "vendor_inactive",
            f"{vendor} is inactive in Zoho Books. Activate it there, or choose another vendor.",
        )


def _refuse_excluded(document: Document, vendor: Vendor) -> None:
    excluded: Iterable[str] = document.organization.excluded_contacts
    if any(fold_name(name) == vendor.folded_name for name in excluded):
        raise CannotPlan(
            "vendor_excluded",
            f"{vendor} is on the list of names that are never a vendor. Choose another vendor.",
        )


def _bears_tax_id(vendor: Vendor, connection: Connection, contact: Contact) -> bool:
    theirs = clients.contact_tax_id(contact, connection.vat_field)
    return bool(vendor.tax_id and theirs) and _same_id(vendor, theirs, contact)


def _same_id(vendor: Vendor, theirs: str, contact: Contact) -> bool:
    return same_tax_id(
        vendor.tax_id, theirs, country=vendor.country, other_country=contact.country_code
    )
