"""How often the machine is wrong where no person looks: a sample of it is looked at afterwards.

The sample is drawn by the document's code, as a flag's share is: the same document is always in or
always out, nobody chooses, and a higher percentage only adds. What was found bounds the share of
wrong documents among all that the machine approved by itself, company by company and only since
the percentage is what it is: samples of different shares cannot be added up. Checks that nobody
has answered yet say nothing; the bound holds as far as they are like the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from math import ceil

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
# So sure is a bound, at every look (Robbins' mixture, see `sequential.rate_interval`).
_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Checked:
    """What the spot checks of one company came to."""

    right: int
    wrong: int
    waiting: int

    @property
    def answered(self) -> int:
        """How many were looked at."""
        return self.right + self.wrong

    def most(self, alpha: float = _ALPHA) -> float:
        """At most this share is wrong, rounded up to a tenth of a percent; 1 before any answer."""
        return ceil(rate_interval(self.wrong, self.answered, alpha).high * 1000) / 1000


def is_drawn(document: Document) -> bool:
    """Whether this document, approved without a person, is one of the sample."""
    if document.approved_by != WORKER:
        return False
    percent = Policy.current(document.organization).spot_check_percent
    return is_in(bucket(REASON, str(document.code)), percent)


def by_company(organizations: Iterable[Organization] | None = None) -> Mapping[int, Checked]:
    """What was found since its percentage is what it is, by the key of each company with checks."""
    rows = ReviewItem.objects.filter(kind=ReviewKind.SPOT_CHECK)
    if organizations is not None:
        rows = rows.filter(organization__in=[each.pk for each in organizations])
    found = {}
    for pk in rows.order_by().values_list("organization", flat=True).distinct():
        own = rows.filter(organization=pk)
        if (since := _since(pk)) is not None:
            own = own.filter(opened_at__gte=since)
        counted = {"right": 0, "wrong": 0, "waiting": 0}
        grouped = own.values_list("state", "verdict").annotate(n=Count("pk"))
        for state, verdict, number in grouped.order_by():
            if state == ReviewState.OPEN:
                counted["waiting"] += number
            elif state == ReviewState.DONE:
                counted["wrong" if verdict == Verdict.WRONG else "right"] += number
        found[pk] = Checked(**counted)
    return found


def most_of_any(found: Iterable[Checked]) -> float:
    """In no company is more than this share wrong, sure at 95 % for all of them together."""
    several = list(found)
    return max((each.most(_ALPHA / len(several)) for each in several), default=1.0)


def _since(organization_id: int) -> datetime | None:
    """When the present percentage began; None where it never was another one."""
    rows = Policy.objects.for_organization(organization_id).order_by("-version")
    versions = list(rows.values_list("spot_check_percent", "created_at"))
    alike = list(takewhile(lambda version: version[0] == versions[0][0], versions))
    return alike[-1][1] if len(alike) < len(versions) else None
