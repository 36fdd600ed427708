"""How often the machine is wrong where no person looks: a sample of it is looked at afterwards.

The sample is drawn by the document's code, as a flag's share is: the same document is always in or
always out, nobody chooses, and a higher percentage only adds. What was found bounds the share of
wrong documents among all that the machine approved by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from zohodocs.domain.sequential import rate_interval
from zohodocs.models import (
    WORKER,
    Document,
    Organization,
    Policy,
    ReviewItem,
    ReviewKind,
    ReviewState,
    Verdict,
)

from .bucketing import bucket, is_in

REASON = "spot_check"
# So sure is the bound, at every look (Robbins' mixture, see `sequential.rate_interval`).
_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Checked:
    """What the spot checks of one company came to; `most` is the highest share still credible."""

    right: int
    wrong: int
    waiting: int

    @property
    def answered(self) -> int:
        """How many were looked at."""
        return self.right + self.wrong

    @property
    def most(self) -> float:
        """At most this share of what the machine approved is wrong, sure at 95 %; 1 at first."""
        return rate_interval(self.wrong, self.answered, _ALPHA).high


def is_drawn(document: Document) -> bool:
    """Whether this document, approved without a person, is one of the sample."""
    if document.approved_by != WORKER:
        return False
    percent = Policy.current(document.organization).spot_check_percent
    return is_in(bucket(REASON, str(document.code)), percent)


def by_company(organizations: Iterable[Organization] | None = None) -> Mapping[int, Checked]:
    """What was found, by the key of each company that has any check; of all or of these."""
    rows = ReviewItem.objects.filter(kind=ReviewKind.AUDIT, reason=REASON)
    if organizations is not None:
        rows = rows.filter(organization__in=[each.pk for each in organizations])
    counted: dict[int, dict[str, int]] = {}
    grouped = rows.values_list("organization", "state", "verdict").annotate(n=Count("pk"))
    for pk, state, verdict, number in grouped.order_by():
        found = counted.setdefault(pk, {"right": 0, "wrong": 0, "waiting": 0})
        if state == ReviewState.OPEN:
            found["waiting"] += number
        elif state == ReviewState.DONE:
            found["wrong" if verdict == Verdict.WRONG else "right"] += number
    return {pk: Checked(**found) for pk, found in counted.items()}


def in_all(found: Iterable[Checked]) -> Checked:
    """Several companies as one."""
    several = list(found)
    return Checked(
        sum(each.right for each in several),
        sum(each.wrong for each in several),
        sum(each.waiting for each in several),
    )
