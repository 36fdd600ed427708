"""Who does what, and when: assign, postpone, call a lead, remark."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.access import may_decide
from zohodocs.domain import attention
from zohodocs.models import (
    AuditEvent,
    Comment,
    Membership,
    Notice,
    NoticeKind,
    ReviewItem,
    ReviewState,
    Role,
)
from zohodocs.models.event import digest

from .guard import Refused, check_right

_LONGEST_REMARK = 2000
_FURTHEST = timedelta(days=90)
_MENTION = re.compile(r"(?<![\w@])@([\w.+-]+)")


def assign(*, item: ReviewItem, by: User, to: User | None) -> None:
    """Give the item to somebody who may decide it, or back to whoever comes (None).

    Raises NotAllowed, Refused. The claim of somebody else stays theirs.
    """
    check_right(by, item.document)
    if to is not None and not may_decide(to, item.organization_id):
        raise Refused(_("This person may not decide here. Choose somebody else."))
    with transaction.atomic():
        _change(item, assigned_to=to)
        if to is not None:
            tell(item, [to], kind=NoticeKind.ASSIGNED, by=by)
        _record("review.assigned", item, by, to=to.get_username() if to else "")


def postpone(*, item: ReviewItem, by: User, until: datetime | None) -> None:
    """Keep the item out of the queue until then; None brings it back.

    Raises NotAllowed, Refused for a moment that is past or more than ninety days away.
    """
    check_right(by, item.document)
    now = timezone.now()
    if until is not None and not now < until <= now + _FURTHEST:
        raise Refused(_("Choose a time within the next ninety days."))
    with transaction.atomic():
        _change(item, postponed_until=until)
        _record("review.postponed", item, by, until=until.isoformat() if until else "")


def escalate(*, item: ReviewItem, by: User, why: str) -> None:
    """Call for a lead: the item goes to the head of the queue, and every lead is told why.

    Raises NotAllowed, Refused without a reason.
    """
    check_right(by, item.document)
    if not why.strip():
        raise Refused(_("Say what the lead should look at."))
    with transaction.atomic():
        _change(
            item,
            escalated_at=timezone.now(),
            attention=attention.called_for(item.opened_at),
            postponed_until=None,
        )
        _remark(item, by, why)
        tell(item, leads(item.organization_id), kind=NoticeKind.ESCALATED, by=by, text=why)
        _record("review.escalated", item, by, why=digest(why))


def comment(*, item: ReviewItem, by: User, text: str) -> Comment:
    """Leave a remark; whoever is mentioned as @name and belongs to the company is told.

    Raises NotAllowed, Refused for an empty remark.
    """
    check_right(by, item.document)
    if not text.strip():
        raise Refused(_("Write something first."))
    with transaction.atomic():
        made = _remark(item, by, text)
        tell(item, mentioned(item, made.text), kind=NoticeKind.MENTIONED, by=by, text=made.text)
        _record("review.commented", item, by, text=digest(made.text))
    return made


def mentioned(item: ReviewItem, text: str) -> list[User]:
    """The colleagues this text names as @name."""
    names = {name.rstrip(".").casefold() for name in _MENTION.findall(text)}
    return [user for user in colleagues(item) if user.get_username().casefold() in names]


def colleagues(item: ReviewItem) -> list[User]:
    """Who belongs to the item's company, by name."""
    return [row.user for row in _members(item.organization_id)]


def deciders(item: ReviewItem) -> list[User]:
    """Those of them to whom it can be given."""
    rows = _members(item.organization_id)
    return [row.user for row in rows if row.role != Role.VIEWER]


def leads(organization_id: int) -> list[User]:
    """Who gives second approvals there."""
    rows = _members(organization_id)
    return [row.user for row in rows if row.role in (Role.APPROVER, Role.ADMIN)]


def tell(
    item: ReviewItem, whom: Iterable[User], *, kind: NoticeKind, by: User, text: str = ""
) -> None:
    """Leave a notice for each of them, but not for who did it."""
    Notice.objects.bulk_create(
        Notice(
            organization_id=item.organization_id,
            user=user,
            item=item,
            kind=kind,
            by=by,
            text=text.strip()[:_LONGEST_REMARK],
        )
        for user in whom
        if user.pk != by.pk
    )


def _members(organization_id: int) -> list[Membership]:
    rows = Membership.objects.filter(organization_id=organization_id, user__is_active=True)
    return list(rows.select_related("user").order_by("user__username"))


def _remark(item: ReviewItem, by: User, text: str) -> Comment:
    return Comment.objects.create(
        organization_id=item.organization_id,
        document=item.document,
        by=by,
        text=text.strip()[:_LONGEST_REMARK],
    )


def _change(item: ReviewItem, **values: object) -> None:
    """On an open item only; what was decided meanwhile needs no arranging."""
    if not ReviewItem.objects.filter(pk=item.pk, state=ReviewState.OPEN).update(**values):
        raise Refused(_("This was decided meanwhile."))
    for name, value in values.items():
        setattr(item, name, value)


def _record(verb: str, item: ReviewItem, by: User, **data: str) -> None:
    AuditEvent.record(verb, actor=by.get_username(), document=item.document, data=data)
