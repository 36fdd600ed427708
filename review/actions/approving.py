"""Approval: the checks once more, four eyes where asked for, the hold, then the doorbell."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from review import questions
from zohodocs import metrics
from zohodocs.access import may_give_second_approval
from zohodocs.domain.states import DocumentState, Mover
from zohodocs.jobs import doorbell
from zohodocs.models import AuditEvent, Document, ReviewItem, ReviewState, Verdict
from zohodocs.pipeline.runner import hold_until, recheck
from zohodocs.posting import planning
from zohodocs.web.sentences import told

from . import vendors
from .guard import Blocked, NotAllowed, StaleVersion, check_claim, check_right


class Approval(StrEnum):
    """What an approval came to."""

    DONE = "done"
    FIRST = "first"  # stored; a second person must approve, too


def approve(*, item: ReviewItem, by: User, version: int, accept_doubts: bool = False) -> Approval:
    """Approve the document as it stands; it is posted when the hold is over.

    Refuses while something blocks or a question is open; `accept_doubts`: this person answers for
    the open questions that do not block. Raises NotAllowed, StaleVersion, Blocked. Sent twice by
    the same person it counts once.
    """
    document = item.document
    check_right(by, document)
    check_claim(item, by)
    now = timezone.now()
    with transaction.atomic():
        if document.version != version or not _locked(document, version):
            known = _approved_already(item, by)
            if known is None:
                raise StaleVersion
            return known
        item.refresh_from_db()
        # Something else may have been approved since: look for duplicates and vendors once more.
        recheck(document)
        asked = questions.of(document)
        obstacle = questions.obstacle(asked, accept_doubts=accept_doubts)
        problem = planning.rehearse(document) if obstacle is None else None
        if problem is not None:
            # Better now, with the paper in hand, than when Zoho refuses it after the hold.
            obstacle = told(problem.message)
        if obstacle is None:
            four_eyes = any(question.four_eyes for question in asked)
            return _give(item, document, by=by, version=version, now=now, four_eyes=four_eyes)
    # Out here the refreshed findings stay, so that the page shows what is named.
    raise Blocked(obstacle)


def _locked(document: Document, version: int) -> bool:
    """Hold the row without counting its version; False if it moved on."""
    return (
        Document.objects.filter(pk=document.pk, state="in_review", version=version).update(
            version=version
        )
        == 1
    )


def _give(
    item: ReviewItem,
    document: Document,
    *,
    by: User,
    version: int,
    now: datetime,
    four_eyes: bool,
) -> Approval:
    first = item.first_approval_by
    if four_eyes and first is None:
        ReviewItem.objects.filter(pk=item.pk).update(
            first_approval_by=by,
            first_approval_at=now,
            # The second person opens it next.
            claimed_by=None,
            claimed_until=None,
        )
        Document.objects.filter(pk=document.pk).update(version=version + 1)
        AuditEvent.record(
            "review.first_approved",
            actor=by.get_username(),
            document=document,
            data={"version": version + 1},
        )
        return Approval.FIRST
    if four_eyes and first is not None:
        if first.pk == by.pk:
            raise NotAllowed(_("You gave the first approval. Another person gives the second."))
        if not may_give_second_approval(by, document.organization_id):
            raise NotAllowed(_("The second approval is given by somebody with the approver role."))
    approvers = [first.get_username()] if four_eyes and first else []
    approvers.append(by.get_username())
    vendor = vendors.settle(document, approvers=approvers)
    moved = document.move(
        frm=DocumentState.IN_REVIEW,
        to=DocumentState.APPROVED,
        by=Mover.HUMAN,
        now=now,
        version=version,
        approved_at=now,
        approved_by=" + ".join(approvers)[:150],
        decided_at=now,
        hold_until=hold_until(document, now=now),
        vendor=vendor,
    )
    if not moved:
        raise StaleVersion
    close_item(item, by=by, verdict=Verdict.APPROVE, now=now)
    AuditEvent.record(
        "review.approved",
        actor=by.get_username(),
        document=document,
        data={
            "version": version + 1,
            "approvers": approvers,
            "policy": document.policy_id,
            "overruled": sorted(document.overruled),
        },
    )
    transaction.on_commit(lambda: doorbell.ring(document))
    transaction.on_commit(lambda: doorbell.ring_to_learn(document))
    return Approval.DONE


def close_item(
    item: ReviewItem, *, by: User, verdict: Verdict, now: datetime, note: str = ""
) -> None:
    """The question is answered."""
    transaction.on_commit(lambda: metrics.REVIEWS.labels(item.reason, verdict.value).inc())
    ReviewItem.objects.filter(pk=item.pk, state=ReviewState.OPEN).update(
        state=ReviewState.DONE, decided_at=now, decided_by=by, verdict=verdict, note=note
    )


def _approved_already(item: ReviewItem, by: User) -> Approval | None:
    """What this person's earlier approval came to, if they gave one."""
    mine = ReviewItem.objects.filter(pk=item.pk)
    if mine.filter(state=ReviewState.DONE, verdict=Verdict.APPROVE, decided_by=by).exists():
        return Approval.DONE
    if mine.filter(state=ReviewState.OPEN, first_approval_by=by).exists():
        return Approval.FIRST
    return None
