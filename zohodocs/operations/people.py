"""Who comes and who leaves: invitations, links to a password, the end of somebody's access."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from zohodocs.access import administers
from zohodocs.models import AuditEvent, Membership, Organization, ReviewItem, Role


class Refused(Exception):
    """It is not done; the message is a sentence for the person who asked."""


@transaction.atomic
def invite(organization: Organization, *, username: str, email: str, role: Role, by: User) -> User:
    """Make an account without a password, or let the owner of one work here too. Raises Refused."""
    username, email = username.strip(), email.strip()
    try:
        User.username_validator(username)
        if email:
            validate_email(email)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        user = User(username=username, email=email)
        user.set_unusable_password()
        user.save()
    elif user.email.casefold() != email.casefold():
        raise Refused(_("This name is taken. Choose another, or type the e-mail address it has."))
    elif Membership.objects.filter(organization=organization, user=user).exists():
        raise Refused(_("This person works here already."))
    elif not user.is_active:
        raise Refused(_("This account was closed. Whoever runs the service can open it again."))
    Membership.objects.create(organization=organization, user=user, role=role)
    _set_groups(user)
    _told("person.invited", organization, user, by, {"role": str(role)})
    return user


def password_link(user: User, *, by: User, organization: Organization) -> str:
    """The path of a link with which this person sets a password, once, within three days.

    It is shown to whoever asks: nobody needs a mail server. Raises Refused.
    """
    _check_may_handle(user, by)
    _told("person.link.made", organization, user, by)
    key = default_token_generator.make_token(user)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key}
    )


@transaction.atomic
def forget_factors(user: User, *, by: User, organization: Organization) -> None:
    """Somebody lost phone and recovery codes: they set up a second factor anew. Raises Refused."""
    _check_may_handle(user, by)
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    _told("person.factors.forgotten", organization, user, by)


@transaction.atomic
def leave(organization: Organization, user: User, *, by: User | None) -> None:
    """End somebody's work here: what they had open is free, every session of theirs is over.

    Whoever works nowhere else cannot log in any more. What they decided stays. Raises Refused.
    """
    membership = Membership.objects.filter(organization=organization, user=user).first()
    if membership is None:
        raise Refused(_("This person does not work here."))
    if by is not None and by.pk == user.pk:
        raise Refused(_("Another admin must take you out."))
    ReviewItem.objects.for_organization(organization).filter(claimed_by=user).update(
        claimed_by=None, claimed_until=None
    )
    membership.delete()
    works_elsewhere = user.is_superuser or user.memberships.exists()
    if not works_elsewhere:
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        Authenticator.objects.filter(user=user).delete()
    _set_groups(user)
    ended = end_sessions(user)
    facts = {"sessions": ended, "closed": not works_elsewhere}
    _told("person.left", organization, user, by, facts)


def end_sessions(user: User) -> int:
    """Log this person out everywhere; how many sessions there were."""
    mine = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()
    return len(mine)


def may_handle(user: User, by: User) -> bool:
    """Whether `by` may take over the account's keys: whoever administers all it can reach.

    Else an admin of one company could log in as somebody of another.
    """
    if by.is_superuser:
        return True
    if user.is_superuser:
        return False
    rows = Membership.objects.filter(user=user).select_related("organization")
    return all(administers(by, row.organization) for row in rows)


def _check_may_handle(user: User, by: User) -> None:
    if not may_handle(user, by):
        raise Refused(_("This person works for another company too. Ask whoever runs the service."))


def _set_groups(user: User) -> None:
    """The groups of the admin pages follow from the roles."""
    roles = set(Membership.objects.filter(user=user).values_list("role", flat=True))
    user.groups.remove(*Group.objects.filter(name__in=Role.values))
    user.groups.add(*Group.objects.filter(name__in=roles))
    is_staff = user.is_superuser or Role.ADMIN in roles
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])


def _told(
    verb: str,
    organization: Organization,
    user: User,
    by: User | None,
    data: dict[str, Any] | None = None,
) -> None:
    AuditEvent.record(
        verb,
        actor=by.get_username() if by else "command line",
        organization=organization,
        data={"person": user.get_username(), **(data or {})},
    )
