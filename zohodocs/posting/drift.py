"""Later edits in Zoho of what was posted: found by one walk, sparing the budget.

A list is walked from the newest change back to the last search; only an entry whose row tells that
something changed is read in full. Once a week every entry is counted through, because a deleted one
stands in no list of changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from integrations.errors import IntegrationError, NotFound
from integrations.zoho_books import ZohoBooks, ZohoBooksReader
from zohodocs import clients
from zohodocs.models import (
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
from .entries import Entry, Ledger, ledger
from .standing import Standing

logger = get_logger(__name__)
# Zoho's clock and ours differ, and its moments of change have whole seconds.
_OVERLAP = timedelta(minutes=5)
_COUNT_EVERY = timedelta(days=7)
_BATCH = 200
_MOST_READS = 25
_LEASE = timedelta(seconds=240)
_CONFIRMED = ("confirmed", "confirmed_without_file")


class Short(Exception):
    """Calls are short now: those who post go first."""


@dataclass(slots=True)
class Found:
    """What one turn of the search came to. `finished`: nothing is left to look at."""

    read: int = 0
    drifted: int = 0
    finished: bool = False
    deferred: str = ""  # why it stopped early
    handled: set[int] = field(default_factory=set)


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
    except Short:
        found.deferred = "short_of_calls"
    except IntegrationError as error:
        clients.note_failure(connection.pk, error)
        found.deferred = type(error).__name__.lower()
    finally:
        DriftWatch.objects.filter(pk=watch.pk).update(busy_until=None)
    logger.info("drift.search.ended", read=found.read, drifted=found.drifted, why=found.deferred)
    return found


def due(night: datetime, organization: Organization) -> bool:
    """Whether something that was posted before this night was not looked at since."""
    watch = DriftWatch.objects.for_organization(organization).first()
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
                actor=record.ACTOR,
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
    counting = watch.counted_at is None or watch.counted_at <= now - _COUNT_EVERY / float(
        settings.TIME_SCALE
    )
    since = None if counting or watch.changed_until is None else watch.changed_until - _OVERLAP
    turn = _Turn(enough or (lambda: True), most_reads, found)
    kinds = _postings(connection.organization).values_list("kind", flat=True).distinct().order_by()
    for kind in list(kinds):
        entries = ledger(
            cast(Kind, kind),
            cast(ZohoBooks, reader),  # only asked for what a reader can do
            document_field=connection.document_field,
        )
        turn.walk(entries, kind, connection.organization, since=since)
        if counting:
            turn.count_through(entries, kind, connection.organization, before=now)
    found.finished = True
    seen = {"changed_until": now, "finished_at": now}
    DriftWatch.objects.filter(pk=watch.pk).update(
        **seen, **({"counted_at": now} if counting else {})
    )


class _Turn:
    """The calls of one turn; stops with Short where they run out."""

    def __init__(self, enough: Callable[[], bool], most_reads: int, found: Found) -> None:
        self._enough = enough
        self._most = most_reads
        self._found = found

    def walk(
        self, entries: Ledger, kind: str, organization: Organization, *, since: datetime | None
    ) -> None:
        """Read what its row says was changed."""
        for rows in _batched(entries.changed_since(since), self._spare):
            by_id = {str(row["id"]): row for row in rows}
            ours = _postings(organization).filter(kind=kind, bill_id__in=by_id)
            for posting in ours.select_related("document__organization"):
                self._found.handled.add(posting.pk)
                if not standing.tells_nothing_new(by_id[posting.bill_id], posting.stands):
                    self._read(entries, posting)

    def count_through(
        self, entries: Ledger, kind: str, organization: Organization, *, before: datetime
    ) -> None:
        """Read what no list showed: it was deleted, or the list is not whole."""
        rows = _postings(organization).filter(kind=kind, confirmed_at__lt=before - _OVERLAP)
        rows = rows.exclude(stands__status=standing.GONE).exclude(pk__in=self._found.handled)
        for posting in rows.select_related("document__organization").iterator(chunk_size=_BATCH):
            self._read(entries, posting)

    def _spare(self) -> None:
        if not self._enough():
            raise Short

    def _read(self, entries: Ledger, posting: Posting) -> None:
        if self._found.read >= self._most:
            raise Short
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


def _batched(rows: Iterator[Entry], before_each: Callable[[], None]) -> Iterator[list[Standing]]:
    while True:
        before_each()
        batch = [standing.of(row) for row in islice(rows, _BATCH)]
        if not batch:
            return
        yield batch
