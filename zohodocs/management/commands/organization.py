"""`organization add CODE … | list | member CODE USER --role … | refresh CODE`: our companies."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_territory_currencies
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from integrations.errors import IntegrationError, NotSent
from zohodocs import clients
from zohodocs.domain.identity import tax_id_country
from zohodocs.models import (
    AuditEvent,
    Connection,
    ConnectionState,
    Membership,
    Organization,
    Policy,
    Role,
)
from zohodocs.posting import reference

from ._arguments import PlainCommand, organization_of


class Command(PlainCommand):
    """Add or list our companies."""

    help = "Add or list our companies."

    def add_arguments(self, parser: CommandParser) -> None:
        """`add` and `list`."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="add a company")
        add.add_argument("code")
        add.add_argument("--name", required=True)
        add.add_argument("--other-name", action="append", default=[])
        add.add_argument("--vat", action="append", default=[], help="may be given several times")
        add.add_argument("--country", default="")
        add.add_argument("--currency", default="", help="by default the country's")
        add.add_argument("--time-zone", default="UTC")
        add.add_argument("--zoho-organization-id", default="")
        listing = verbs.add_parser("list", help="list the companies")
        listing.add_argument("--json", action="store_true")
        member = verbs.add_parser("member", help="let a person work for a company")
        member.add_argument("code")
        member.add_argument("user")
        member.add_argument("--role", choices=Role.values, default=Role.REVIEWER.value)
        refresh = verbs.add_parser("refresh", help="copy accounts, taxes and vendors from Zoho")
        refresh.add_argument("code")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do as asked."""
        match options["verb"]:
            case "add":
                self._add(options)
            case "list":
                self._list(as_json=options["json"])
            case "member":
                self._member(organization_of(options["code"]), options["user"], options["role"])
            case _:
                self._refresh(organization_of(options["code"]))

    def _add(self, options: dict[str, Any]) -> None:
        numbers = [part.strip() for raw in options["vat"] for part in raw.split(",")]
        numbers = [number for number in numbers if number]
        told = [country for number in numbers if (country := tax_id_country(number))]
        country = options["country"].upper() or next(iter(told), "")
        organization = Organization(
            code=options["code"],
            name=options["name"],
            other_names=options["other_name"],
            vat_numbers=numbers,
            country=country,
            currency=options["currency"].upper() or _currency_of(country),
            time_zone=options["time_zone"],
        )
        try:
            organization.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        with transaction.atomic():
            organization.save()
            Policy.current(organization)
            connected = self._connect(organization, options["zoho_organization_id"])
            AuditEvent.record(
                "organization.added",
                actor="command line",
                organization=organization,
                data={"code": organization.code},
            )
        self.stdout.write(f"{organization.code}: {organization.name} added.")
        for user in get_user_model().objects.filter(is_superuser=True, is_active=True):
            self._member(organization, user.get_username(), Role.ADMIN)
        if connected:
            self._refresh(organization)

    def _connect(self, organization: Organization, zoho_id: str) -> bool:
        """Seed the connection from the environment; whether there is one now."""
        if Connection.objects.exists() and not zoho_id:
            return False  # the environment's own organisation is taken
        connection = clients.connection_from_environment(organization)
        if zoho_id:
            connection = connection or Connection(organization=organization)
            connection.zoho_organization_id = zoho_id
            try:
                connection.validate_constraints()
            except ValidationError as error:
                raise CommandError(" ".join(error.messages), returncode=2) from error
            connection.save()
        return connection is not None and connection.state != ConnectionState.OFF

    def _refresh(self, organization: Organization) -> None:
        try:
            found = reference.refresh(organization, vendors=True, actor="command line")
        except NotSent:
            self.stdout.write(
                "Accounts, taxes and vendors are copied from Zoho once `make run` is running."
            )
            return
        except IntegrationError as error:
            self.stderr.write(
                f"Zoho did not answer ({error}). The workers will ask again; nothing is lost."
            )
            return
        self.stdout.write(
            f"Copied from Zoho: {found.accounts} accounts, {found.taxes} taxes, "
            f"{found.vendors} vendors."
        )

    def _member(self, organization: Organization, username: str, role: str) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user “{username}”.", returncode=2)
        Membership.objects.update_or_create(
            organization=organization, user=user, defaults={"role": role}
        )
        AuditEvent.record(
            "membership.changed",
            actor="command line",
            organization=organization,
            data={"user": username, "role": role},
        )
        self.stdout.write(f"{username} works for {organization.code} now ({role}).")

    def _list(self, *, as_json: bool) -> None:
        for row in Organization.objects.order_by("code"):
            if as_json:
                self.json_line({"code": row.code, "name": row.name, "vat_numbers": row.vat_numbers})
            else:
                self.stdout.write(f"{row.code}\t{row.name}\t{', '.join(row.vat_numbers)}")


def _currency_of(country: str) -> str:
    """What is paid with in a country today (CLDR); EUR where the country is unknown."""
    return next(iter(get_territory_currencies(country)), "EUR") if country else "EUR"
