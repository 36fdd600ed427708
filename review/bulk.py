"""Several at once: items of one kind that pass every check, with what would be posted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import User

from zohodocs.access import DECIDING_ROLES
from zohodocs.domain.money import to_decimal
from zohodocs.models import FieldValue, Finding, Membership, ReviewItem, ReviewKind, ReviewState
from zohodocs.models import State as DocumentState
from zohodocs.models.scope import ScopedQuerySet
from zohodocs.posting import planning

from . import actions, queries, questions

_Row = TypeVar("_Row", Finding, FieldValue)
# More than one can check at a glance is no preview any more.
MOST = 50
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Approved:
    """How many bills came of it, how many wait for a second person, and what stayed, with why."""

    done: int
    first: int
    left: Sequence[tuple[ReviewItem, str]]


@dataclass(frozen=True, slots=True)
class Ready:
    """An item that may go, with its tax as it stands."""

    item: ReviewItem
    tax: Decimal | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What may go, oldest first, and what it sums up to in each currency."""

    ready: Sequence[Ready]
    totals: Mapping[str, Decimal]
    # Items of the kind that were looked at and need somebody.
    others: int

    @property
    def items(self) -> list[ReviewItem]:
        """The items alone."""
        return [each.item for each in self.ready]


def kinds(user: User) -> list[tuple[str, str]]:
    """The reasons of which several may be approved at once, with how many wait for each.

    Most frequent first, among the first thousand of the queue; “12+” where there are more.
    """
    waiting = _waiting(user).filter(reason__in=questions.SETTLED_BY_APPROVAL)
    found = list(queries.first_of(waiting).values_list("reason", flat=True))
    more = "+" if len(found) == queries.COUNTED else ""
    listed = sorted(Counter(found).items(), key=lambda each: (-each[1], each[0]))
    return [(reason, f"{number}{more}") for reason, number in listed]


def preview(user: User, reason: str) -> Preview:
    """The items of this kind that pass every check now."""
    if reason not in questions.SETTLED_BY_APPROVAL:
        return Preview([], {}, 0)
    rows = (
        _waiting(user)
        .filter(reason=reason)
        .select_related(
            "document__organization", "document__vendor", "document__account", "claimed_by"
        )
    )
    looked = list(rows.order_by("opened_at", "pk")[:_LOOKED_AT])
    clear = _clear(user, looked)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for each in clear:
        if each.item.document.gross_total is not None:
            totals[each.item.document.currency] += each.item.document.gross_total
    return Preview(clear, dict(totals), len(looked) - len(clear))


def approve(user: User, chosen: Mapping[UUID, int]) -> Approved:
    """Approve these (code -> the version that was shown); each stands for itself."""
    done = first = 0
    left: list[tuple[ReviewItem, str]] = []
    for code, version in list(chosen.items())[:MOST]:
        item = queries.item_for(user, code)
        if item.reason not in questions.SETTLED_BY_APPROVAL:
            left.append((item, questions.obstacle(questions.of(item.document)) or ""))
            continue
        try:
            what = actions.approve(item=item, by=user, version=version)
        except actions.Refused as problem:
            left.append((item, str(problem)))
            continue
        done += what is actions.Approval.DONE
        first += what is actions.Approval.FIRST
    return Approved(done, first, left)


def _waiting(user: User) -> ScopedQuerySet[ReviewItem]:
    deciding = Membership.objects.filter(user=user, role__in=DECIDING_ROLES)
    return queries.matching(user, {}).filter(
        kind=ReviewKind.DECIDE,
        state=ReviewState.OPEN,
        document__state=DocumentState.IN_REVIEW,
        organization__in=deciding.values("organization"),
    )


def _clear(user: User, items: Sequence[ReviewItem]) -> list[Ready]:
    """Those nothing speaks against; findings and values of all of them are loaded at once."""
    pks = [item.document_id for item in items]
    findings = _by_document(Finding.objects.filter(document__in=pks).order_by("position", "pk"))
    values = _by_document(FieldValue.objects.filter(document__in=pks))
    clear: list[Ready] = []
    for item in items:
        document = item.document
        by_name = {row.name: row for row in values[document.pk]}
        asked = questions.from_findings(findings[document.pk], document, by_name)
        if any(question.waits or question.four_eyes for question in asked):
            continue
        if actions.holder(item, user) is None and planning.rehearse(document) is None:
            tax = by_name.get("tax_total")
            clear.append(Ready(item, to_decimal(tax.value) if tax else None))
        if len(clear) == MOST:
            break
    return clear


def _by_document(rows: Iterable[_Row]) -> Mapping[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(row)
    return found
