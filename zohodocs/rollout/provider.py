"""Our provider of flags behind OpenFeature: the database's rows, remembered for a second.

Another provider takes its place by FLAG_PROVIDER. What it must answer is a boolean: whether the
document gets the candidate. Its evaluation context holds the document as targeting key and the
organisation's code; `mode`, `bucket`, `version`, `shadow` and `variant` may come as flag metadata.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import Q
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider import AbstractProvider, Metadata

from zohodocs.models import Flag, FlagMode
from zohodocs.timing import scaled

from .bucketing import arm_of, bucket, is_in
from .definitions import CANDIDATE, CONTROL, DEFINITIONS

_REMEMBERED_SECONDS = 1.0
_MOST = 1000
_known: dict[str, tuple[float, Mapping[str, Flag]]] = {}


class DatabaseProvider(AbstractProvider):
    """Answers from the rows that admins set; raises DatabaseError where there is no database."""

    def get_metadata(self) -> Metadata:
        """Its name."""
        return Metadata("zohodocs")

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Whether this document gets the candidate, with the bucket and version it came from."""
        if flag_key not in DEFINITIONS:
            raise FlagNotFoundError(f"There is no flag “{flag_key}”.")
        context = evaluation_context or EvaluationContext()
        unit, code = context.targeting_key or "", str(context.attributes.get("organization", ""))
        rows = settings_of(code)
        number = bucket(flag_key, unit, _salt(rows.get(flag_key)))
        row = rows.get(flag_key)
        candidate = _has_candidate(flag_key, rows, unit)
        shadow = row is not None and row.mode == FlagMode.SHADOW and is_in(number, row.percent)
        return FlagResolutionDetails(
            value=candidate,
            variant=CANDIDATE if candidate else CONTROL,
            reason=Reason.SPLIT if row and row.mode == FlagMode.PERCENT else Reason.STATIC,
            flag_metadata={
                "mode": str(row.mode) if row else FlagMode.OFF.value,
                "bucket": number,
                "version": row.version if row else 0,
                "shadow": shadow,
                "variant": _variant(flag_key, row, unit) if candidate else "",
            },
        )

    def resolve_string_details(self, *_: Any, **__: Any) -> NoReturn:
        """Our flags are booleans."""
        raise TypeMismatchError("Flags here are booleans.")

    resolve_integer_details = resolve_string_details
    resolve_float_details = resolve_string_details
    resolve_object_details = resolve_string_details


def settings_of(code: str) -> Mapping[str, Flag]:
    """Each flag's row for this organisation: its own word before everybody's."""
    now = time.monotonic()
    known = _known.get(code)
    if known is not None and known[0] > now:
        return known[1]
    with transaction.atomic():
        own = Q(organization__code=code) | Q(organization__isnull=True)
        found: Sequence[Flag] = list(Flag.objects.filter(own))
    # Everybody's first, so that the organisation's own word overwrites them.
    rows = {row.name: row for row in sorted(found, key=lambda row: row.organization_id is not None)}
    if len(_known) >= _MOST:
        _known.clear()
    _known[code] = (now + scaled(_REMEMBERED_SECONDS), rows)
    return rows


def forget() -> None:
    """Ask the database the next time; other processes notice within a second."""
    _known.clear()


def _has_candidate(name: str, rows: Mapping[str, Flag], unit: str) -> bool:
    row = rows.get(name)
    if row is None:
        return False
    let_in = row.mode == FlagMode.ON or (
        row.mode == FlagMode.PERCENT and is_in(bucket(name, unit, row.salt), row.percent)
    )
    return let_in and all(
        _has_candidate(other, rows, unit) for other in DEFINITIONS[name].prerequisites
    )


def _variant(name: str, row: Flag | None, unit: str) -> str:
    if row is None or not row.arms:
        return ""
    arm = arm_of(name, unit, row.arms, row.salt)
    return "" if arm == CANDIDATE else arm


def _salt(row: Flag | None) -> str:
    return row.salt if row else ""
