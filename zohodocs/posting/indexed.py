"""A vendor's contact by the index of contacts: a hint where to look, proved by reading it.

Whatever is not one clear contact is left to the search in Zoho, which also has the words for it.
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.errors import NotFound
from integrations.zoho_books import Contact, ZohoBooks
from zohodocs import metrics
from zohodocs.clients import ContactFacts, Contacts
from zohodocs.domain.identity import fold_name, same_tax_id
from zohodocs.models import Connection, Document, Vendor
from zohodocs.rollout.flags import CANDIDATE

FLAG = "new_cache"


def found(
    document: Document,
    vendor: Vendor,
    connection: Connection,
    books: ZohoBooks,
    *,
    bears_tax_id: Callable[[Contact], bool],
) -> Contact | None:
    """The one contact that is this vendor, read in full just now; None: search in Zoho."""
    if document.arm(FLAG) != CANDIDATE:
        return None
    contacts = Contacts(document.organization_id, connection)
    hint = _hint(contacts, vendor)
    if hint is None:
        return None
    try:
        contact = books.contact(hint.contact_id)
    except NotFound:
        contacts.gone(hint.contact_id)
        return None
    contacts.note(contact)
    if not (contact.is_vendor and contact.is_active):
        return None
    if vendor.tax_id:
        return contact if bears_tax_id(contact) else None
    same_name = fold_name(contact.contact_name) == vendor.folded_name
    return contact if same_name else None


def note(document: Document, connection: Connection, contact: Contact) -> None:
    """Tell the index of a contact that was just created or chosen; it may be away."""
    if document.arm(FLAG) == CANDIDATE:
        Contacts(document.organization_id, connection).note(contact)


def _hint(contacts: Contacts, vendor: Vendor) -> ContactFacts | None:
    """The only contact that VAT number, name and e-mail address lead to, if it is only one."""
    answer = contacts.find(
        tax_id=vendor.tax_id, country=vendor.country, name=vendor.name, email=vendor.email
    )
    metrics.CONTACT_LOOKUPS.labels(answer.outcome).inc()
    if not answer.sure:
        return None
    rows = answer.contacts
    if vendor.tax_id:
        # Others of that name with other numbers are other companies; one without any: who knows.
        rows = tuple(row for row in rows if not row.tax_id or _same_number(vendor, row))
    return rows[0] if len(rows) == 1 else None


def _same_number(vendor: Vendor, row: ContactFacts) -> bool:
    return same_tax_id(vendor.tax_id, row.tax_id, country=vendor.country, other_country=row.country)
