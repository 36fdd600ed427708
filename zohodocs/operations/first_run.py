"""A new installation: who may make the first admin, and what is still to be done."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from zohodocs.access import admins
from zohodocs.models import (
    AuditEvent,
    Connection,
    ConnectionState,
    Membership,
    Organization,
    Role,
    Rule,
)


class AlreadySetUp(Exception):
    """Somebody else was faster, and administers the installation now."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What of the set-up is done. `organization`: the first company, whose set-up is shown."""

    organization: Organization | None
    connected: bool
    ruled: bool
    shared: bool

    @property
    def complete(self) -> bool:
        """Bills can be posted, and somebody else can look at them."""
        return self.connected and self.ruled and self.shared


def is_new() -> bool:
    """Whether nobody administers this installation yet."""
    return not admins().exists()


def code() -> str:
    """What proves that somebody can read this machine's files; made when first asked for.

    Whoever finds the file finds it whole: it gets its name once it is written.
    """
    path = _path()
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(24), encoding="ascii")
        with suppress(FileExistsError):  # another process was faster: its code holds
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="ascii")


def opens(given: str) -> bool:
    """Whether this is the code of a new installation."""
    known = code() if given and is_new() else ""
    return bool(known) and secrets.compare_digest(given.encode(), known.encode())


@transaction.atomic
def make_admin(user: User) -> User:
    """The first admin, once: the code is worth nothing after it. Raises AlreadySetUp."""
    # Of two at once one gets the file; should this fail, another code is made.
    taken = _path().with_name(f"setup-code.used-{secrets.token_hex(4)}")
    try:
        _path().rename(taken)
    except FileNotFoundError:
        raise AlreadySetUp from None
    taken.unlink()
    if not is_new():
        raise AlreadySetUp
    user.is_staff = user.is_superuser = True
    user.save()
    for organization in Organization.objects.all():
        Membership.objects.get_or_create(
            organization=organization, user=user, defaults={"role": Role.ADMIN}
        )
    AuditEvent.record("person.first_admin", actor=user.get_username(), data={})
    return user


@transaction.atomic
def add_rule(rule: Rule, organization: Organization, *, by: str) -> None:
    """Save the first rule; the one that names no vendor is for all others and comes last."""
    rule.organization = organization
    rule.position = 100 if rule.vendor_name else 1000
    rule.amount_from = None if rule.vendor_name else Decimal(0)
    rule.save()
    AuditEvent.record(
        "rule.added",
        actor=by,
        organization=organization,
        data={"rule": rule.name, "account": str(rule.account)},
    )


def progress() -> Progress:
    """How far the first company is."""
    organization = Organization.objects.order_by("pk").first()
    if organization is None:
        return Progress(None, connected=False, ruled=False, shared=False)
    working = Connection.objects.filter(organization=organization, state=ConnectionState.WORKING)
    people = Membership.objects.filter(organization=organization, user__is_active=True)
    return Progress(
        organization,
        connected=working.exists(),
        ruled=Rule.objects.filter(organization=organization, active=True).exists(),
        shared=people.count() > 1,
    )


def _path() -> Path:
    return Path(settings.DATA_DIR) / "setup-code"
