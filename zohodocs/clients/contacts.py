"""The index of an organisation's Zoho contacts: by VAT number, folded name and e-mail.

It answers what Zoho would be asked for, when it can; whoever asks goes to Zoho when it cannot, and
when the answer does not suit. Nothing is booked on what it says alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.conf import settings

from integrations.resilience import Index, Record
from integrations.zoho_books import Contact
from zohodocs.domain.identity import fold_name, lookup_keys
from zohodocs.models import Connection, Organization

from .building import contact_tax_id, shared_redis


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What the index knows of a contact."""

    contact_id: str
    name: str
    tax_id: str = ""
    email: str = ""
    country: str = ""
    currency: str = ""
    active: bool = True
    is_vendor: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Contacts that bear one of the keys; not `sure`: ask Zoho. `ageing`: renew the index."""

    contacts: tuple[ContactFacts, ...]
    outcome: str
    sure: bool
    ageing: bool


class Contacts:
    """The contacts of one organisation, as the index has them."""

    def __init__(self, organization_id: int, connection: Connection) -> None:
        self._vat_field = connection.vat_field
        self.index = Index(
            f"organization:{organization_id}",
            "contacts",
            redis=shared_redis(),
            source=_source(connection),
            time_scale=float(settings.TIME_SCALE),
        )

    def find(
        self, *, tax_id: str = "", country: str = "", name: str = "", email: str = ""
    ) -> Answer:
        """Every contact with this VAT number, this folded name or this e-mail address.

        A wide net: a VAT number is found with and without its country. Look at every contact.
        """
        return self._answer([*_tax_keys(tax_id, country), *_name_keys(name), *_email_keys(email)])

    def bearing(self, tax_keys: Iterable[str]) -> Answer:
        """Every contact with one of these keys of a VAT number (`domain.identity.lookup_keys`)."""
        return self._answer(f"tax:{key}" for key in tax_keys)

    def note(self, contact: Contact) -> None:
        """Take in a contact as Zoho just gave it."""
        self.index.put([self.record(contact)])

    def gone(self, contact_id: str) -> None:
        """Zoho has no such contact any more."""
        self.index.drop(contact_id)

    def record(self, contact: Contact, *, known_tax_id: str = "") -> Record:
        """A contact as it is kept; `known_tax_id` where Zoho's list leaves the number out."""
        facts = facts_of(contact, self._vat_field, known_tax_id=known_tax_id)
        keys = {
            *_tax_keys(facts.tax_id, facts.country),
            *_name_keys(facts.name),
            *_name_keys(contact.company_name),
            *_email_keys(facts.email),
        }
        return Record(facts.contact_id, tuple(sorted(keys)), asdict(facts))

    def _answer(self, keys: Iterable[str]) -> Answer:
        found = self.index.find(keys)
        rows = tuple(ContactFacts(**body) for body in found.bodies)
        return Answer(rows, found.outcome.value, found.sure, found.ageing)


def contacts_of(
    organization: Organization, connection: Connection | None = None
) -> Contacts | None:
    """The index of this organisation; None where it has no Zoho Books.

    `connection`: where it is known already.
    """
    connection = connection or Connection.objects.filter(organization=organization).first()
    if connection is None or not connection.zoho_organization_id:
        return None
    return Contacts(organization.pk, connection)


def facts_of(contact: Contact, vat_field: str, *, known_tax_id: str = "") -> ContactFacts:
    """A contact of Zoho's in our words."""
    return ContactFacts(
        contact_id=contact.contact_id,
        name=contact.contact_name,
        tax_id=contact_tax_id(contact, vat_field) or known_tax_id,
        email=contact.email,
        country=contact.country_code,
        currency=contact.currency_code,
        active=contact.is_active,
        is_vendor=contact.is_vendor,
    )


def _source(connection: Connection) -> str:
    """Whose contacts they are and how they were read; after a change of either all are void."""
    parts = (connection.books_url, connection.zoho_organization_id, connection.vat_field)
    return hashlib.sha256("\n".join(("1", *parts)).encode()).hexdigest()[:16]


def _tax_keys(tax_id: str, country: str) -> list[str]:
    return [f"tax:{key}" for key in lookup_keys(tax_id, country)]


def _name_keys(name: str) -> list[str]:
    folded = fold_name(name)
    return [f"name:{folded}"] if folded else []


def _email_keys(email: str) -> list[str]:
    return [f"email:{email.strip().casefold()}"] if "@" in email else []
