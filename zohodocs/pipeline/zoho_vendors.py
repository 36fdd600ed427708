"""Asking Zoho for a vendor while a document is processed: one short question, never a wait."""

from __future__ import annotations

import time
from collections.abc import Callable

from integrations.errors import IntegrationError
from zohodocs import clients
from zohodocs.clients import ContactFacts
from zohodocs.domain.identity import fold_name
from zohodocs.models import Connection, ConnectionState, Organization, Vendor, mirror_contact
from zohodocs.telemetry import get_logger

from . import lately

logger = get_logger(__name__)
PATIENCE_SECONDS = 1.0
_ASKABLE = (ConnectionState.WORKING, ConnectionState.THROTTLED)


Tell = Callable[[str, list[ContactFacts]], None]


def connection_of(organization: Organization) -> Connection | None:
    """The way to the organisation's Zoho Books, as it stood a moment ago."""
    return lately.asked(
        ("connection", organization.pk),
        lambda: Connection.objects.filter(organization=organization).first(),
    )


def asker(
    organization: Organization, connection: Connection | None, *, tell: Tell | None = None
) -> Callable[[str], bool] | None:
    """A question to Zoho for contacts of a name; None where the organisation has no connection.

    What Zoho answers is mirrored into our vendors and told to `tell`; the question returns False
    when Zoho did not answer within `PATIENCE_SECONDS`, and posting looks again.
    """
    if connection is None or connection.state == ConnectionState.OFF:
        return None

    def ask(name: str) -> bool:
        if connection.state not in _ASKABLE:
            return False
        ends = time.monotonic() + PATIENCE_SECONDS
        try:
            with clients.books_reader(organization) as reader:
                contacts = reader.within(PATIENCE_SECONDS).find_contacts(search_text=name)
                for place, row in enumerate(contacts):
                    tax_id = clients.contact_tax_id(row, connection.vat_field)
                    if not tax_id and _is_news(
                        organization, row.contact_id, row.contact_name, name
                    ):
                        left = max(0.0, ends - time.monotonic())
                        contacts[place] = reader.within(left).contact(row.contact_id)
        except IntegrationError as error:
            logger.warning("vendor.ask.unanswered", error=type(error).__name__)
            return False
        for contact in contacts:
            mirror_contact(
                organization,
                zoho_contact_id=contact.contact_id,
                name=contact.contact_name,
                tax_id=clients.contact_tax_id(contact, connection.vat_field),
                email=contact.email,
                country=contact.country_code,
                currency=contact.currency_code,
                active=contact.is_active,
                is_customer=not contact.is_vendor,
            )
        if tell is not None:
            tell(name, [clients.facts_of(contact, connection.vat_field) for contact in contacts])
        return True

    return ask


def _is_news(organization: Organization, contact_id: str, contact_name: str, asked: str) -> bool:
    """Whether to read a contact in full, since lists may leave out its VAT number.

    Only one of the very name that was asked for, and none that we know already.
    """
    if fold_name(contact_name) != fold_name(asked):
        return False
    known = Vendor.objects.for_organization(organization).filter(zoho_contact_id=contact_id)
    return not known.exists()
