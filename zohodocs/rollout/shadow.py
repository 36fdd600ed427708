"""Beside the control: the candidate is tried, compared, and never heard of by the document."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone

from zohodocs import metrics
from zohodocs.domain import attention
from zohodocs.models import (
    Document,
    IgnoredDifference,
    PairVerdict,
    ReviewItem,
    ReviewKind,
    ReviewState,
    ShadowDifference,
    ShadowRun,
)
from zohodocs.telemetry import get_logger

from .bucketing import bucket

logger = get_logger(__name__)
# Long enough to see what differs; a whole paper is not kept twice.
_LONGEST = 500
# Flags whose differences a person can judge by the paper alone.
JUDGED = frozenset({"ml_predictions", "layout_memory", "llm_fallback"})


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
    started, found, error = time.monotonic(), list[Difference](), ""
    try:
        found = list(candidate())
    except Exception as problem:
        logger.exception("shadow.compare.failed", flag=flag, document=str(document.code))
        error = type(problem).__name__
    return keep(document, flag, found, seconds=time.monotonic() - started, error=error)


def keep(
    document: Document, flag: str, found: Sequence[Difference], *, seconds: float, error: str = ""
) -> int:
    """Keep a run and its differences, once a document and flag; how many need a word.

    Differences that are known are kept with the reason for which nobody is asked.
    """
    ignored = list(IgnoredDifference.objects.filter(flag=flag))
    rows = [_row(document, flag, difference, ignored) for difference in found]
    open_ones = sum(not row.ignored for row in rows)
    try:
        with transaction.atomic():
            _run, new = ShadowRun.objects.get_or_create(
                document=document,
                flag=flag,
                defaults={
                    "organization_id": document.organization_id,
                    "seconds": seconds,
                    "differences": open_ones,
                    "error": error,
                },
            )
            if not new:
                return 0
            ShadowDifference.objects.bulk_create(rows)
            if open_ones:
                _ask(document, flag)
    except DatabaseError:
        logger.exception("shadow.keep.failed", flag=flag, document=str(document.code))
        return 0
    for row in rows:
        metrics.SHADOW_DIFFERENCES.labels(flag, row.field).inc()
    return open_ones


def pending(document: Document) -> list[ShadowDifference]:
    """The differences of this document that nobody judged yet."""
    rows = ShadowDifference.objects.for_organization(document.organization_id)
    return list(rows.filter(document=document, verdict="", ignored="").order_by("pk"))


def swapped(difference: ShadowDifference) -> bool:
    """Whether the new way's answer is shown first: by a coin that always falls the same."""
    return bucket("blind", str(difference.pk)) % 2 == 1


def judge(difference: ShadowDifference, verdict: PairVerdict, *, by: User) -> bool:
    """A person's word on one difference, given once; False if somebody was faster."""
    changed = ShadowDifference.objects.filter(pk=difference.pk, verdict="").update(
        verdict=verdict, judged_by=by, judged_at=timezone.now()
    )
    return changed == 1


def _row(
    document: Document, flag: str, difference: Difference, ignored: Sequence[IgnoredDifference]
) -> ShadowDifference:
    known = next((rule for rule in ignored if _fits(rule, difference)), None)
    return ShadowDifference(
        organization_id=document.organization_id,
        document=document,
        flag=flag,
        field=difference.field,
        control=difference.control[:_LONGEST],
        candidate=difference.candidate[:_LONGEST],
        ignored=known.why if known else "",
    )


def _fits(rule: IgnoredDifference, difference: Difference) -> bool:
    return (
        rule.field == difference.field
        and rule.control in ("", difference.control)
        and rule.candidate in ("", difference.candidate)
    )


def _ask(document: Document, flag: str) -> None:
    """A question of its own where the document is no longer in review: there it is asked anyway."""
    if flag not in JUDGED or Document.objects.filter(pk=document.pk, state="in_review").exists():
        return
    ReviewItem.objects.get_or_create(
        document=document,
        kind=ReviewKind.DIFFERENCE,
        state=ReviewState.OPEN,
        defaults={
            "organization_id": document.organization_id,
            "reason": "ways_differ",
            "message": "The old way and the new one read this paper differently. Say which is "
            "right.",
            "attention": attention.worth(document.gross_total, []),
        },
    )
