"""Later edits in Zoho of what was posted: found by one walk, sparing the budget.

A list is walked from the newest change back to the last search; only an entry whose row tells that
something changed is read in full. Once a week every entry is counted through, because a deleted one
stands in no list of changes. A search takes as many turns as it needs: its place is kept page by
page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from integrations.errors import IntegrationError, NotFound
from integrations.zoho_books import Walk, ZohoBooks, ZohoBooksReader
from zohodocs import clients
from zohodocs.models import (
    WORKER,
    AuditEvent,
    Connection,
    Document,
    DriftWatch,
    Organization,
    Posting,
    ReviewItem,
    ReviewKind,
    ReviewState,
    State,
)
from zohodocs.telemetry import get_logger

from . import planning, record, standing
from .booking import Kind
from .calls import kept_for
from .entries import Ledger, ledger
from .standing import Standing

logger = get_logger(__name__)
# Zoho's clock and ours differ, and its moments of change have whole seconds.
_OVERLAP = timedelta(minutes=5)
_COUNT_EVERY = timedelta(days=7)
_BATCH = 200
_MOST_READS = 25
_MOST_PAGES = 10
# So long nobody tries again where calls were short or Zoho was not well.
_BACK_OFF = timedelta(minutes=10)
_LEASE = timedelta(seconds=240)
_CONFIRMED = ("confirmed", "confirmed_without_file")


class Short(Exception):
    """Calls are short now: those who post go first."""


class More(Exception):
    """One turn's share is done; the next goes on."""


@dataclass(slots=True)
class Found:
    """What one turn of the search came to. `finished`: nothing is left to look at."""

    read: int = 0
    drifted: int = 0
    finished: bool = False
    deferred: str = ""  # why it stopped early


def check(
    organization: Organization,
    *,
    now: datetime,
    reader: ZohoBooksReader | None = None,
    enough: Callable[[], bool] | None = None,
    most_reads: int = _MOST_READS,
) -> Found:
    """One turn: look at what changed since the last search, and ask people about it.

    Safe to run twice and at once. `enough()` says whether there are calls to spare; where not, the
    rest is left for later. What was handled once costs no second call.
    """
    found = Found()
    watch, _ = DriftWatch.objects.get_or_create(organization=organization)
    if not watch.claim(now=now, lease=_LEASE):
        found.deferred = "busy"
        return found
    try:
        connection = Connection.objects.get(organization=organization)
        if reader is not None:
            _searched(watch, connection, reader, now, enough, most_reads, found)
        else:
            with clients.books_reader(organization) as own:
                _searched(watch, connection, own, now, enough, most_reads, found)
    except More:
        found.deferred = "more"
    except Short:
        found.deferred = "short_of_calls"
    except IntegrationError as error:
        clients.note_failure(connection.pk, error)
        found.deferred = type(error).__name__.lower()
    finally:
        rests = found.deferred not in ("", "more")
        DriftWatch.objects.filter(pk=watch.pk).update(
            busy_until=None, not_before=now + _scaled(_BACK_OFF) if rests else None
        )
    logger.info("drift.search.ended", read=found.read, drifted=found.drifted, why=found.deferred)
    return found


def due(night: datetime, organization: Organization, *, now: datetime | None = None) -> bool:
    """Whether something that was posted before this night was not looked at since.

    Not right after a turn that had to stop early.
    """
    watch = DriftWatch.objects.for_organization(organization).first()
    if watch is not None and now is not None and watch.not_before and watch.not_before > now:
        return False
    if watch is not None and watch.finished_at is not None and watch.finished_at >= night:
        return False
    return _postings(organization).filter(confirmed_at__lt=night).exists()


def judge(posting: Posting, stands: Standing) -> bool:
    """Keep what stands, and ask a person if it is not what was agreed. Whether it is not.

    One open question about changes: it says the newest. A change that was taken back in Zoho before
    anybody decided takes the question back, too.
    """
    document = posting.document
    with transaction.atomic():
        # Taken in the order in which people's decisions take them; what was agreed since the search
        # began counts.
        Document.objects.select_for_update().get(pk=document.pk)
        kept = Posting.objects.select_for_update().get(pk=posting.pk)
        agreed = kept.agreed or _as_posted(kept, document)
        if _is_mended(kept, document, stands):
            agreed = stands
            record.cancel(document, record.DIFFERS)
        if not kept.stands or standing.changes(kept.stands, stands):
            # Whoever has the page open saw something else: nobody accepts what they did not see.
            Document.objects.filter(pk=document.pk).update(version=F("version") + 1)
        Posting.objects.filter(pk=posting.pk).update(stands=stands, agreed=agreed)
        posting.stands, posting.agreed = stands, agreed
        changed = standing.changes(agreed, stands)
        if not changed:
            record.cancel(document, record.CHANGED)
            return False
        asked = _questions(document).exclude(reason__in=(record.DIFFERS, record.TWICE))
        if not (kept.stands == stands and asked.exists()):
            record.ask(
                document,
                ReviewKind.DRIFT,
                code=record.CHANGED,
                message=f"Somebody changed this in Zoho Books: {standing.sentence(changed)}. Accept"
                " what stands there, or propose a correction.",
            )
            AuditEvent.record(
                "bill.drift.found",
                actor=WORKER,
                document=document,
                data={"bill_id": posting.bill_id, "fields": [each.field for each in changed]},
            )
    return True


def _as_posted(posting: Posting, document: Document) -> Standing:
    return standing.as_expected(
        planning.expected(document, posting), with_file=bool(posting.file_name)
    )


def _is_mended(posting: Posting, document: Document, stands: Standing) -> bool:
    """Whether the entry, which was never like its paper, now is."""
    if not _questions(document).filter(reason=record.DIFFERS).exists():
        return False
    said = {name: value for name, value in _as_posted(posting, document).items() if value}
    return not standing.changes({**posting.agreed, **said}, stands)


def _questions(document: Document) -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(
        document=document, kind=ReviewKind.DRIFT, state=ReviewState.OPEN
    )


def _searched(
    watch: DriftWatch,
    connection: Connection,
    reader: ZohoBooksReader,
    now: datetime,
    enough: Callable[[], bool] | None,
    most_reads: int,
    found: Found,
) -> None:
    place = _Place.of(watch, now)
    turn = _Turn(place, enough or (lambda: True), most_reads, found)
    kinds = _postings(connection.organization).values_list("kind", flat=True).distinct().order_by()
    for kind in list(kinds):
        entries = ledger(
            cast(Kind, kind),
            cast(ZohoBooks, reader),  # only asked for what a reader can do
            document_field=connection.document_field,
        )
        turn.walk(entries, kind, connection.organization)
        if place.counting:
            turn.count_through(entries, kind, connection.organization)
    found.finished = True
    # What changed while it was walked is looked at by the next search.
    seen = {"changed_until": place.began, "finished_at": now, "place": {}}
    DriftWatch.objects.filter(pk=watch.pk).update(
        **seen, **({"counted_at": now} if place.counting else {})
    )


@dataclass(slots=True)
class _Place:
    """Where the search under way stands; kept in its DriftWatch."""

    watch: DriftWatch
    began: datetime
    counting: bool
    walks: dict[str, Walk]

    @classmethod
    def of(cls, watch: DriftWatch, now: datetime) -> _Place:
        """The one that was left, or a new one."""
        kept = watch.place
        if not kept:
            every = _scaled(_COUNT_EVERY)
            counting = watch.counted_at is None or watch.counted_at <= now - every
            return cls(watch, now, counting, {})
        place = cls(watch, datetime.fromisoformat(kept["began"]), kept["counting"], {})
        for kind, (page, in_order, done) in kept["walks"].items():
            place.walks[kind] = Walk(place.since, page=page, in_order=in_order, done=done)
        return place

    @property
    def since(self) -> datetime | None:
        """The oldest change that is looked for; None: every entry is."""
        until = self.watch.changed_until
        return None if self.counting or until is None else until - _OVERLAP

    def walk(self, kind: str) -> Walk:
        """How far this kind's list was walked."""
        return self.walks.setdefault(kind, Walk(self.since))

    def keep(self) -> None:
        """So that the next turn goes on from here."""
        walks = {kind: [walk.page, walk.in_order, walk.done] for kind, walk in self.walks.items()}
        place = {"began": self.began.isoformat(), "counting": self.counting, "walks": walks}
        DriftWatch.objects.filter(pk=self.watch.pk).update(place=place)


class _Turn:
    """The calls of one turn; stops with Short or More where they run out."""

    def __init__(
        self, place: _Place, enough: Callable[[], bool], most_reads: int, found: Found
    ) -> None:
        self._place = place
        self._enough = enough
        self._most = most_reads
        self._found = found
        self._pages = 0

    def walk(self, entries: Ledger, kind: str, organization: Organization) -> None:
        """Read what its row says was changed."""
        walk = self._place.walk(kind)
        while not walk.done:
            if self._pages >= _MOST_PAGES:
                raise More
            self._spare()
            self._pages += 1
            by_id = {entry.id: standing.of(entry) for entry in entries.changed(walk)}
            ours = _postings(organization).filter(kind=kind, bill_id__in=by_id)
            for posting in ours.select_related("document__organization"):
                if not standing.tells_nothing_new(by_id[posting.bill_id], posting.stands):
                    self._read(entries, posting)
            ours.update(searched_at=self._place.began)
            self._place.keep()  # not before: a page that was left half read is read again

    def count_through(self, entries: Ledger, kind: str, organization: Organization) -> None:
        """Read what no list showed: it was deleted, or the list is not whole."""
        before = self._place.began
        seen = Q(searched_at__gte=before)
        rows = _postings(organization).filter(kind=kind, confirmed_at__lt=before - _OVERLAP)
        rows = rows.exclude(stands__status=standing.GONE).exclude(seen)
        for posting in rows.select_related("document__organization").iterator(chunk_size=_BATCH):
            self._read(entries, posting)
            Posting.objects.filter(pk=posting.pk).update(searched_at=before)

    def _spare(self) -> None:
        if not self._enough():
            raise Short

    def _read(self, entries: Ledger, posting: Posting) -> None:
        if self._found.read >= self._most:
            raise More
        self._spare()
        self._found.read += 1
        with kept_for(posting):
            try:
                stands = standing.of(entries.read(posting.bill_id))
            except NotFound:
                stands = standing.gone(posting.stands or posting.agreed)
        self._found.drifted += judge(posting, stands)


def _postings(organization: Organization) -> QuerySet[Posting]:
    return Posting.objects.for_organization(organization).filter(
        state__in=_CONFIRMED, document__state=State.POSTED
    )


def _scaled(time: timedelta) -> timedelta:
    return time / float(settings.TIME_SCALE)
