"""The forecast in a sentence, for people who wonder when their bills are in Zoho."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zohodocs.models import Organization
from zohodocs.posting import forecast
from zohodocs.posting.forecast import Forecast
from zohodocs.web import formats

_DAYS_BY_NAME = 7


def sentence(organization: Organization) -> str:
    """“37 bills wait, all are in Zoho about 16:40, none is due before Friday.”; "" for none."""
    found = forecast.of_organization(organization)
    return told(found, today=timezone.localdate()) if found.waiting else ""


def told(found: Forecast, *, today: date) -> str:
    """The sentence."""
    parts = [
        ngettext("%(n)s bill waits", "%(n)s bills wait", found.waiting) % {"n": found.waiting},
        _pace(found),
        *_dues(found, today),
    ]
    return f"{', '.join(parts)}."


def _pace(found: Forecast) -> str:
    if found.blocked:
        return _("nothing goes before Zoho Books is connected again")
    if found.ends_at is None:
        return _("and nobody can say for how long: the call counters do not answer")
    at = {"time": date_format(found.ends_at, "H:i"), "n": found.tomorrow}
    if not found.tomorrow:
        return _("all are in Zoho about %(time)s") % at
    if found.tomorrow == found.waiting:
        return _("today's calls to Zoho are used up and all go tomorrow")
    return (
        ngettext(
            "today's calls end about %(time)s and %(n)s goes tomorrow",
            "today's calls end about %(time)s and %(n)s go tomorrow",
            found.tomorrow,
        )
        % at
    )


def _dues(found: Forecast, today: date) -> list[str]:
    parts = []
    if found.overdue:
        parts.append(
            ngettext("%(n)s is overdue", "%(n)s are overdue", found.overdue) % {"n": found.overdue}
        )
    day = found.first_due
    if day is None:
        return parts
    if day == today:
        parts.append(_("the next is due today"))
    else:
        near = (day - today).days < _DAYS_BY_NAME
        none = _("no other is due before %(day)s") if parts else _("none is due before %(day)s")
        parts.append(none % {"day": date_format(day, "l") if near else formats.day(day)})
    return parts
