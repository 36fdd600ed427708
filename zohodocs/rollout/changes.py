"""Changing a flag by hand: alone up to a percentage, above it with a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from zohodocs.models import AuditEvent, Flag, FlagMode, Organization

from .flags import checked, checked_arms, checked_beside_experiment, set_flag

_CHANGED, _PROPOSED, _WITHDRAWN = "flag.changed", "flag.proposed", "flag.proposal_withdrawn"


class ChangeRefused(Exception):
    """It had no effect; the message says why."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a second person; `organization` None = for everybody."""

    flag: str
    mode: FlagMode
    percent: Decimal
    by: str
    why: str
    organization: Organization | None = None
    arms: Mapping[str, int] = field(default_factory=dict)
    # The event that keeps it: what a second person confirms is what they have seen.
    event: int = 0


def reach(mode: FlagMode, percent: Decimal | None) -> Decimal:
    """The share of documents that get the candidate."""
    if mode == FlagMode.ON:
        return Decimal(100)
    return (percent or Decimal(0)) if mode == FlagMode.PERCENT else Decimal(0)


def takes_two(
    flag: str,
    mode: FlagMode,
    percent: Decimal | None,
    organization: Organization | None = None,
    arms: Mapping[str, int] | None = None,
) -> bool:
    """Whether this lets in more than one person may, of everybody or one company.

    More documents, or above that limit other arms; `arms` None = those in force.
    """
    row, wanted = in_force(flag, organization), reach(mode, percent)
    if wanted <= Decimal(settings.ROLLOUT_ALONE_UP_TO):
        return False
    if row is None or wanted > reach(FlagMode(row.mode), row.percent):
        return True
    return arms is not None and checked_arms(flag, arms) != row.arms


def arms_in_force(flag: str, organization: Organization | None = None) -> dict[str, int]:
    """The weights that everybody or one company has; what a change keeps that names none."""
    row = in_force(flag, organization)
    return dict(row.arms) if row else {}


def change(
    flag: str,
    mode: FlagMode,
    percent: Decimal | None,
    *,
    by: str,
    why: str,
    organization: Organization | None = None,
    arms: Mapping[str, int] | None = None,
) -> Flag | Proposal:
    """Set it for everybody or one company, or propose it where that is more than one person may.

    `arms` None keeps those in force. Raises UnknownFlag, ValueError with a sentence.
    """
    checked(flag, mode, percent, why=why)
    checked_beside_experiment(flag, mode, organization)
    weights = arms_in_force(flag, organization) if arms is None else checked_arms(flag, arms)
    if not takes_two(flag, mode, percent, organization, weights):
        return set_flag(
            name=flag,
            mode=mode,
            percent=percent,
            organization=organization,
            arms=weights,
            why=why,
            by=by,
        )
    made = Proposal(flag, mode, percent or Decimal(100), by, why, organization, weights)
    link = _record(_PROPOSED, by, made)
    kept = AuditEvent.objects.get(chain=link.chain, sequence=link.sequence)
    return replace(made, event=kept.pk)


def proposed(flag: str, organization: Organization | None = None) -> Proposal | None:
    """The proposal that waits, if nothing was changed since."""
    verbs = [_CHANGED, _PROPOSED, _WITHDRAWN]
    events = AuditEvent.objects.filter(verb__in=verbs, data__flag=flag, organization=organization)
    last = events.order_by("-sequence", "-pk").first()
    if last is None or last.verb != _PROPOSED:
        return None
    said = last.data
    percent, why = Decimal(said["percent"]), str(said["why"])
    arms = said.get("arms", {})
    return Proposal(
        flag, FlagMode(said["mode"]), percent, last.actor, why, organization, arms, last.pk
    )


def waiting(flag: str) -> list[Proposal]:
    """All that wait: for everybody first, then company by company."""
    events = AuditEvent.objects.filter(verb=_PROPOSED, data__flag=flag, organization__isnull=False)
    companies = Organization.objects.filter(pk__in=events.values("organization")).order_by("name")
    found = [proposed(flag), *(proposed(flag, each) for each in companies)]
    return [each for each in found if each is not None]


def confirm(flag: str, *, event: int, by: str, organization: Organization | None = None) -> Flag:
    """The second person's yes to the proposal of that event.

    Raises ChangeRefused where nothing waits, another one does, or it is one's own.
    """
    waits = proposed(flag, organization)
    if waits is None:
        raise ChangeRefused(_("Nothing waits for a second person."))
    if waits.event != event:
        raise ChangeRefused(_("Another change is proposed by now. Look again."))
    if waits.by == by:
        raise ChangeRefused(_("You proposed it. Another person confirms."))
    return set_flag(
        name=flag,
        mode=waits.mode,
        percent=waits.percent if waits.mode == FlagMode.PERCENT else None,
        organization=organization,
        arms=waits.arms,
        why=waits.why,
        by=f"{waits.by} + {by}",
    )


def withdraw(flag: str, *, by: str, organization: Organization | None = None) -> None:
    """Nobody has to answer it any more."""
    waits = proposed(flag, organization)
    if waits is not None:
        _record(_WITHDRAWN, by, waits)


def in_force(flag: str, organization: Organization | None) -> Flag | None:
    """The company's own word, if it has one, else everybody's."""
    whose = Q(organization=None) | Q(organization=organization)
    rows = {row.organization_id: row for row in Flag.objects.filter(whose, name=flag)}
    return rows.get(organization.pk if organization else None) or rows.get(None)


def _record(verb: str, by: str, made: Proposal) -> AuditEvent:
    return AuditEvent.record(
        verb,
        actor=by,
        organization=made.organization,
        data={
            "flag": made.flag,
            "mode": made.mode.value,
            "percent": str(made.percent),
            "arms": dict(made.arms),
            "why": made.why,
        },
    )
