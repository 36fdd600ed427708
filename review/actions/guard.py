"""What stands before every verb: the right to it, and the version it was decided on."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.access import may_decide
from zohodocs.models import Document, FieldValue, ReviewItem, ReviewState, State
from zohodocs.models.event import digest

# Who a paper comes from, where they live and bank: kept in the trail as digests only.
PERSONAL_FIELDS = frozenset(
    [
        "supplier_name",
        "supplier_tax_id",
        "supplier_address",
        "buyer_name",
        "buyer_tax_id",
        "buyer_address",
        "iban",
    ]
)
HUMAN = "human"


class Refused(Exception):
    """The verb had no effect; the message says what to do instead."""


class NotAllowed(Refused):
    """This person may not do this."""


class Claimed(Refused):
    """Somebody else has it open."""


class Blocked(Refused):
    """Something must be settled first; the message names the smallest thing that would."""


class StaleVersion(Refused):
    """Somebody changed or decided the document meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This document was changed meanwhile. Look at it again."))


def check_right(by: User, document: Document) -> None:
    """Raise NotAllowed unless this person may decide here."""
    if not may_decide(by, document.organization_id):
        raise NotAllowed(_("You may look at this document, but not decide about it."))


def holder(item: ReviewItem, user: User) -> User | None:
    """Who else has it open at this moment."""
    until = item.claimed_until
    if item.claimed_by_id in (None, user.pk) or until is None or until < timezone.now():
        return None
    if item.claimed_at is None:  # kept for somebody who has not opened it
        return None
    return item.claimed_by


def check_claim(item: ReviewItem, by: User) -> None:
    """Raise Claimed while somebody else has the item open."""
    other = holder(item, by) if item.state == ReviewState.OPEN else None
    if other is not None:
        raise Claimed(
            _("%(person)s has it open. Take it over first.") % {"person": shown_name(other)}
        )


def shown_name(person: User) -> str:
    """The name by which colleagues know them."""
    return person.get_full_name() or person.get_username()


def take(document: Document, *, version: int) -> Document:
    """Count the version up if it is still the one seen: the caller now holds the row.

    Call inside a transaction. Returns the fresh row; raises StaleVersion.
    """
    taken = Document.objects.filter(pk=document.pk, state=State.IN_REVIEW, version=version).update(
        version=F("version") + 1
    )
    if taken != 1:
        raise StaleVersion
    fresh = Document.objects.select_related("organization").get(pk=document.pk)
    # Whoever approved first approved something else: both must see the same paper.
    ReviewItem.objects.filter(document=fresh, state="open").exclude(first_approval_by=None).update(
        first_approval_by=None, first_approval_at=None
    )
    return fresh


def take_posted(document: Document, version: int) -> bool:
    """Count the version of a posted document up if it is still the one seen; say whether it was.

    Call inside a transaction.
    """
    rows = Document.objects.filter(pk=document.pk, version=version, state=State.POSTED)
    return rows.update(version=F("version") + 1) == 1


def for_the_trail(field: str, value: str) -> str:
    """The value as the audit trail may keep it."""
    return digest(value) if value and field in PERSONAL_FIELDS else value


def values_of(document: Document) -> dict[str, str]:
    """The present value of every field."""
    rows = FieldValue.objects.filter(document=document)
    return {row.name: row.value for row in rows}
