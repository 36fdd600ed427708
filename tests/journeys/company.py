"""A company in a running service: its people, and one rule for everything that is bought."""

from __future__ import annotations

from collections.abc import Mapping

from tests.journeys.service import RunningService

_PERSON = """
from django.contrib.auth.models import User
User.objects.create_user({name!r}, password="unused-here")
"""
_RULE = """
from zohodocs.models import Account, Organization, Rule
ours = Organization.objects.get()
account = Account.objects.get(organization=ours, name="Office Supplies")
Rule.objects.create(
    organization=ours, position=1, name="Everything", amount_from=0, account=account
)
"""


def found(service: RunningService, *described: str, people: Mapping[str, str]) -> None:
    """Add the company as `described` (words for `organization add`), its `people` with their roles.

    Papers are read by several workers at once.
    """
    service.manage("organization", "add", "ours", *described, "--country", "DE")
    service.shell("".join(_PERSON.format(name=name) for name in people))
    for name, role in people.items():
        service.manage("organization", "member", "ours", name, "--role", role)
    service.shell(_RULE)
    service.manage("flag", "set", "parallel_processing", "--mode", "on", "--why", "two workers")
