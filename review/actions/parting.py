"""Split, merge, reorder and turn pages: new documents of old pages.

The originals stay as they came, in the state `split`; what is made of their pages arrives like any
other file and is read by the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from zohodocs.access import may_decide
from zohodocs.arrivals.receive import receive
from zohodocs.domain.reading import Unreadable
from zohodocs.domain.states import DocumentState, Mover
from zohodocs.jobs import doorbell
from zohodocs.models import (
    AuditEvent,
    Document,
    FieldValue,
    PagePick,
    ReviewItem,
    ReviewKind,
    ReviewState,
    State,
    Verdict,
)
from zohodocs.models.page_pick import TURNS
from zohodocs.pipeline import reading

from .approving import close_item
from .guard import HUMAN, Refused, StaleVersion, check_claim, check_right

CHANNEL = "desk"
# Who sent it to whom is the same for every part; number, dates and amounts are not.
_COMMON = ("supplier_", "buyer_")


@dataclass(frozen=True, slots=True)
class Pick:
    """A page (from 1) of a document, turned clockwise by so many degrees."""

    source: Document
    number: int
    turn: int = 0


def arrange(
    *, by: User, parts: Sequence[Sequence[Pick]], versions: Mapping[int, int]
) -> list[Document]:
    """Make one new document of each part; every document that gave pages becomes `split`.

    `versions`: the version seen of each source, by its key. Raises NotAllowed, Claimed,
    StaleVersion, and Refused for a plan that cannot be.
    """
    sources = _checked(by, parts)
    contents = [_made(part, sources) for part in parts]
    now = timezone.now()
    with transaction.atomic():
        for source in sources:
            moved = source.move(
                frm=DocumentState.IN_REVIEW,
                to=DocumentState.SPLIT,
                by=Mover.HUMAN,
                now=now,
                version=versions.get(source.pk, 0),
                decided_at=now,
            )
            if not moved:
                raise StaleVersion
            _close_questions(source, by)
            AuditEvent.record(
                "review.split",
                actor=by.get_username(),
                document=source,
                data={"parts": len(parts)},
            )
        return [
            _arrived(part, content, place, len(parts), by)
            for place, (part, content) in enumerate(zip(parts, contents, strict=True), start=1)
        ]


def arrangeable(document: Document, by: User) -> bool:
    """Whether its pages can be arranged now, by this person."""
    waits = document.state == State.IN_REVIEW and document.kind != "xml"
    return waits and may_decide(by, document.organization_id)


def _checked(by: User, parts: Sequence[Sequence[Pick]]) -> list[Document]:
    """The sources, each once, if the plan can be carried out."""
    picks = [pick for part in parts for pick in part]
    if not picks or not all(parts):
        raise Refused(_("Leave at least one page in each document."))
    sources = list({pick.source.pk: pick.source for pick in picks}.values())
    for source in sources:
        check_right(by, source)
        if source.organization_id != sources[0].organization_id:
            raise Refused(_("Only documents of one company can be merged."))
        if source.kind == "xml":
            raise Refused(_("An e-invoice has no pages to arrange."))
        for item in ReviewItem.objects.filter(document=source, state=ReviewState.OPEN):
            check_claim(item, by)
    if len({(pick.source.pk, pick.number) for pick in picks}) != len(picks):
        raise Refused(_("A page can be in one place only."))
    for pick in picks:
        if not 1 <= pick.number <= pick.source.page_count or pick.turn not in TURNS:
            raise Refused(_("There is no such page. Look at the document again."))
    as_it_is = [(n, 0) for n in range(1, sources[0].page_count + 1)]
    if len(parts) == len(sources) == 1 and [(p.number, p.turn) for p in picks] == as_it_is:
        raise Refused(_("Nothing would change. Give a page another place, turn or document."))
    return sources


def _made(part: Sequence[Pick], sources: Sequence[Document]) -> bytes:
    files = []
    for source in sources:
        with source.original.open("rb") as file:
            files.append((file.read(), source.kind))
    place = {source.pk: index for index, source in enumerate(sources)}
    try:
        return reading.arranged(
            files, [(place[pick.source.pk], pick.number, pick.turn) for pick in part]
        )
    except Unreadable as refusal:
        raise Refused(refusal.message) from None


def _arrived(part: Sequence[Pick], content: bytes, place: int, of: int, by: User) -> Document:
    """The new document, waiting to be read."""
    first = part[0].source
    stem = first.filename.rpartition(".")[0] or first.filename
    name = f"{stem[-200:]} ({place} of {of}).pdf"
    arrival = receive(
        organization=first.organization,
        # The same pages may be arranged the same way twice, after they were put back.
        content=content + f"\n% {first.code} {first.version} {place}\n".encode(),
        filename=name,
        channel=CHANNEL,
        sender=by.get_username(),
    )
    child = arrival.document
    if child is None:
        raise Refused(arrival.refusal_message)
    PagePick.objects.bulk_create(
        PagePick(document=child, position=n, source=p.source, number=p.number, turn=p.turn)
        for n, p in enumerate(part, start=1)
    )
    _hand_on(first, child, everything=of == 1)
    AuditEvent.record(
        "review.part_made",
        actor=by.get_username(),
        document=child,
        data={"of": sorted({str(pick.source.code) for pick in part}), "pages": len(part)},
    )
    transaction.on_commit(lambda: doorbell.ring(child))
    return child


def _hand_on(parent: Document, child: Document, *, everything: bool) -> None:
    """What a person had typed, as far as it is true of the part; and how long it has waited."""
    typed = [
        row
        for row in FieldValue.objects.filter(document=parent, source=HUMAN)
        if everything or row.name.startswith(_COMMON)
    ]
    for row in typed:
        row.pk, row.document, row.page, row.box, row.others = None, child, None, None, []
    FieldValue.objects.bulk_create(typed)
    Document.objects.filter(pk=child.pk).update(
        received_at=parent.received_at,
        # A version beyond the first says that there are values already.
        version=F("version") + int(bool(typed)),
    )
    child.refresh_from_db()


def _close_questions(document: Document, by: User) -> None:
    now = timezone.now()
    questions = ReviewItem.objects.filter(document=document, state=ReviewState.OPEN)
    for item in questions.filter(kind=ReviewKind.DECIDE):
        close_item(item, by=by, verdict=Verdict.SPLIT, now=now)
    questions.update(state=ReviewState.CANCELLED)
