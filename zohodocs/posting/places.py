"""Zoho's organisation and its locations, copied here."""

from __future__ import annotations

from django.db import transaction

from integrations.errors import Refused
from integrations.zoho_books import ZohoBooksReader
from zohodocs.models import Connection, Location, Organization


def refresh(organization: Organization, reader: ZohoBooksReader) -> int:
    """Copy what Zoho says of the organisation, and its locations; how many of these there are."""
    connection = Connection.objects.get(organization=organization)
    for row in reader.organizations():
        if row.organization_id == connection.zoho_organization_id:
            facts = {
                "name": row.name,
                "plan": row.plan_name,
                "currency": row.currency_code,
                "time_zone": row.time_zone,
                "price_precision": row.price_precision,
                "active": row.is_org_active,
            }
            Connection.objects.filter(pk=connection.pk).update(books_facts=facts)
    return _locations(organization, reader)


def _locations(organization: Organization, reader: ZohoBooksReader) -> int:
    try:
        rows = reader.locations()
    except Refused:
        return 0  # locations are not switched on there, or the plan has none
    own = Location.objects.for_organization(organization)
    with transaction.atomic():
        Location.objects.bulk_create(
            [
                Location(
                    organization=organization,
                    zoho_location_id=row.location_id,
                    name=row.location_name[:200],
                    primary=row.is_primary_location,
                    active=row.is_location_active,
                )
                for row in rows
            ],
            update_conflicts=True,
            unique_fields=["organization", "zoho_location_id"],
            update_fields=["name", "primary", "active"],
        )
        own.exclude(zoho_location_id__in=[row.location_id for row in rows]).update(active=False)
    return len(rows)
