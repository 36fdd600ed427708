"""Four eyes over what stands in Zoho: one proposes to void or correct it, another confirms."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.access import may_give_second_approval
from zohodocs.jobs import doorbell
from zohodocs.models import (
    Amendment,
    AmendmentKind,
    AmendmentState,
    AuditEvent,
    Document,
    Posting,
    ReviewItem,
    ReviewKind,
    ReviewState,
    Verdict,
)
from zohodocs.posting.record import TWICE

from .approving import close_item
from .guard import NotAllowed, Refused, StaleVersion, check_right, take_posted

# What the papers know a call for.
POSSIBLE = {
    "bill": (AmendmentKind.VOID, AmendmentKind.CORRECT),
    "vendor_credit": (AmendmentKind.VOID,),
    "expense": (),
}
_ABOUT_ENTRIES = (ReviewKind.DRIFT, ReviewKind.AUDIT)


def accept_standing(*, item: ReviewItem, by: User, version: int) -> None:
    """What stands in Zoho is right: from now on it is what later edits are compared with.

    A question about something else (a file that is missing, a second entry) is only closed.
    Raises NotAllowed, StaleVersion, Refused. Sent twice by the same person it counts once.
    """
    document = item.document
    check_right(by, document)
    if item.kind not in _ABOUT_ENTRIES:
        raise Refused(_("This question is not about an entry in Zoho Books."))
    with transaction.atomic():
        if not take_posted(document, version):
            if _decided_already(item, by):
                return
            raise StaleVersion
        item.refresh_from_db()
        if item.state != ReviewState.OPEN:
            raise StaleVersion
        proposed = Amendment.objects.filter(
            posting__document=document, state=AmendmentState.PROPOSED
        )
        if proposed.exists():
            raise Refused(_("A change to this entry is proposed. Confirm it or withdraw it first."))
        if item.kind == ReviewKind.DRIFT and item.reason != TWICE:
            Posting.objects.filter(document=document).exclude(stands={}).update(agreed=F("stands"))
        close_item(item, by=by, verdict=Verdict.ACCEPT, now=timezone.now())
        _record("review.entry_accepted", document, by, version, reason=item.reason)


def propose(
    *, document: Document, by: User, version: int, kind: AmendmentKind, reason: str
) -> Amendment:
    """Propose to void or correct the posted entry; somebody else must confirm it.

    Raises NotAllowed, StaleVersion, Refused.
    """
    check_right(by, document)
    if not reason.strip():
        raise Refused(_("Say why; whoever confirms it will ask."))
    posting = Posting.objects.filter(document=document).first()
    if posting is None or kind not in POSSIBLE[posting.kind]:
        raise Refused(_("This cannot be done through Zoho's interface. Do it in Zoho Books."))
    try:
        with transaction.atomic():
            if not take_posted(document, version):
                raise StaleVersion
            amendment = Amendment.objects.create(
                organization_id=document.organization_id,
                posting=posting,
                kind=kind,
                reason=reason.strip(),
                seen=posting.stands,
                proposed_by=by,
            )
            _record("review.amendment_proposed", document, by, version, kind=str(kind))
    except IntegrityError:
        raise Refused(
            _("A change to this entry is proposed already. Settle that one first.")
        ) from (None)
    return amendment


def confirm(*, amendment: Amendment, by: User) -> None:
    """Confirm what somebody else proposed; it is done once, now. Raises NotAllowed, StaleVersion.

    Sent twice by the same person it counts once.
    """
    document = amendment.posting.document
    check_right(by, document)
    if amendment.proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed it. Another person confirms it."))
    if not may_give_second_approval(by, document.organization_id):
        raise NotAllowed(_("It is confirmed by somebody with the approver role."))
    with transaction.atomic():
        if amendment.state != AmendmentState.PROPOSED or not amendment.move(
            AmendmentState.APPROVED, confirmed_by=by, confirmed_at=timezone.now()
        ):
            if Amendment.objects.filter(pk=amendment.pk, confirmed_by=by).exists():
                return
            raise StaleVersion
        # Not when it is proposed: a proposal that is taken back has answered nothing. That the
        # entry stands there twice is not answered by changing one of the two.
        for item in ReviewItem.objects.filter(
            document=document, kind=ReviewKind.DRIFT, state=ReviewState.OPEN
        ).exclude(reason=TWICE):
            close_item(item, by=by, verdict=Verdict.PROPOSE, now=timezone.now())
        AuditEvent.record(
            "review.amendment_confirmed",
            actor=by.get_username(),
            document=document,
            data={"kind": amendment.kind},
        )
        transaction.on_commit(lambda: doorbell.ring_to_amend(amendment.pk))


def withdraw(*, amendment: Amendment, by: User) -> None:
    """Take a proposal back, one's own or another's. Raises NotAllowed, StaleVersion."""
    document = amendment.posting.document
    check_right(by, document)
    with transaction.atomic():
        if amendment.state != AmendmentState.PROPOSED or not amendment.move(
            AmendmentState.WITHDRAWN
        ):
            raise StaleVersion
        AuditEvent.record(
            "review.amendment_withdrawn",
            actor=by.get_username(),
            document=document,
            data={"kind": amendment.kind},
        )


def _decided_already(item: ReviewItem, by: User) -> bool:
    return ReviewItem.objects.filter(
        pk=item.pk, state=ReviewState.DONE, verdict=Verdict.ACCEPT, decided_by=by
    ).exists()


def _record(verb: str, document: Document, by: User, version: int, **data: Any) -> None:
    AuditEvent.record(
        verb,
        actor=by.get_username(),
        document=document,
        data={"version": version + 1, **data},
    )
