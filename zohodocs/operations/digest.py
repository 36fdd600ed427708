"""The morning mail: what waits, for whoever has an address and wants it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zohodocs.models import (
    Membership,
    Notice,
    Organization,
    Preference,
    ReviewItem,
    ReviewState,
    Role,
)
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
_HOUR = 7
_TOO_OLD = timedelta(days=3)
_COUNTED = 1000


def send_due(now: datetime) -> int:
    """Send to everybody whose morning has come since their last one; how many were sent.

    The mark is set before the mail leaves: a mail lost with a crash is better than one each minute.
    """
    sent = 0
    people = User.objects.filter(is_active=True, memberships__isnull=False).exclude(email="")
    for user in people.select_related("preference").distinct():
        preference = getattr(user, "preference", None) or Preference(user=user)
        if preference.digest and _is_morning(preference, now) and _taken(preference, now):
            sent += _send(user, now)
    return sent


def text_for(user: User, now: datetime) -> str:
    """What the mail says; empty where nothing waits."""
    companies = Membership.objects.filter(user=user).exclude(role=Role.VIEWER)
    waiting = ReviewItem.objects.filter(
        state=ReviewState.OPEN, organization__in=companies.values("organization")
    ).exclude(postponed_until__gt=now)
    free = waiting.filter(Q(assigned_to=None) | Q(assigned_to=user))[:_COUNTED].count()
    mine = waiting.filter(assigned_to=user)[:_COUNTED].count()
    old = waiting.filter(opened_at__lt=now - _TOO_OLD)[:_COUNTED].count()
    notices = Notice.objects.filter(
        user=user, read_at__isnull=True, organization__in=Organization.objects.for_user(user)
    )
    unread = notices[:_COUNTED].count()
    said = [
        ngettext("%(n)s document waits.", "%(n)s documents wait.", free) % {"n": free},
        ngettext("%(n)s of them is yours.", "%(n)s of them are yours.", mine) % {"n": mine},
        ngettext(
            "%(n)s waits for more than three days.", "%(n)s wait for more than three days.", old
        )
        % {"n": old},
        ngettext("%(n)s notice is unread.", "%(n)s notices are unread.", unread) % {"n": unread},
    ]
    numbers = (free, mine, old, unread)
    return "\n".join(line for line, number in zip(said, numbers, strict=True) if number)


def _send(user: User, now: datetime) -> int:
    with translation.override(settings.LANGUAGE_CODE):
        text = text_for(user, now)
        if not text:
            return 0
        text += "\n\n" + _("You can stop these mails in your preferences.")
        try:
            send_mail(_("ZohoDocs this morning"), text, None, [user.email])
        except OSError as error:  # smtplib's errors are ones, too
            logger.warning("digest.mail.failed", user=user.pk, error=type(error).__name__)
            return 0
    Notice.objects.filter(user=user, read_at__isnull=True, mailed_at__isnull=True).update(
        mailed_at=timezone.now()
    )
    return 1


def _is_morning(preference: Preference, now: datetime) -> bool:
    here = now.astimezone(ZoneInfo(preference.time_zone or settings.TIME_ZONE))
    begun = here.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    last = preference.digested_at
    return here >= begun and here.weekday() < 5 and (last is None or last < begun)


def _taken(preference: Preference, now: datetime) -> bool:
    """Whether this process is the one that sends it."""
    if preference._state.adding:
        preference, _new = Preference.objects.get_or_create(user=preference.user)
    same = Preference.objects.filter(pk=preference.pk, digested_at=preference.digested_at)
    return same.update(digested_at=now) == 1
