"""`person leave|log-out USER`: what an admin does on the page People, from the command line."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from zohodocs.models import Membership
from zohodocs.operations import people

from ._arguments import PlainCommand, organization_of


class Command(PlainCommand):
    """End somebody's access, or log them out everywhere."""

    help = "End a person's access to a company (or to all of them), or all their sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        """One verb each."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        leave = verbs.add_parser("leave", help="claims released, sessions ended, access gone")
        leave.add_argument("user")
        leave.add_argument("--organization", help="default: every company")
        log_out = verbs.add_parser("log-out", help="end every session")
        log_out.add_argument("user")

    def handle(self, *args: Any, verb: str, user: str, **options: Any) -> None:
        """Do it, and say what was done in one JSON line."""
        person = User.objects.filter(username=user).first()
        if person is None:
            raise CommandError(f"There is no user “{user}”.", returncode=2)
        if verb == "log-out":
            self.json_line({"user": user, "sessions_ended": people.end_sessions(person)})
            return
        if code := options["organization"]:
            left = [organization_of(code)]
        else:
            rows = Membership.objects.filter(user=person).select_related("organization")
            left = [row.organization for row in rows]
        try:
            for organization in left:
                people.leave(organization, person, by=None)
        except people.Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.json_line({"user": user, "left": [organization.code for organization in left]})
