"""What the demo starts with, and the papers it hands in.

Everything here may run again on the data of an earlier demo: nothing is made twice.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import Group, User

from zohodocs import clients
from zohodocs.arrivals.receive import receive
from zohodocs.jobs import doorbell
from zohodocs.models import (
    Account,
    Connection,
    ConnectionState,
    Flag,
    FlagMode,
    Membership,
    Organization,
    Policy,
    Role,
    Rule,
    Vendor,
    VendorBankAccount,
)
from zohodocs.posting import reference
from zohodocs.rollout.flags import set_flag

from .papers import Party
from .samples import KNOWN_ACCOUNTS, NORDLICHT, WISLA, samples

PASSWORD = "try-zohodocs"  # noqa: S105  # the demo's own, printed on the terminal; loopback only
PEOPLE = (("rita", Role.REVIEWER), ("adam", Role.APPROVER), ("nora", Role.ADMIN))
# Code, paper, country, currency, time zone, Zoho organisation of the sandbox.
COMPANIES = (
    ("nordlicht", NORDLICHT, "DE", "EUR", "Europe/Berlin", "20060000001"),
    ("wisla", WISLA, "PL", "PLN", "Europe/Warsaw", "20060000002"),
)
ACCOUNT_KEYWORDS = {
    "Electricity, Gas and Water": ["Strom", "Grundpreis", "Energia elektryczna"],
    "Office Supplies": ["Druckerpapier", "Ordner", "Toner"],
    "IT and Internet Expenses": ["hosting", "object storage"],
}


def seed() -> list[str]:
    """Companies, people, vendors, rules and flags; lines that say who may log in."""
    for code, party, country, currency, zone, zoho_id in COMPANIES:
        organization, _ = Organization.objects.get_or_create(
            code=code,
            defaults={
                "name": party.name,
                "vat_numbers": [party.vat],
                "country": country,
                "currency": currency,
                "time_zone": zone,
            },
        )
        _connect(organization, zoho_id)
        _policy(organization)
        reference.refresh(organization, vendors=True, actor="demo")
        _rules(organization)
        for supplier in KNOWN_ACCOUNTS:
            _bank_account(organization, supplier)
    _flags()
    return [_person(name, role) for name, role in PEOPLE]


def send_samples() -> None:
    """Hand every sample in over the same door as everyone; what was sent before is a repeat."""
    organizations = {each.code: each for each in Organization.objects.all()}
    first_day = Organization.objects.earliest("created_at").created_at.date()
    for code, filename, content in samples(first_day):
        arrival = receive(
            organization=organizations[code],
            content=content,
            filename=filename,
            channel="demo",
            sender="demo",
        )
        if arrival.document is not None and arrival.result == "accepted":
            doorbell.ring(arrival.document)


def _connect(organization: Organization, zoho_id: str) -> None:
    clients.connection_from_environment(organization)
    # The sandbox may have taken another port than last time.
    Connection.objects.filter(organization=organization).update(
        accounts_url=settings.ZOHO_ACCOUNTS_URL,
        books_url=settings.ZOHO_BOOKS_URL,
        zoho_organization_id=zoho_id,
        state=ConnectionState.WORKING,
    )


def _policy(organization: Organization) -> None:
    if not Policy.objects.for_organization(organization).exists():
        Policy(
            organization=organization,
            auto_approve_up_to=Decimal(2000),
            four_eyes_above=Decimal(5000),
            # Which of so few are drawn is chance; everybody's demo shows the same queue.
            spot_check_percent=0,
            created_by="demo",
        ).save()


def _rules(organization: Organization) -> None:
    if Rule.objects.for_organization(organization).exists():
        return
    chart = {row.name: row for row in Account.objects.for_organization(organization)}
    for position, (name, keywords) in enumerate(ACCOUNT_KEYWORDS.items(), start=1):
        Rule.objects.create(
            organization=organization,
            position=position,
            name=f"{name}: by keyword",
            keywords=keywords,
            account=chart[name],
        )


def _bank_account(organization: Organization, supplier: Party) -> None:
    vendor = Vendor.objects.for_organization(organization).filter(name=supplier.name).first()
    if isinstance(vendor, Vendor):
        VendorBankAccount.objects.get_or_create(
            organization=organization, vendor=vendor, iban=supplier.iban
        )


def _flags() -> None:
    for name in ("parallel_processing", "auto_approve"):
        if not Flag.objects.filter(name=name, organization__isnull=True).exists():
            set_flag(name=name, mode=FlagMode.ON, why="To be seen in the demo.", by="demo")


def _person(name: str, role: Role) -> str:
    user, created = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.org", "is_staff": role == Role.ADMIN}
    )
    if created:
        user.set_password(PASSWORD)
        user.is_superuser = role == Role.ADMIN
        user.save()
        user.groups.add(Group.objects.get(name=role.value))
    for organization in Organization.objects.all():
        Membership.objects.get_or_create(
            organization=organization, user=user, defaults={"role": role}
        )
    return f"{role.label}: {name} / {PASSWORD}"
