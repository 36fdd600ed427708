"""Beside the control: the candidate is tried, compared, and never heard of by the document."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from zohodocs import metrics
from zohodocs.domain import attention
from zohodocs.domain.states import DocumentState, Mover
from zohodocs.models import (
    WORKER,
    AuditEvent,
    DifferenceRule,
    Document,
    IgnoredDifference,
    PairVerdict,
    ReviewItem,
    ReviewKind,
    ReviewState,
    ShadowDifference,
    ShadowRun,
    State,
)
from zohodocs.telemetry import get_logger

from . import limits, mattering
from .bucketing import bucket
from .readonly import no_writes

logger = get_logger(__name__)
# Long enough to see what differs; a whole paper is not kept twice.
_LONGEST = 500
# Flags whose differences a person can judge by the paper alone.
JUDGED = frozenset({"ml_predictions", "layout_memory", "llm_fallback"})
# The error of a run whose end nobody has written down: it is under way, or took its worker along.
UNFINISHED = "Unfinished"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the two ways differ."""

    field: str
    control: str
    candidate: str


def compare(
    document: Document,
    flag: str,
    candidate: Callable[[], Iterable[Difference]],
    *,
    seconds: float,
) -> int:
    """Have the candidate say where it differs, and keep that; how many differences need a word.

    Once a document, within so many seconds and the memory of `limits`, and without a write; what it
    raises is kept as the run's error. Call it in the main thread when the control's work is done
    and stored: whatever happens here stays here. Only where it is ended for another reason than its
    time is that raised again, and it counts as not begun.
    """
    if not document.in_shadow(flag) or not begin(document, flag):
        return 0
    started, found, error = time.monotonic(), list[Difference](), ""
    try:
        # No transaction: on SQLite one locks out everybody who writes while this one reads.
        with limits.limited(seconds=seconds), no_writes():
            found = list(candidate())
    except (Exception, limits.OverTime) as problem:
        logger.exception("shadow.compare.failed", flag=flag, document=str(document.code))
        error = type(problem).__name__
        if isinstance(problem, limits.OverTime) and not connection.in_atomic_block:
            connection.close()  # a query may still be under way on it
    except limits.Ended:
        _forget(document, flag)
        raise
    return keep(document, flag, found, seconds=time.monotonic() - started, error=error)


def begin(document: Document, flag: str) -> bool:
    """Write down that the candidate is being tried; False where it was already.

    Before the work, so that a candidate that takes its worker down is seen, and not tried again.
    """
    try:
        with transaction.atomic():
            _run, new = ShadowRun.objects.get_or_create(
                document=document,
                flag=flag,
                defaults={"organization_id": document.organization_id, "error": UNFINISHED},
            )
    except DatabaseError:
        logger.exception("shadow.begin.failed", flag=flag, document=str(document.code))
        return False
    return new


def _forget(document: Document, flag: str) -> None:
    try:
        ShadowRun.objects.filter(document=document, flag=flag, error=UNFINISHED).delete()
    except DatabaseError:
        logger.exception("shadow.forget.failed", flag=flag, document=str(document.code))


def keep(
    document: Document, flag: str, found: Sequence[Difference], *, seconds: float, error: str = ""
) -> int:
    """Keep what came of a run that was begun, once; how many differences need a word.

    Those that are known are kept with the reason for which nobody is asked.
    """
    ignored = list(IgnoredDifference.objects.filter(flag=flag))
    rules = mattering.rules_of(flag)
    differing = {difference.field for difference in found}
    rows = [_row(document, flag, difference, ignored, rules, differing) for difference in found]
    open_ones = sum(not row.ignored for row in rows)
    try:
        with transaction.atomic():
            kept = ShadowRun.objects.filter(document=document, flag=flag, error=UNFINISHED).update(
                seconds=seconds, differences=open_ones, error=error
            )
            if kept != 1:
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


def missing(document: Document) -> list[str]:
    """The flags whose differences go to people and whose comparison is not there."""
    asked = [flag for flag in sorted(JUDGED) if document.in_shadow(flag)]
    if not asked:
        return []
    runs = ShadowRun.objects.filter(document=document, flag__in=asked).exclude(error=UNFINISHED)
    there = set(runs.values_list("flag", flat=True))
    return [flag for flag in asked if flag not in there]


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
    document: Document,
    flag: str,
    difference: Difference,
    ignored: Sequence[IgnoredDifference],
    rules: Mapping[str, DifferenceRule],
    differing: Collection[str],
) -> ShadowDifference:
    known = next((rule for rule in ignored if _fits(rule, difference)), None) or mattering.settled(
        rules,
        difference.field,
        difference.control,
        difference.candidate,
        document=document,
        differing=differing,
    )
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
    """Have people say which is right, before posting where that is still possible.

    What the machine approved goes to review; there a verdict is a correction, too. Everything else
    gets a question of its own, unless it is in review anyway.
    """
    if flag not in JUDGED:
        return
    kind = ReviewKind.DECIDE if _taken_back(document, flag) else ReviewKind.DIFFERENCE
    in_review = Document.objects.filter(pk=document.pk, state=State.IN_REVIEW).exists()
    if kind == ReviewKind.DIFFERENCE and in_review:
        return
    ReviewItem.objects.get_or_create(
        document=document,
        kind=kind,
        state=ReviewState.OPEN,
        defaults={
            "organization_id": document.organization_id,
            "reason": "ways_differ",
            "message": "The old way and the new one read this paper differently. Say which is "
            "right.",
            "attention": attention.worth(document.gross_total, []),
        },
    )


def _taken_back(document: Document, flag: str) -> bool:
    """Whether we took it out of the hold; a person's approval stands."""
    if document.state != State.APPROVED or document.approved_by != WORKER:
        return False
    # Posting moves it on by the same kind of UPDATE: one of the two wins.
    moved = document.back_to_review(
        frm=DocumentState.APPROVED,
        by=Mover.MACHINE,
        now=timezone.now(),
        version=document.version,
    )
    if moved:
        AuditEvent.record(
            "document.taken_back", actor=WORKER, document=document, data={"flag": flag}
        )
    return moved
