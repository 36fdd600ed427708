"""Refusals that smell of a stale copy: Zoho no longer knows an id that we took from it."""

from __future__ import annotations

import re
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from integrations.errors import Duplicate, NotFound, Refused
from zohodocs.models import Connection

_IDS = re.compile(
    r"\b(account|tax|vendor|contact|customer|currency|location|branch)(_id| id)?\b", re.IGNORECASE
)
_GONE = re.compile(r"invalid|inactive|not exist|does ?n.t exist|deleted|not found", re.IGNORECASE)
# So young a copy is not the reason: a hundred refusals for one cause ask once.
_YOUNG = timedelta(minutes=5)


def smells_stale(error: Refused) -> bool:
    """Whether the refusal may be about an account, a tax or a contact that changed in Zoho."""
    if isinstance(error, Duplicate):
        return False
    said = error.text
    return (isinstance(error, NotFound) and not said) or bool(
        _IDS.search(said) and _GONE.search(said)
    )


def note(connection_id: int, error: Refused) -> None:
    """Have the copies made anew after such a refusal, unless they are fresh."""
    if not smells_stale(error):
        return
    young = timezone.now() - _YOUNG / float(settings.TIME_SCALE)
    Connection.objects.filter(pk=connection_id, reference_refreshed_at__lt=young).update(
        reference_refreshed_at=None
    )


def is_noted(organization_id: int) -> bool:
    """Whether a connected organisation's copies wait to be made anew."""
    return (
        Connection.objects.filter(
            organization_id=organization_id, reference_refreshed_at__isnull=True
        )
        .exclude(zoho_organization_id="")
        .exists()
    )
