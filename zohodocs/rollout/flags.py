"""The flags there are, and the answers a document gets: read once, at arrival."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zohodocs import metrics
from zohodocs.models import AuditEvent, Flag, FlagMode, Organization
from zohodocs.telemetry import get_logger

from .bucketing import bucket, is_in

logger = get_logger(__name__)

CONTROL = "control"
CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class FlagDefinition:
    """What a flag switches: the old way (control) and the new one (candidate), in words."""

    name: str
    control: str
    candidate: str


DEFINITIONS: Mapping[str, FlagDefinition] = {
    definition.name: definition
    for definition in (
        FlagDefinition(
            "parallel_processing",
            gettext_noop("One worker takes one document after another."),
            gettext_noop("Several workers take documents at the same time."),
        ),
        FlagDefinition(
            "ml_predictions",
            gettext_noop("Pages are read by rules alone."),
            gettext_noop("Pages are read by rules and trained models together."),
        ),
        FlagDefinition(
            "auto_approve",
            gettext_noop("A person approves every document."),
            gettext_noop("A document that passes every check is approved by itself."),
        ),
        FlagDefinition(
            "llm_fallback",
            gettext_noop("Values that nobody could read surely are left to a person."),
            gettext_noop("A language model is asked; what it says must stand on the page."),
        ),
        FlagDefinition(
            "layout_memory",
            gettext_noop("Every document is read as if it were the first of its vendor."),
            gettext_noop("Corrections of one document help to read the next of the same layout."),
        ),
        FlagDefinition(
            "new_cache",
            gettext_noop("Zoho is asked for the vendor of every document."),
            gettext_noop("An index of Zoho's contacts is looked at first; Zoho is asked in doubt."),
        ),
    )
}


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


def answers_for(organization: Organization, unit: str) -> dict[str, dict[str, Any]]:
    """Every flag's answer for one document, ready to be stored with it.

    A store that cannot be read gives the safe answer: control everywhere.
    """
    try:
        with transaction.atomic():
            settings = _settings(organization)
    except DatabaseError:
        logger.exception("flags.read.failed")
        settings = {}
    answers = {name: _answer(name, settings.get(name), unit) for name in DEFINITIONS}
    for name, answer in answers.items():
        metrics.FLAG_ANSWERS.labels(name, answer.arm).inc()
    return {name: asdict(answer) for name, answer in answers.items()}


def arms_now(organization: Organization, unit: str) -> dict[str, str]:
    """The arm of every flag as a document would get it that arrived now; nothing is counted."""
    settings = _settings(organization)
    return {name: _answer(name, settings.get(name), unit).arm for name in DEFINITIONS}


def _settings(organization: Organization) -> dict[str, Flag]:
    rows = Flag.objects.filter(Q(organization=organization) | Q(organization__isnull=True))
    # Global rows first, so that the organisation's own word overwrites them.
    return {row.name: row for row in sorted(rows, key=lambda row: row.organization_id is not None)}


def _answer(name: str, flag: Flag | None, unit: str) -> FlagAnswer:
    salt = flag.salt if flag else ""
    number = bucket(name, unit, salt)
    if flag is None:
        return FlagAnswer(CONTROL, FlagMode.OFF.value, number, 0)
    candidate = flag.mode == FlagMode.ON or (
        flag.mode == FlagMode.PERCENT and is_in(number, flag.percent)
    )
    shadow = flag.mode == FlagMode.SHADOW and is_in(number, flag.percent)
    arm = CANDIDATE if candidate else CONTROL
    return FlagAnswer(arm, flag.mode, number, flag.version, shadow)


def set_flag(
    *,
    name: str,
    mode: FlagMode,
    percent: Decimal | None = None,
    organization: Organization | None = None,
    why: str,
    by: str,
) -> Flag:
    """Change one flag, for everyone or one organisation; the change is audited.

    Raises UnknownFlag, and ValueError with a sentence for a percentage outside 0..100, one that is
    missing, or a change without its reason.
    """
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
    with transaction.atomic():
        flag, created = Flag.objects.select_for_update().get_or_create(
            name=name,
            organization=organization,
            defaults={"mode": mode, "percent": share, "changed_by": by, "why": why},
        )
        before = None if created else {"mode": flag.mode, "percent": str(flag.percent)}
        if not created:
            Flag.objects.filter(pk=flag.pk).update(
                mode=mode,
                percent=share,
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
                "after": {"mode": flag.mode, "percent": str(flag.percent)},
                "why": why,
            },
        )
    return flag
