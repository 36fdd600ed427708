"""The first organisation's connection, out of the environment."""

from __future__ import annotations

from django.conf import settings

from zohodocs.models import Connection, ConnectionState, Organization

from .sealing import encrypt


def connection_from_environment(organization: Organization) -> Connection | None:
    """The organisation's connection, made from the ZOHO_ settings where it has none.

    None where the environment names no Zoho. A connection that exists is left alone: after the
    first start the database wins.
    """
    existing = Connection.objects.filter(organization=organization).first()
    if existing is not None:
        return existing
    if not (settings.ZOHO_BOOKS_URL and settings.ZOHO_REFRESH_TOKEN):
        return None
    connection, _new = Connection.objects.get_or_create(
        organization=organization,
        defaults={
            "accounts_url": settings.ZOHO_ACCOUNTS_URL or "https://accounts.zoho.eu",
            "books_url": settings.ZOHO_BOOKS_URL,
            "zoho_organization_id": settings.ZOHO_ORGANIZATION_ID,
            "client_id": settings.ZOHO_CLIENT_ID,
            "client_secret_encrypted": encrypt(settings.ZOHO_CLIENT_SECRET),
            "refresh_token_encrypted": encrypt(settings.ZOHO_REFRESH_TOKEN),
            "vat_field": settings.ZOHO_VAT_FIELD,
            "document_field": settings.ZOHO_DOCUMENT_FIELD,
            "daily_limit": settings.ZOHO_DAILY_LIMIT,
            "state": ConnectionState.WORKING,
        },
    )
    return connection
