"""Two ways read a field differently: which is right, said without knowing which is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.models import (
    AuditEvent,
    FieldValue,
    PairVerdict,
    ReviewItem,
    ReviewKind,
    ReviewState,
    ShadowDifference,
    State,
    Verdict,
)
from zohodocs.rollout import shadow
from zohodocs.web.formats import shown
from zohodocs.web.labels import field_label

from .correcting import Reading, correct
from .guard import Refused, check_claim, check_right

FIRST, SECOND, NEITHER = "first", "second", "neither"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers in an order that says nothing."""

    key: int
    label: str
    first: str
    second: str


def pairs_of(item: ReviewItem) -> Sequence[Pair]:
    """What is still to be judged about the item's document."""
    if item.state != ReviewState.OPEN:
        return []
    currency = item.document.currency
    found = []
    for row in shadow.pending(item.document):
        if row.flag not in shadow.JUDGED:
            continue
        both = [row.control, row.candidate]
        if shadow.swapped(row):
            both.reverse()
        texts = [shown(row.field, value, currency) for value in both]
        found.append(Pair(row.pk, field_label(row.field), *texts))
    return found


def judge_pair(*, item: ReviewItem, by: User, version: int, key: int, choice: str) -> None:
    """Keep the verdict; while the document is in review it is a correction, too.

    Raises NotAllowed, Claimed, StaleVersion, Refused.
    """
    document = item.document
    check_right(by, document)
    check_claim(item, by)
    row = next((row for row in shadow.pending(document) if row.pk == key), None)
    if row is None:
        raise Refused(_("This was judged meanwhile."))
    verdict = _verdict(row, choice)
    with transaction.atomic():
        if not shadow.judge(row, verdict, by=by):
            raise Refused(_("This was judged meanwhile."))
        value = _value(row, verdict)
        if value is not None and document.state == State.IN_REVIEW:
            _correct(item, by, version, row.field, value)
        _close_when_done(item, by)
        AuditEvent.record(
            "review.pair_judged",
            actor=by.get_username(),
            document=document,
            data={"flag": row.flag, "field": row.field, "verdict": verdict.value},
        )


def _verdict(row: ShadowDifference, choice: str) -> PairVerdict:
    if choice == NEITHER:
        return PairVerdict.NEITHER
    if choice not in (FIRST, SECOND):
        raise Refused(_("Choose one of the two, or neither."))
    control = (choice == FIRST) != shadow.swapped(row)
    return PairVerdict.CONTROL if control else PairVerdict.CANDIDATE


def _value(row: ShadowDifference, verdict: PairVerdict) -> str | None:
    by_verdict = {PairVerdict.CONTROL: row.control, PairVerdict.CANDIDATE: row.candidate}
    return by_verdict.get(verdict)


def _correct(item: ReviewItem, by: User, version: int, field: str, value: str) -> None:
    """A value that stands already is confirmed by it, one that does not is put in its place."""
    present = FieldValue.objects.filter(document=item.document, name=field).first()
    page, box = None, None
    for other in present.others if present else []:
        if other.get("value") == value:
            page = other.get("page")
    correct(item=item, by=by, version=version, field=field, reading=Reading(value, page, box))


def _close_when_done(item: ReviewItem, by: User) -> None:
    if any(row.flag in shadow.JUDGED for row in shadow.pending(item.document)):
        return
    ReviewItem.objects.filter(
        document=item.document, kind=ReviewKind.DIFFERENCE, state=ReviewState.OPEN
    ).update(
        state=ReviewState.DONE,
        decided_at=timezone.now(),
        decided_by=by,
        verdict=Verdict.ACCEPT,
    )
