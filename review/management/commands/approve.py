"""`approve ID…|--all --organization CODE --as USER`: the reviewer's verb, for scripts.

Same checks, four eyes and audit as in the browser. Who approves from here answers for doubts that
do not block; what blocks is named and skipped, and the command then ends with 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from review import actions
from zohodocs.access import may_decide
from zohodocs.management.commands._arguments import PlainCommand, organization_of
from zohodocs.models import Account, Organization, ReviewItem, ReviewKind, ReviewState


class Command(PlainCommand):
    """Approve documents that wait in review."""

    help = "Approve documents in review as a person would; what is blocked is named and skipped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which documents, of which company, in whose name."""
        parser.add_argument("id", nargs="*", help="ids of documents")
        parser.add_argument("--all", action="store_true", help="everything that waits")
        parser.add_argument("--organization", help="needed with --all")
        parser.add_argument("--as", required=True, dest="user", help="who approves: a user name")
        parser.add_argument("--account", help="name of the account where none was found")

    def handle(self, *args: Any, **options: Any) -> None:
        """Approve each; exit 1 if one was skipped."""
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['user']}.", returncode=2)
        if bool(options["id"]) == options["all"]:
            raise CommandError("Name the documents' ids, or --all, not both.", returncode=2)
        if options["all"] and not options["organization"]:
            raise CommandError("Say whose documents: --organization CODE.", returncode=2)
        _check_ids(options["id"])
        code = options["organization"]
        organization = organization_of(code) if code else None
        skipped = False
        for name, item in _items(organization, options["id"]):
            answer, done = _approved(item, user, options["account"])
            skipped |= not done
            (self.stdout if done else self.stderr).write(f"{name}: {answer}")
        if skipped:
            sys.exit(1)


def _check_ids(ids: list[str]) -> None:
    """Refuse what is no id before anything is approved. Raises CommandError (exit 2)."""
    for raw in ids:
        try:
            UUID(raw)
        except ValueError:
            raise CommandError(f"{raw} is not an id.", returncode=2) from None


def _items(
    organization: Organization | None, ids: list[str]
) -> Iterable[tuple[str, ReviewItem | None]]:
    """The open items by their documents' ids, oldest paper first; None for an id without one."""
    rows = ReviewItem.objects.filter(state=ReviewState.OPEN, kind=ReviewKind.DECIDE)
    if organization is not None:
        rows = rows.filter(organization=organization)
    rows = rows.select_related("document__organization", "first_approval_by")
    if not ids:
        for item in rows.order_by("document_id"):
            yield str(item.document.code), item
        return
    for raw in ids:
        yield raw, rows.filter(document__code=UUID(raw)).first()


def _approved(item: ReviewItem | None, user: User, account: str | None) -> tuple[str, bool]:
    """What became of it, in words, and whether this approval is given."""
    if item is None:
        return "is not in review here.", False
    try:
        if account and item.document.account_id is None:
            item.document = actions.choose_account(
                item=item,
                by=user,
                version=item.document.version,
                account=_account(item.organization_id, account),
            )
        given = actions.approve(
            item=item, by=user, version=item.document.version, accept_doubts=True
        )
    except actions.Refused as problem:
        hint = ""
        if not may_decide(user, item.organization_id):
            code = item.document.organization.code
            hint = f" (manage.py organization member {code} {user.username} --role reviewer)"
        return f"skipped. {problem}{hint}", False
    if given is actions.Approval.FIRST:
        return "first approval stored; another person gives the second.", True
    return "approved.", True


def _account(organization: int, name: str) -> Account:
    rows = Account.objects.for_organization(organization).filter(active=True, name__iexact=name)
    found = rows.first()
    if found is None:
        raise CommandError(f"The chart of accounts has no active “{name}”.", returncode=2)
    return found
