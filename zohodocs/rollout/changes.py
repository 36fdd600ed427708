"""Changing a flag by hand: alone up to a percentage, above it with a second person."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from zohodocs.models import AuditEvent, Flag, FlagMode

from .flags import record, set_flag

_CHANGED, _PROPOSED, _WITHDRAWN = "flag.changed", "flag.proposed", "flag.proposal_withdrawn"


class ChangeRefused(Exception):
    """It had no effect; the message says why."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a second person."""

    flag: str
    mode: FlagMode
    percent: Decimal
    by: str
    why: str


def reach(mode: FlagMode, percent: Decimal | None) -> Decimal:
    """The share of documents that get the candidate."""
    if mode == FlagMode.ON:
        return Decimal(100)
    return (percent or Decimal(0)) if mode == FlagMode.PERCENT else Decimal(0)


def takes_two(flag: str, mode: FlagMode, percent: Decimal | None) -> bool:
    """Whether this lets in more documents, for everybody, than one person may."""
    row = Flag.objects.filter(name=flag, organization=None).first()
    present = reach(FlagMode(row.mode), row.percent) if row else Decimal(0)
    return reach(mode, percent) > max(present, Decimal(settings.ROLLOUT_ALONE_UP_TO))


def change(
    flag: str, mode: FlagMode, percent: Decimal | None, *, by: str, why: str
) -> Flag | Proposal:
    """Set it for everybody, or propose it where it lets in more than one person may.

    Raises UnknownFlag, ValueError with a sentence.
    """
    if not takes_two(flag, mode, percent):
        return set_flag(name=flag, mode=mode, percent=percent, why=why, by=by)
    if not why.strip():
        raise ValueError(_("Say why the flag is changed."))
    made = Proposal(flag, mode, percent or Decimal(100), by, why)
    _record(_PROPOSED, by, made)
    return made


def proposed(flag: str) -> Proposal | None:
    """The proposal that waits, if nothing was changed since."""
    verbs = [_CHANGED, _PROPOSED, _WITHDRAWN]
    events = AuditEvent.objects.filter(verb__in=verbs, data__flag=flag, organization=None)
    last = events.order_by("-sequence", "-pk").first()
    if last is None or last.verb != _PROPOSED:
        return None
    said = last.data
    return Proposal(
        flag, FlagMode(said["mode"]), Decimal(said["percent"]), last.actor, str(said["why"])
    )


def confirm(flag: str, *, by: str) -> Flag:
    """The second person's yes. Raises ChangeRefused where there is nothing, or it is one's own."""
    waiting = proposed(flag)
    if waiting is None:
        raise ChangeRefused(_("Nothing waits for a second person."))
    if waiting.by == by:
        raise ChangeRefused(_("You proposed it. Another person confirms."))
    percent = waiting.percent if waiting.mode == FlagMode.PERCENT else None
    both = f"{waiting.by} + {by}"
    return set_flag(name=flag, mode=waiting.mode, percent=percent, why=waiting.why, by=both)


def withdraw(flag: str, *, by: str) -> None:
    """Nobody has to answer it any more."""
    waiting = proposed(flag)
    if waiting is not None:
        _record(_WITHDRAWN, by, waiting)


def _record(verb: str, by: str, made: Proposal) -> None:
    mode, percent = made.mode.value, str(made.percent)
    record(verb, made.flag, by=by, mode=mode, percent=percent, why=made.why)
