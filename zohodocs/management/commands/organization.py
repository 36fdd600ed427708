"""`organization add CODE … | list | member CODE USER --role … | refresh CODE`: our companies."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from integrations.errors import IntegrationError, NotSent
from zohodocs.domain.identity import tax_id_country
from zohodocs.models import ConnectionState, Organization, Role
from zohodocs.operations import companies
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
            currency=options["currency"].upper() or companies.currency_of(country),
            time_zone=options["time_zone"],
        )
        try:
            connection = companies.add(
                organization,
                by="command line",
                zoho_organization_id=options["zoho_organization_id"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        self.stdout.write(f"{organization.code}: {organization.name} added.")
        for member in organization.memberships.select_related("user"):
            self._told(organization, member.user.get_username(), member.role)
        if connection is not None and connection.state != ConnectionState.OFF:
            self._refresh(organization)

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
        companies.set_role(organization, user, role, by="command line")
        self._told(organization, username, role)

    def _told(self, organization: Organization, username: str, role: str) -> None:
        self.stdout.write(f"{username} works for {organization.code} now ({role}).")

    def _list(self, *, as_json: bool) -> None:
        for row in Organization.objects.order_by("code"):
            if as_json:
                self.json_line({"code": row.code, "name": row.name, "vat_numbers": row.vat_numbers})
            else:
                self.stdout.write(f"{row.code}\t{row.name}\t{', '.join(row.vat_numbers)}")
