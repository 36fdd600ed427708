"""A company of ours is added: its policy, its connection, its admins, and all that in the trail."""

from __future__ import annotations

from babel.numbers import get_territory_currencies
from django.contrib.auth.models import User
from django.db import transaction

from zohodocs import clients
from zohodocs.access import admins
from zohodocs.models import AuditEvent, Connection, Membership, Organization, Policy, Role


@transaction.atomic
def add(
    organization: Organization, *, by: str, zoho_organization_id: str = ""
) -> Connection | None:
    """Save a company that was not there; every superuser administers it.

    The connection that the environment describes goes to the first company, or to whoever names
    its `zoho_organization_id`; given back if there is one now. Raises ValidationError.
    """
    organization.full_clean()
    organization.save()
    Policy.current(organization)
    connection = _connection(organization, zoho_organization_id)
    AuditEvent.record(
        "organization.added", actor=by, organization=organization, data={"code": organization.code}
    )
    for user in admins():
        set_role(organization, user, Role.ADMIN, by=by)
    return connection


def set_role(organization: Organization, user: User, role: str, *, by: str) -> None:
    """Let a person work for a company, or change what they may do there."""
    Membership.objects.update_or_create(
        organization=organization, user=user, defaults={"role": role}
    )
    AuditEvent.record(
        "membership.changed",
        actor=by,
        organization=organization,
        data={"user": user.get_username(), "role": role},
    )


def currency_of(country: str) -> str:
    """What is paid with in a country today (CLDR); EUR where the country is unknown."""
    return next(iter(get_territory_currencies(country)), "EUR") if country else "EUR"


def _connection(organization: Organization, zoho_id: str) -> Connection | None:
    if Connection.objects.exists() and not zoho_id:
        return None  # the environment's own organisation is taken
    connection = clients.connection_from_environment(organization)
    if zoho_id:
        connection = connection or Connection(organization=organization)
        connection.zoho_organization_id = zoho_id
        connection.validate_constraints()
        connection.save()
    return connection
