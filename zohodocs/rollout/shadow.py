"""Beside the control: the candidate is tried, compared, and never heard of by the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction

from zohodocs import metrics
from zohodocs.models import Document, ShadowDifference
from zohodocs.telemetry import get_logger

logger = get_logger(__name__)
# Long enough to see what differs; a whole paper is not kept twice.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the two ways differ."""

    field: str
    control: str
    candidate: str


def compare(document: Document, flag: str, candidate: Callable[[], Iterable[Difference]]) -> int:
    """Have the candidate say where it differs, and keep that; how many differences there are.

    Call it when the control's work is done and stored: whatever happens here stays here.
    """
    if not document.in_shadow(flag):
        return 0
    try:
        found = list(candidate())
        with transaction.atomic():
            ShadowDifference.objects.bulk_create(
                ShadowDifference(
                    organization_id=document.organization_id,
                    document=document,
                    flag=flag,
                    field=difference.field,
                    control=difference.control[:_LONGEST],
                    candidate=difference.candidate[:_LONGEST],
                )
                for difference in found
            )
    except Exception:
        logger.exception("shadow.compare.failed", flag=flag, document=str(document.code))
        return 0
    for difference in found:
        metrics.SHADOW_DIFFERENCES.labels(flag, difference.field).inc()
    return len(found)
