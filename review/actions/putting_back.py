"""The way back from arranged pages: the parts are closed, the originals open again."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.domain.states import DocumentState, Mover
from zohodocs.models import AuditEvent, Document, ReviewItem, ReviewState, State

from .guard import Refused, StaleVersion, check_right
from .page_family import family, lock
from .returning import back

_GONE_ON = (State.APPROVED, State.POSTING, State.POSTED, State.SPLIT)


def put_back(*, document: Document, by: User, version: int) -> ReviewItem:
    """Close all that was made with this document's pages, and open their originals again.

    Raises NotAllowed, StaleVersion, Refused once a part was approved, split or is being read.
    """
    check_right(by, document)
    if document.state != State.SPLIT:
        raise Refused(_("Its pages were not arranged anew; there is nothing to put back."))
    opened: dict[int, ReviewItem] = {}
    with transaction.atomic():
        # Whoever reopens a part waits here, and then finds its pages put back.
        lock([source.pk for source in family(document)[1]])
        children, sources = family(document)
        if any(child.state in _GONE_ON for child in children):
            raise Refused(_("A part was approved. Take that back first, then put the pages back."))
        for child in children:
            _close(child, by)
        for source in sources:
            moved = source.move(
                frm=DocumentState.SPLIT,
                to=DocumentState.IN_REVIEW,
                by=Mover.HUMAN,
                now=timezone.now(),
                version=version if source.pk == document.pk else source.version,
                close_reason="",
            )
            if not moved:
                raise StaleVersion
            said = _("Its pages were put back. Decide again.")
            opened[source.pk] = back(source, by, "review.put_back", said)
    return opened[document.pk]


def _close(part: Document, by: User) -> None:
    now = timezone.now()
    state = DocumentState(part.state)
    if state is DocumentState.PROCESSING or not part.move(
        frm=state,
        to=DocumentState.REJECTED,
        by=Mover.HUMAN,
        now=now,
        version=part.version,
        decided_at=now,
        close_reason=_("Its pages went back to the document they came from."),
    ):
        raise Refused(_("A part is being read at this moment. Try again in a few seconds."))
    ReviewItem.objects.filter(document=part, state=ReviewState.OPEN).update(
        state=ReviewState.CANCELLED
    )
    AuditEvent.record("review.part_closed", actor=by.get_username(), document=part)
