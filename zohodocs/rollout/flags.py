"""The answers a document gets, read once at arrival; and the one door by which flags change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext

from zohodocs import metrics
from zohodocs.models import (
    AuditEvent,
    Experiment,
    ExperimentState,
    Flag,
    FlagMode,
    Organization,
)
from zohodocs.telemetry import get_logger

from . import provider
from .definitions import CANDIDATE, CONTROL, DEFINITIONS, FlagDefinition

logger = get_logger(__name__)
__all__ = ["CANDIDATE", "CONTROL", "DEFINITIONS", "FlagDefinition", "answers_for", "set_flag"]


class UnknownFlag(Exception):
    """There is no flag of this name."""


@dataclass(frozen=True, slots=True)
class FlagAnswer:
    """What a document was given. `arm` is `control` or `candidate`.

    `shadow`: the candidate is to be run beside the control, whose answer holds.
    """

    arm: str
    mode: str
    bucket: int
    version: int
    shadow: bool = False
    # Which of the candidate's variants; empty: the candidate as it is.
    variant: str = ""


def answers_for(organization: Organization, unit: str) -> dict[str, dict[str, Any]]:
    """Every flag's answer for one document, ready to be stored with it.

    A provider that cannot answer gives the safe answer: control everywhere.
    """
    answers = {name: answer(name, organization, unit) for name in DEFINITIONS}
    for name, given in answers.items():
        metrics.FLAG_ANSWERS.labels(name, given.arm).inc()
    return {name: asdict(given) for name, given in answers.items()}


def arms_now(organization: Organization, unit: str) -> dict[str, str]:
    """The arm of every flag as a document would get it that arrived now; nothing is counted."""
    return {name: answer(name, organization, unit).arm for name in DEFINITIONS}


def answer(name: str, organization: Organization, unit: str) -> FlagAnswer:
    """One flag's answer for one document, by way of OpenFeature; control where that fails."""
    context = EvaluationContext(unit, {"organization": organization.code})
    details = _client().get_boolean_details(name, False, context)
    if details.error_code is not None:
        logger.error("flags.read.failed", flag=name, error=str(details.error_code.value))
        return FlagAnswer(CONTROL, FlagMode.OFF.value, 0, 0)
    known = details.flag_metadata
    return FlagAnswer(
        CANDIDATE if details.value else CONTROL,
        str(known.get("mode", FlagMode.OFF.value)),
        int(known.get("bucket", 0)),
        int(known.get("version", 0)),
        bool(known.get("shadow", False)),
        str(known.get("variant", "")),
    )


def set_flag(
    *,
    name: str,
    mode: FlagMode,
    percent: Decimal | None = None,
    organization: Organization | None = None,
    arms: Mapping[str, int] | None = None,
    why: str,
    by: str,
) -> Flag:
    """Change one flag, for everyone or one organisation; the change is audited.

    `arms`: weights among those let in; without any all of them get the candidate as it is.
    Off for everybody stops the flag's experiment. Raises UnknownFlag, and ValueError with a
    sentence for a percentage outside 0..100, one that is missing, a change without its reason, or
    one that would take an experiment its shares.
    """
    share, weights = checked(name, mode, percent, why=why), checked_arms(name, arms)
    with transaction.atomic():
        flag, created = Flag.objects.select_for_update().get_or_create(
            name=name,
            organization=organization,
            defaults={
                "mode": mode,
                "percent": share,
                "arms": weights,
                "changed_by": by,
                "why": why,
            },
        )
        # With the row held: an experiment begins by this door, too.
        if mode == FlagMode.OFF and organization is None:
            _stop_experiment(name, by=by, why=why)
        checked_beside_experiment(name, mode, organization)
        before = None if created else _as_set(flag)
        if not created:
            Flag.objects.filter(pk=flag.pk).update(
                mode=mode,
                percent=share,
                arms=weights,
                version=F("version") + 1,
                changed_at=timezone.now(),
                changed_by=by,
                why=why,
            )
            flag.refresh_from_db()
        AuditEvent.record(
            "flag.changed",
            actor=by,
            organization=organization,
            data={
                "flag": name,
                "before": before,
                "after": _as_set(flag),
                "why": why,
            },
        )
    provider.forget()
    return flag


def running_experiment(name: str) -> Experiment | None:
    """The flag's experiment that counts on its shares."""
    return Experiment.objects.filter(flag=name, state=ExperimentState.RUNNING).first()


def checked_beside_experiment(name: str, mode: FlagMode, organization: Organization | None) -> None:
    """Raises ValueError for a change that would take a running experiment its shares."""
    if organization is None and mode != FlagMode.OFF and running_experiment(name) is not None:
        raise ValueError(_("An experiment runs with this flag. Decide it or turn it off first."))


def _stop_experiment(name: str, *, by: str, why: str) -> None:
    stopped = Experiment.objects.filter(flag=name, state=ExperimentState.RUNNING).update(
        state=ExperimentState.STOPPED, decided_at=timezone.now(), decided_by=by, decision=why
    )
    if stopped:
        record("experiment.stopped", name, by=by, why=why)


def checked_arms(name: str, arms: Mapping[str, int] | None) -> dict[str, int]:
    """The weights of a change that make sense: of arms there are. Raises ValueError."""
    known = {CANDIDATE, *(each.name for each in DEFINITIONS[name].variants)}
    weights = dict(arms or {})
    if not weights.keys() <= known or any(not 0 < each <= 10_000 for each in weights.values()):
        raise ValueError(_("An arm is the new way or one of its variants, with a weight."))
    return {} if weights.keys() == {CANDIDATE} else weights


def _as_set(flag: Flag) -> dict[str, Any]:
    said: dict[str, Any] = {"mode": flag.mode, "percent": str(flag.percent)}
    return said | {"arms": flag.arms} if flag.arms else said


def checked(name: str, mode: FlagMode, percent: Decimal | None, *, why: str) -> Decimal:
    """The percentage of a change that makes sense; raises as `set_flag` does."""
    if name not in DEFINITIONS:
        raise UnknownFlag(f"There is no flag “{name}”. There are: {', '.join(DEFINITIONS)}.")
    if not why.strip():
        raise ValueError(_("Say why the flag is changed."))
    if mode == FlagMode.PERCENT and percent is None:
        raise ValueError(_("Say the percentage."))
    # In shadow it is the share that is looked at: all, unless somebody says less.
    unsaid = Decimal(100) if mode == FlagMode.SHADOW else Decimal(0)
    share = unsaid if percent is None else percent
    if not share.is_finite() or not 0 <= share <= 100 or share != share.quantize(Decimal("0.01")):
        raise ValueError(_("The percentage is 0 to 100 with at most two decimals."))
    return share


def record(verb: str, flag: str, *, by: str, **data: object) -> None:
    """A line in the audit trail about a flag as it is for everybody."""
    AuditEvent.record(verb, actor=by, organization=None, data={"flag": flag, **data})


@cache
def _client() -> OpenFeatureClient:
    api.set_provider_and_wait(import_string(settings.FLAG_PROVIDER)(), domain="zohodocs")
    return api.get_client("zohodocs")
