"""Carries out a confirmed change to an entry in Zoho, once.

The same promises as for a posting: look before every write, `sending` is committed before the call,
what leaves the outcome open is `unknown` and only left by looking, after a grace.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.errors import (
    AuthFailed,
    IntegrationError,
    NotFound,
    NotSent,
    Refused,
    Throttled,
    TokenError,
)
from integrations.zoho_books import ZohoBooks
from zohodocs import clients
from zohodocs.domain.crash import around
from zohodocs.models import (
    Amendment,
    AmendmentKind,
    AmendmentState,
    Connection,
    Document,
    Posting,
    ReviewItem,
    ReviewKind,
    ReviewState,
)
from zohodocs.telemetry import get_logger

from . import record, standing
from .booking import Kind
from .calls import kept_for
from .changes import Change, change_for
from .entries import Entry, Ledger, ledger
from .pace import patience

logger = get_logger(__name__)
_S = AmendmentState
# Zoho refuses to show the entry whose change is not sure to have arrived.
_UNSEEN = "unknown_outcome"
_UNDER_WAY = (_S.APPROVED, _S.SENDING, _S.UNKNOWN)


class _LostLease(Exception):
    """Another worker has it now."""


def due(now: datetime, *, limit: int = 100) -> list[int]:
    """Confirmed changes whose wait and lease are over."""
    waited = Q(not_before__isnull=True) | Q(not_before__lte=now)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = Amendment.objects.filter(waited, free, state__in=_UNDER_WAY)
    return list(rows.order_by("confirmed_at", "pk").values_list("pk", flat=True)[:limit])


def amend(
    amendment_id: int,
    *,
    owner: str,
    books: ZohoBooks | None = None,
    now: Callable[[], datetime] = timezone.now,
) -> str:
    """Take one change as far as is possible now; its state, or `waiting` `busy` `gone`.

    Safe to run twice and at the same time.
    """
    amendment = (
        Amendment.objects.select_related("posting__document__organization")
        .filter(pk=amendment_id)
        .first()
    )
    if amendment is None:
        return "gone"
    if amendment.state not in _UNDER_WAY:
        return amendment.state
    if amendment.not_before and amendment.not_before > now():
        return "waiting"
    lease = timedelta(seconds=settings.POSTING_LEASE_SECONDS)
    with around("amend.claim"):
        token = amendment.claim(owner=owner, until=now() + lease, now=now())
    if token is None:
        return "busy"
    not_before: datetime | None = None
    try:
        turn = _Turn(amendment, token, now)
        turn.carry_on(books)
        not_before = turn.not_before
    except _LostLease:
        return "busy"
    except Exception as error:
        logger.exception("bill.amendment.failed", document=str(amendment.posting.document.code))
        not_before = now() + timedelta(seconds=settings.UNKNOWN_GRACE_SECONDS)
        with around("amend.failed"):
            Amendment.objects.filter(pk=amendment.pk, lease_token=token).update(
                error_code="unforeseen",
                error_message=f"Something unforeseen went wrong ({type(error).__name__}).",
            )
    with around("amend.release"):
        Amendment.objects.filter(pk=amendment.pk, lease_token=token).update(
            lease_until=None, lease_owner="", not_before=not_before
        )
    return amendment.state


class _Turn:
    def __init__(self, amendment: Amendment, token: int, now: Callable[[], datetime]) -> None:
        self.amendment = amendment
        self.posting = amendment.posting
        self.document = amendment.posting.document
        self.now = now
        self.not_before: datetime | None = None
        self._token = token
        self._connection = Connection.objects.get(organization_id=amendment.organization_id)

    def carry_on(self, books: ZohoBooks | None) -> None:
        """Do what can be done now; the calls' errors become states. Raises _LostLease."""
        try:
            with kept_for(self.posting):
                if books is not None:
                    self.run(books)
                else:
                    with clients.books(self.document.organization) as own:
                        self.run(own)
        except IntegrationError as error:
            self.wait_for(error)

    def run(self, books: ZohoBooks) -> None:
        amendment = self.amendment
        if amendment.state == _S.SENDING:  # whoever sent it did not live to say what came of it
            self._leave_open("The worker ended before Zoho's answer was kept.")
        entries = ledger(
            cast(Kind, self.posting.kind), books, document_field=self._connection.document_field
        )
        change = change_for(amendment, self.document, entries, books)
        try:
            entry = entries.read(self.posting.bill_id)
        except NotFound:
            self._refuse("gone_in_zoho", "The entry was deleted in Zoho Books.")
            return
        if change.is_done(entry):
            self._done(entry)
            return
        if amendment.state == _S.UNKNOWN and not self._grace_is_over():
            return
        problem = self._problem(change, entry)
        if problem:
            self._refuse("not_possible", problem)
            return
        if amendment.state == _S.UNKNOWN:
            self._move(_S.APPROVED)
        self._write(change, entry, entries)

    def wait_for(self, error: IntegrationError) -> None:
        """Nothing was done: say why, and when to try again."""
        clients.note_failure(self._connection.pk, error)
        if isinstance(error, Refused):
            if self.amendment.state != _S.UNKNOWN:
                self._refuse(*record.refusal_words(error))
                return
            self._cannot_look(error)
        seconds = patience(error, waited=self.amendment.attempts)
        self.not_before = self.now() + timedelta(seconds=seconds)
        self.note(type(error).__name__.lower(), str(error))

    def _cannot_look(self, error: Refused) -> None:
        """A refused look has seen nothing: whether it was done stays open, and a person is told."""
        record.ask(
            self.document,
            ReviewKind.DRIFT,
            code=_UNSEEN,
            message="Zoho Books did not answer when this was changed there, and refuses to show the"
            f" entry (“{error.text or error}”). It is looked for again; look at it there.",
        )

    def note(self, code: str, message: str) -> None:
        """Keep in words what holds it up."""
        with around("amend.note"):
            Amendment.objects.filter(pk=self.amendment.pk, lease_token=self._token).update(
                error_code=code[:40], error_message=message
            )

    def _problem(self, change: Change, entry: Entry) -> str:
        if self.amendment.kind == AmendmentKind.APPLY_CREDIT and self._is_in_question():
            return (
                "The credit was not applied to the bill that its paper names: whether the entry is"
                " right is an open question. Answer it, then use the credit in Zoho Books."
            )
        stood = self.amendment.seen
        moved = stood and standing.changes(stood, standing.of(entry))
        if moved and self.amendment.attempts == 0:
            return (
                "Somebody changed the entry in Zoho Books after this was proposed"
                f" ({standing.sentence(moved)}). Look at it, then propose again."
            )
        return change.refusal(entry)

    def _is_in_question(self) -> bool:
        return (
            ReviewItem.objects.filter(
                document=self.document, kind=ReviewKind.DRIFT, state=ReviewState.OPEN
            )
            .exclude(reason=_UNSEEN)
            .exists()
        )

    def _grace_is_over(self) -> bool:
        grace = settings.UNKNOWN_GRACE_SECONDS * 2 ** max(0, self.amendment.attempts - 1)
        over = (self.amendment.unknown_since or self.now()) + timedelta(seconds=grace)
        if self.now() >= over:
            return True
        self.not_before = over
        return False

    def _write(self, change: Change, entry: Entry, entries: Ledger) -> None:
        until = self._until()
        with around("amend.sending"), transaction.atomic():
            self._move(_S.SENDING, attempts=self.amendment.attempts + 1, lease_until=until)
            record.step(self.document, "bill.amendment.sending", kind=self.amendment.kind)
        self._hold_on()
        try:
            with around("amend.answer"):
                change.make(entry)
        except (NotSent, Throttled, AuthFailed, TokenError) as error:
            # A correction is up to three writes: an earlier one may have been done, and what it
            # changed must not pass for somebody else's doing.
            undone = 0 if self.amendment.kind == AmendmentKind.CORRECT else 1
            self._move(_S.APPROVED, attempts=self.amendment.attempts - undone)
            self.wait_for(error)
        except Refused as error:
            self._refuse(*record.refusal_words(error))
        except Exception as error:
            self._leave_open(str(error) or type(error).__name__)
            self._grace_is_over()
        else:
            self._seen(change, entries)

    def _until(self) -> datetime:
        """A lease that outlives one call."""
        return self.now() + timedelta(seconds=max(settings.POSTING_LEASE_SECONDS, 25.0))

    def _hold_on(self) -> None:
        """Whoever took over while that was kept looks in Zoho, and must not be overtaken."""
        until = self._until()
        ours = Amendment.objects.filter(pk=self.amendment.pk, lease_token=self._token)
        with around("amend.hold"):
            held = ours.filter(lease_until__gt=self.now()).update(lease_until=until)
        if held != 1:
            raise _LostLease

    def _seen(self, change: Change, entries: Ledger) -> None:
        """Success is only said after it was seen."""
        try:
            entry = entries.read(self.posting.bill_id)
        except IntegrationError as error:
            self._leave_open(str(error))
            self.not_before = self.now() + timedelta(seconds=patience(error, waited=1))
            return
        if change.is_done(entry):
            self._done(entry)
        else:
            found = standing.changes(self.posting.agreed, standing.of(entry))
            self._refuse(
                "not_as_asked",
                "Zoho Books took it, but the entry does not show it"
                f" ({standing.sentence(found) or entry.status}). Look at it there.",
                stands=standing.of(entry),
            )

    def _done(self, entry: Entry) -> None:
        stands = standing.of(entry)
        with around("amend.done"), transaction.atomic():
            self._move(_S.DONE, done_at=self.now(), error_code="", error_message="")
            record.cancel(self.document, _UNSEEN)
            kept = {"stands": stands}
            if self.amendment.kind != AmendmentKind.APPLY_CREDIT:
                # Two people chose what stands now. Nobody looked at a credit that was applied.
                kept["agreed"] = stands
                record.cancel(self.document, record.CHANGED, record.DIFFERS)
            Posting.objects.filter(pk=self.posting.pk).update(**kept)
            record.step(self.document, "bill.amendment.done", kind=self.amendment.kind)

    def _leave_open(self, message: str) -> None:
        with around("amend.unknown"), transaction.atomic():
            self._move(_S.UNKNOWN, unknown_since=self.now(), error_message=message)
            record.step(self.document, "bill.amendment.unknown", kind=self.amendment.kind)

    def _refuse(self, code: str, message: str, *, stands: dict[str, Any] | None = None) -> None:
        with around("amend.refused"), transaction.atomic():
            self._move(_S.REFUSED, error_code=code[:40], error_message=message)
            record.cancel(self.document, _UNSEEN)
            if stands is not None:
                Posting.objects.filter(pk=self.posting.pk).update(stands=stands)
                # Nobody accepts what they did not see.
                Document.objects.filter(pk=self.document.pk).update(version=F("version") + 1)
            record.ask(self.document, ReviewKind.DRIFT, code=code, message=message)
            record.step(self.document, "bill.amendment.refused", code=code)
        self.not_before = None

    def _move(self, to: AmendmentState, **values: Any) -> None:
        with around("amend.move"):
            moved = self.amendment.move(to, token=self._token, **values)
        if not moved:
            raise _LostLease
