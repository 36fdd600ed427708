"""The loop over flags on their way: count, act on what harms, take the next step, keep the proof.

Decisions are `rollout`'s; here they are carried out: a flag goes back by itself, what it touched is
listed, people are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs import metrics
from zohodocs.models import (
    AuditEvent,
    Document,
    EvidenceSnapshot,
    Flag,
    FlagMode,
    Organization,
    Ramp,
    RampState,
    RepairItem,
    Rollback,
    State,
)
from zohodocs.rollout import evidence, guardrails, ramps
from zohodocs.rollout.definitions import CANDIDATE
from zohodocs.rollout.evidence import Evidence
from zohodocs.rollout.flags import checked, set_flag
from zohodocs.telemetry import get_logger
from zohodocs.timing import scaled

logger = get_logger(__name__)
GUARDRAIL = "guardrail"
_SNAPSHOT_EVERY = timedelta(minutes=10)
_BATCH = 2000


def evaluate(*, now: datetime | None = None) -> list[str]:
    """One pass over every flag that is let in anywhere; what was done, in words."""
    moment = now or timezone.now()
    done: list[str] = []
    for flag in _on_their_way():
        try:
            done += _evaluate(flag, moment)
        except Exception:
            logger.exception("rollout.evaluate.failed", flag=flag.name)
    return done


def since_of(flag: Flag) -> datetime:
    """Since when the new way is let in as it is: the ramp's begin, else the last change."""
    ramp = ramps.open_ramp(flag.name)
    return ramp.started_at if ramp else flag.changed_at


def evidence_of(flag: str, *, now: datetime) -> Evidence:
    """What the figures say of it as it is set for everybody; from now on where it never was."""
    row = Flag.objects.filter(name=flag, organization=None).first()
    return evidence.of(flag, since=since_of(row) if row else now, now=now)


def turn_back(
    flag: str,
    *,
    by: str,
    why: str,
    proof: Evidence | None = None,
    organization: Organization | None = None,
    now: datetime | None = None,
) -> Rollback | None:
    """Off, at once; list every document the new way touched since it was let in.

    For everyone (`organization` None) it is off for companies with a setting of their own, too.
    None where it was off already: nothing is changed, counted or told. Raises UnknownFlag,
    ValueError without a reason. Also what the button and the command do.
    """
    moment = now or timezone.now()
    checked(flag, FlagMode.OFF, None, why=why)
    with transaction.atomic():
        row, own = _held(flag, organization)
        under_way = organization is None and ramps.open_ramp(flag) is not None
        if (row is None or row.mode == FlagMode.OFF) and not own and not under_way:
            return None
        # The earliest: a company of its own setting may have begun before the others.
        since = min([since_of(row) if row else moment, *(each.changed_at for each in own)])
        set_flag(name=flag, mode=FlagMode.OFF, organization=organization, why=why, by=by)
        for each in own:
            set_flag(name=flag, mode=FlagMode.OFF, organization=each.organization, why=why, by=by)
        Ramp.objects.filter(flag=flag, state__in=ramps.OPEN).update(
            state=RampState.ROLLED_BACK, why=why
        )
        made = Rollback.objects.create(
            flag=flag,
            organization=organization,
            at=moment,
            by=by,
            why=why,
            since=since,
            evidence=proof.to_json() if proof else {},
        )
        listed = _list_touched(made, organization)
        AuditEvent.record(
            "flag.rolled_back",
            actor=by,
            organization=organization,
            data={"flag": flag, "why": why, "documents": listed, "rollback": str(made.code)},
        )
    metrics.ROLLBACKS.labels(flag).inc()
    logger.error("flag.rolled_back", flag=flag, by=by, documents=listed)
    return made


def _held(flag: str, organization: Organization | None) -> tuple[Flag | None, Sequence[Flag]]:
    """The setting that goes back, and companies' own that are on and go with everybody's.

    Held, so that of two people who turn it off at once one finds it off.
    """
    rows = Flag.objects.select_for_update().filter(name=flag).order_by("pk")
    found = {each.organization_id: each for each in rows}
    row = found.pop(organization.pk if organization else None, None)
    own = [each for each in found.values() if each.mode != FlagMode.OFF]
    return row, own if organization is None else []


def _on_their_way() -> Sequence[Flag]:
    rows = Flag.objects.filter(organization=None).filter(
        Q(mode__in=[FlagMode.PERCENT, FlagMode.SHADOW])
        | Q(name__in=Ramp.objects.filter(state__in=ramps.OPEN).values("flag"))
    )
    return list(rows.order_by("name"))


def _evaluate(flag: Flag, now: datetime) -> list[str]:
    guardrails.ask(flag.name, now=now)
    found = evidence.of(flag.name, since=since_of(flag), now=now)
    _keep(found)
    ramp = ramps.open_ramp(flag.name)
    if found.worse and flag.mode != FlagMode.SHADOW:
        return [_back(flag, ramp, found, now)]
    if ramp is None or ramp.state != RampState.RUNNING:
        return []
    if found.signals and flag.mode != FlagMode.SHADOW:
        why = _("A signal says worse: %(names)s.") % {"names": _names(found.signals)}
        if ramp.dry_run:
            return [f"{flag.name}: would pause"]
        ramps.pause(ramp, by=GUARDRAIL, why=why)
        return [f"{flag.name}: paused"]
    if ramps.advance(ramp, found, now=now):
        return [f"{flag.name}: advanced"]
    return []


def _back(flag: Flag, ramp: Ramp | None, found: Evidence, now: datetime) -> str:
    why = _("A guardrail says worse: %(names)s.") % {"names": _names(found.worse)}
    if ramp is not None and ramp.dry_run:
        logger.warning("rollout.would_roll_back", flag=flag.name, why=why)
        return f"{flag.name}: would go back"
    made = turn_back(flag.name, by=GUARDRAIL, why=why, proof=found, now=now)
    return f"{flag.name}: went back" if made else f"{flag.name}: was off already"


def _names(figures: Sequence[evidence.Figure]) -> str:
    return ", ".join(figure.name for figure in figures)


def _keep(found: Evidence) -> None:
    """A point of the chart every ten minutes, and whenever something says worse."""
    last = EvidenceSnapshot.objects.filter(flag=found.flag).order_by("-at").first()
    every = timedelta(seconds=scaled(_SNAPSHOT_EVERY.total_seconds()))
    if last is None or found.worse or last.at <= found.at - every:
        EvidenceSnapshot.objects.create(flag=found.flag, at=found.at, data=found.to_json())


def _list_touched(made: Rollback, organization: Organization | None) -> int:
    rows = Document.objects.filter(
        received_at__gte=made.since, **{f"flags__{made.flag}__arm": CANDIDATE}
    )
    if organization is not None:
        rows = rows.filter(organization=organization)
    touched = rows.order_by("-received_at").values_list("pk", "organization_id", "state")
    items = (
        RepairItem(
            rollback=made,
            document_id=pk,
            organization_id=organization_id,
            posted=state in (State.POSTED, State.POSTING),
        )
        for pk, organization_id, state in touched.iterator(chunk_size=_BATCH)
    )
    listed = 0
    while batch := list(islice(items, _BATCH)):
        listed += len(RepairItem.objects.bulk_create(batch))
    return listed
