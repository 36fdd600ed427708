"""One worker's turn at one posting: every step commits before and after it touches Zoho."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction

from integrations.errors import (
    AuthFailed,
    Duplicate,
    IntegrationError,
    NotSent,
    Refused,
    Throttled,
    TokenError,
)
from integrations.zoho_books import ZohoBooks
from zohodocs import clients
from zohodocs.domain.crash import around
from zohodocs.domain.states import DocumentState, Mover, PostingState
from zohodocs.models import Connection, Document, Posting
from zohodocs.telemetry import get_logger

from . import bills, filing, planning, record, staleness, standing, years
from .booking import Kind
from .entries import Entry, Ledger, ledger
from .pace import patience
from .reconcile import Expected, Sighting, chosen, is_another, look
from .refusals import CannotPlan

# A call may take so long; a lease that ends sooner is not worth sending on.
_CALL_SECONDS = 25.0

# After so many refused looks in a row a person looks.
_MOST_REFUSED_LOOKS = 5
# And after so many sendings that came to nothing: Zoho may fail on what this very paper says.
_MOST_SENDINGS = 5

_TAKEN = ("duplicatenumber", "duplicatevalue")
_S = PostingState
logger = get_logger(__name__)


class LostLease(Exception):
    """Another worker has the posting now; nothing more is done here."""


class Attempt:
    """Carries a posting on from whatever state it is in. `not_before`: when to try again."""

    def __init__(
        self,
        document: Document,
        posting: Posting,
        *,
        token: int,
        books: ZohoBooks,
        connection: Connection,
        now: Callable[[], datetime],
    ) -> None:
        self.document = document
        self.posting = posting
        self.books = books
        self.connection = connection
        self.now = now
        self.not_before: datetime | None = None
        self.created: Entry | None = None  # what this very turn created: no file is on it yet
        self._token = token
        self._alone = False  # this very turn saw that Zoho has no bill of this number

    def run(self) -> None:
        """Do what can be done now. Raises LostLease; the calls' errors become states."""
        if self.state is _S.SENDING:  # whoever sent it did not live to say what came of it
            self._leave_open("The worker ended before Zoho's answer was kept.", None)
        if self.state is _S.UNKNOWN:
            self._resolve()
        if self.state is _S.PLANNED:
            self._send()
        if self.state is _S.UNKNOWN and self.not_before is None:
            self._resolve()
        if self.state is _S.CONFIRMED_WITHOUT_FILE and self.not_before is None:
            filing.complete(self)

    @property
    def state(self) -> PostingState:
        """Where the posting stands."""
        return PostingState(self.posting.state)

    @property
    def entries(self) -> Ledger:
        """Where entries of this posting's kind are kept in Zoho."""
        kind = cast(Kind, self.posting.kind)
        return ledger(kind, self.books, document_field=self.connection.document_field)

    def expected(self) -> Expected:
        """What the entry must say."""
        return planning.expected(self.document, self.posting)

    def move(self, to: PostingState, **values: Any) -> None:
        """Move the posting, fenced by our token; LostLease if it is no longer ours."""
        with around("push.move"):
            moved = self.posting.move(frm=self.state, to=to, token=self._token, **values)
        if not moved:
            raise LostLease
        for name, value in {"state": to.value, **values}.items():
            setattr(self.posting, name, value)

    def note(self, code: str, message: str) -> None:
        """Keep in words what holds the posting up."""
        ours = Posting.objects.filter(pk=self.posting.pk, lease_token=self._token)
        with around("push.note"):
            ours.update(error_code=code, error_message=message)

    def wait_for(self, error: IntegrationError) -> None:
        """Nothing was done: say why, and when to try again."""
        clients.note_failure(self.connection.pk, error)
        waited = self.posting.looks + self.posting.attempts
        self.not_before = self.now() + timedelta(seconds=patience(error, waited=waited))
        # That Zoho called it a duplicate must outlive the wait: it decides when nothing is found.
        if not (self.state is _S.UNKNOWN and self.posting.error_code in _TAKEN):
            self.note(type(error).__name__.lower(), str(error))
        # Not in the audit trail: a full budget would fill it with waiting.
        logger.warning(
            "bill.push.waiting",
            document=str(self.document.code),
            error=type(error).__name__,
            code=error.code,
        )

    def reject(self, code: str, message: str) -> None:
        """Give the document back to a person, with the reason and what to do."""
        with around("push.rejected"), transaction.atomic():
            self.move(
                _S.REJECTED,
                error_code=code[:40],
                error_message=message,
                not_before=None,
                adopt_id="",  # a later approval is not bound to it
            )
            record.back_to_a_person(self.document, code=code, message=message, now=self.now())
            record.step(self.document, "bill.push.rejected", code=code)
        self.not_before = None

    # --- Sending ----------------------------------------------------------------------------------

    def _send(self) -> None:
        try:
            if not self.posting.payload:
                planned = planning.plan(self.document, self.connection, self.books)
                self.move(_S.PLANNED, payload=planned.stored, zoho_vendor_id=planned.vendor_id)
                self._alone = planned.alone
            if self._must_look_first():
                sighting = self._look()
                if sighting.ours is not None:
                    self._adopt(sighting.ours)
                    return
                if sighting.stranger is not None:
                    self._in_the_way(sighting.stranger)
                    return
        except CannotPlan as refusal:
            self.reject(refusal.code, refusal.message)
        except Refused as error:
            self._refused(error)
        except IntegrationError as error:
            self.wait_for(error)
        else:
            self._post()

    def _must_look_first(self) -> bool:
        """Unless this turn saw that nothing is there, and Zoho itself refuses a twin.

        The first sending overwrites an entry that bears our code: after the database came back from
        a backup there may be one, and an accountant may have worked on it since.
        """
        if self.posting.adopt_id:
            return True
        first = self.posting.attempts == 0
        guarded = self.connection.document_field and self.entries.guarded_by_number
        return not (first and guarded and self._alone)

    def _post(self) -> None:
        first = self.posting.attempts == 0
        now = self.now()
        with around("push.sending"), transaction.atomic():
            self.hold_on()  # first: a lease that ran out meanwhile leaves nothing that looks sent
            self.move(_S.SENDING, sent_at=now, attempts=self.posting.attempts + 1)
            record.step(self.document, "bill.push.sending", attempt=self.posting.attempts)
        self.hold_on()  # whoever took over meanwhile looks in Zoho, and must not be overtaken
        try:
            with around("push.answer"):
                entry = self.entries.create(
                    bills.wire(self.posting.payload), code=str(self.document.code), first=first
                )
        except (NotSent, Throttled, AuthFailed, TokenError) as error:
            # Proof that nothing was done: the plan stands, and the attempt does not count.
            self.move(_S.PLANNED, attempts=self.posting.attempts - 1)
            self.wait_for(error)
        except Duplicate as error:
            # Something with this number or id is there; perhaps it is ours.
            self._leave_open(str(error), error)
        except Refused as error:
            self._refused(error)
        except Exception as error:  # even a mistake of ours may come after Zoho has committed
            known = error if isinstance(error, IntegrationError) else None
            self._leave_open(str(error) if known else type(error).__name__, known)
        else:
            if is_another(entry, self.posting.payload, code=str(self.document.code)):
                self._leave_open("Zoho's answer was about another entry.", None)
                return
            self.created = entry
            self._confirm(entry)

    def _refused(self, error: Refused) -> None:
        """A person must look; where our copies may be to blame, they are made anew meanwhile."""
        staleness.note(self.connection.pk, error)
        self.reject(*record.refusal_words(error))

    def hold_on(self, **values: Any) -> None:
        """Renew the lease just before a write; a zombie finds here that it has lost it."""
        seconds = max(settings.POSTING_LEASE_SECONDS, _CALL_SECONDS)
        until = self.now() + timedelta(seconds=seconds)
        ours = Posting.objects.filter(
            pk=self.posting.pk, lease_token=self._token, lease_until__gt=self.now()
        )
        with around("push.hold"):
            held = ours.update(lease_until=until, **values)
        if held != 1:
            raise LostLease

    # --- Looking ----------------------------------------------------------------------------------

    def _leave_open(self, message: str, error: IntegrationError | None) -> None:
        code = type(error).__name__.lower() if error else "no_answer"
        with around("push.unknown"), transaction.atomic():
            self.move(
                _S.UNKNOWN,
                unknown_since=self.now(),
                looks=0,
                error_code=code,
                error_message=message,
            )
            record.step(self.document, "bill.push.unknown", error=code)

    def _look(self) -> Sighting:
        if self.posting.adopt_id:
            return chosen(self.entries.read(self.posting.adopt_id), self.expected())
        return look(self.entries, bills.wire(self.posting.payload), self.expected())

    def _resolve(self) -> None:
        """Look in Zoho. Only a look after the grace may say that it is not there."""
        try:
            sighting = self._look()
        except IntegrationError as error:
            # A refused look has seen nothing either: whether it is there stays open.
            if isinstance(error, Refused):
                self.move(_S.UNKNOWN, looks=self.posting.looks + 1)
            if self.posting.looks < _MOST_REFUSED_LOOKS or not isinstance(error, Refused):
                self.wait_for(error)
            else:
                self._cannot_look(error)
            return
        self.move(_S.UNKNOWN, looks=self.posting.looks + 1)
        if sighting.ours is not None:
            self._confirm(sighting.ours, adopted=True)
        elif sighting.stranger is not None:
            self._in_the_way(sighting.stranger)
        else:
            self._not_there()

    def _cannot_look(self, error: Refused) -> None:
        self.reject(
            "unknown_outcome",
            "Zoho did not answer when this was sent, and refuses to be searched"
            f" (“{error.text or error}”). Look in Zoho Books for"
            f" {self.posting.payload.get('reference_number')}; if it is not there, approve again.",
        )

    def _not_there(self) -> None:
        now = self.now()
        # Doubled with every sending, so that a slow Zoho is given ever more time.
        grace = settings.UNKNOWN_GRACE_SECONDS * 2 ** max(0, self.posting.attempts - 1)
        over = (self.posting.unknown_since or now) + timedelta(seconds=grace)
        if now < over:
            self.not_before = over
        elif self.posting.error_code in _TAKEN:
            self.reject(
                "number_taken_in_zoho",
                "Zoho says this vendor already has an entry with this number, but does not show"
                " it. Look for it in Zoho Books; if it is this one, close this as a duplicate.",
            )
        elif not self._is_guarded():
            self.reject(
                "unknown_outcome",
                "Zoho did not answer, and nothing would stop a second entry. Look in Zoho Books for"
                f" {self.posting.payload.get('reference_number')}; if it is not there, approve"
                " again.",
            )
        elif self.posting.attempts >= _MOST_SENDINGS:
            self.reject(
                "zoho_always_fails",
                f"Zoho Books failed every time this was sent, {self.posting.attempts} times, and it"
                " is not there. Something on this paper may be the cause: enter it there by hand"
                " and adopt it here, or correct it and approve again.",
            )
        else:
            self.move(_S.PLANNED, error_code="", error_message="")

    def _is_guarded(self) -> bool:
        """Whether Zoho itself refuses a twin, should the first one arrive after all."""
        by_field = self.entries.guarded_by_field and self.connection.document_field
        return self.entries.guarded_by_number or bool(by_field)

    def _in_the_way(self, stranger: Entry) -> None:
        ours = Posting.objects.filter(pk=self.posting.pk, lease_token=self._token)
        with around("push.stranger"):
            ours.update(stands=standing.of(stranger))
        if years.is_of_another(stranger, self.document):
            self._with_the_year(stranger)
            return
        state = " (void)" if stranger.status == "void" else ""
        self.reject(
            "already_in_zoho",
            f"Zoho Books already has {stranger.number or stranger.reference} of this vendor over"
            f" {stranger.total} {stranger.currency} of {stranger.date}{state}, and it is not ours."
            " Compare the two: close this one as a duplicate, or correct the number.",
        )

    def _with_the_year(self, stranger: Entry) -> None:
        """The vendor began to count again: our number is another one, once the year is in it."""
        years.remember(stranger, self.document)
        if years.restarts(self.document) and self.state is _S.PLANNED:
            # Made anew in the next turn, which is at once: nothing was sent under the old number.
            self.move(_S.PLANNED, payload={}, zoho_vendor_id="")
            self.not_before = self.now()
            return
        self.reject(years.CODE, years.question(stranger, self.document))

    # --- Found ------------------------------------------------------------------------------------

    def _adopt(self, entry: Entry) -> None:
        """It is there although we think it was not sent: by us in an earlier life, or by hand."""
        self.move(_S.SENDING, sent_at=self.posting.sent_at or self.now())
        self._confirm(entry, adopted=True)

    def _confirm(self, entry: Entry, *, adopted: bool = False) -> None:
        try:
            with around("push.confirmed"), transaction.atomic():
                self.move(
                    _S.CONFIRMED_WITHOUT_FILE,
                    bill_id=entry.id,
                    bill_url=record.entry_url(self.connection, self.posting.kind, entry.id),
                    looks=0,
                    error_code="",
                    error_message="",
                )
                record.step(self.document, "bill.push.confirmed", bill_id=entry.id, adopted=adopted)
                years.learn(self.document, self.posting)
        except IntegrityError:
            self.posting.refresh_from_db()
            self.reject(
                "entry_of_another_document",
                f"Zoho's entry {entry.id} already belongs to another document here. Compare the"
                " two: close this one as a duplicate, or correct the number.",
            )

    def finish(self, to: PostingState, **values: Any) -> None:
        """The entry was seen, and nothing is left to do: the document is posted."""
        with around("push.finish"), transaction.atomic():
            self.move(to, **values)
            posted = self.document.move(
                frm=DocumentState.POSTING, to=DocumentState.POSTED, by=Mover.MACHINE, now=self.now()
            )
            if posted:
                record.draw_for_a_spot_check(self.document)
