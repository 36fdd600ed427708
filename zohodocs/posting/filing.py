"""After the entry stands: its file, and the read-back. Only what was seen is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from integrations.errors import Ambiguous, IntegrationError, NotFound, Refused
from zohodocs.domain.crash import around
from zohodocs.domain.states import PostingState
from zohodocs.models import ReviewKind

from . import credits, record, rounding, standing
from .bills import wire
from .entries import Entry
from .files import file_for, file_name
from .reconcile import Difference, differences
from .refusals import CannotPlan

if TYPE_CHECKING:
    from .attempt import Attempt

NO_FILES = "file_not_possible"
FILE_REFUSED = "file_refused"
# Zoho said it took the file, and does not show it yet.
FILE_UNSEEN = "file_unseen"
# Nobody tries again to hang these files on.
FINAL = (NO_FILES, FILE_REFUSED)


def complete(attempt: Attempt) -> None:
    """Hang the file on the entry, once, read the entry back and compare."""
    posting, entries = attempt.posting, attempt.entries
    try:
        rounding.correct(attempt)
        entry = attempt.created or entries.read(posting.bill_id)
        problem, attached = None, False
        if not entries.takes_files:
            problem = (NO_FILES, "Zoho Books takes no file here; the paper stays in this archive.")
        elif not (attached := not attempt.created and _hangs(attempt, entry)):
            problem = _not_shown(attempt) if posting.file_name else _attach(attempt)
        if not attached:
            entry = entries.read(posting.bill_id)
            attached = entries.takes_files and _hangs(attempt, entry)
        if not attached and problem is None:
            problem = _unseen(attempt)
        twins = _twins(attempt, entry)
    except NotFound:
        _gone(attempt)
    except IntegrationError as error:
        attempt.wait_for(error)
    else:
        _settle(attempt, entry, None if attached else problem, twins)


def _hangs(attempt: Attempt, entry: Entry) -> bool:
    """Whether our file hangs on the entry: by its name, else by its bytes.

    Not every answer lists files by the name they were given.
    """
    if file_name(attempt.document) in entry.files:
        return True
    if entry.has_file is False:
        return False
    try:
        ours = file_for(attempt.document).content
    except CannotPlan:
        return False
    return attempt.entries.file_of(entry.id) == ours


def _unseen(attempt: Attempt) -> tuple[str, str]:
    """Taken, but not shown: looked for again later, and not uploaded a second time."""
    _wait_out(attempt)
    return FILE_UNSEEN, "Zoho Books took the file, but does not show it yet."


def _not_shown(attempt: Attempt) -> tuple[str, str]:
    """Zoho took it in an earlier turn, and still does not show it."""
    if attempt.posting.error_code != FILE_UNSEEN:  # not looked for yet when the grace was over
        return _unseen(attempt)
    return FILE_REFUSED, (
        "Zoho Books took the file, but does not show it on the entry. Look there, and attach it by"
        " hand if it is missing."
    )


def _wait_out(attempt: Attempt) -> None:
    attempt.not_before = _grace_ends(attempt)


def _grace_ends(attempt: Attempt) -> datetime:
    """When an upload whose answer never came must have arrived, if it does at all."""
    grace = settings.UNKNOWN_GRACE_SECONDS * 2**attempt.posting.looks
    return attempt.now() + timedelta(seconds=grace)


def _attach(attempt: Attempt) -> tuple[str, str] | None:
    """Upload the file. What stands in the way for good is returned; other errors are raised."""
    try:
        file = file_for(attempt.document)
        # Should this worker die in the middle, the upload may still arrive: nobody looks earlier,
        # and nobody may try earlier by hand.
        attempt.hold_on(not_before=_grace_ends(attempt), error_code="file_unknown")
        with around("push.file"):
            attempt.entries.attach(attempt.posting.bill_id, file)
    except (CannotPlan, Refused) as error:
        return FILE_REFUSED, (
            f"The entry stands in Zoho Books without its file: {error} Attach it there by hand."
        )
    except Ambiguous as error:
        # It may still arrive, and a second upload would hang a second file on the entry: the names
        # are looked at now, and again when the grace is over.
        _wait_out(attempt)
        return "file_unknown", str(error)
    # Kept before anything else can fail: what Zoho took is never uploaded again.
    attempt.move(PostingState.CONFIRMED_WITHOUT_FILE, file_name=file.name)
    return None


def _settle(attempt: Attempt, entry: Entry, problem: tuple[str, str] | None, twins: int) -> None:
    document, name = attempt.document, file_name(attempt.document)
    found = differences(entry, attempt.expected())
    attached = problem is None
    code, message = problem or ("", "")
    stands = standing.of(entry) | ({"file": True} if attached else {})
    seen = {
        "agreed": stands,
        "stands": stands,
        "differences": [difference.to_json() for difference in found],
        "error_code": code,
        "error_message": message,
        "confirmed_at": attempt.posting.confirmed_at or attempt.now(),
    }
    with around("push.finished"), transaction.atomic():
        if attached:
            attempt.not_before = None
            attempt.finish(PostingState.CONFIRMED, file_name=name, **seen)
        elif code in FINAL:
            attempt.finish(PostingState.CONFIRMED_WITHOUT_FILE, **seen)
        else:
            looks = attempt.posting.looks + 1
            attempt.move(PostingState.CONFIRMED_WITHOUT_FILE, looks=looks, **seen)
        record.step(
            document,
            "bill.file.attached" if attached else "bill.file.missing",
            bill_id=entry.id,
            differences=[difference.field for difference in found],
            reason=code,
        )
        record.show_differences(document, found)
        if code == FILE_REFUSED:
            record.ask(document, ReviewKind.AUDIT, code=code, message=message)
        if attempt.posting.kind == "vendor_credit":
            credits.plan(document, attempt.posting)
        if twins > 1:
            record.ask(
                document,
                ReviewKind.DRIFT,
                code=record.TWICE,
                message=f"Zoho Books has {twins} entries of this document. Delete all but"
                f" {entry.number or entry.reference} ({entry.id}) there, then close this.",
            )


def _twins(attempt: Attempt, entry: Entry) -> int:
    """How many entries of ours there are; only worth asking where something was sent twice."""
    if attempt.posting.attempts < 2:
        return 1
    code = str(attempt.document.code)
    found = attempt.entries.candidates(wire(attempt.posting.payload))
    same = [row for row in found if code == row.our_code or row.reference == entry.reference]
    return max(1, len(same))


def _gone(attempt: Attempt) -> None:
    """Somebody deleted the entry before its file was on it: shown, never posted again."""
    nothing = standing.gone({})
    deleted = Difference("entry", attempt.posting.bill_id, "", grave=True)
    with around("push.gone"), transaction.atomic():
        attempt.finish(
            PostingState.CONFIRMED,
            differences=[deleted.to_json()],
            agreed=nothing,
            stands=nothing,
            confirmed_at=attempt.now(),
            error_code="gone_in_zoho",
            error_message="The entry was deleted in Zoho Books.",
        )
        record.ask(
            attempt.document,
            ReviewKind.DRIFT,
            code="gone_in_zoho",
            message="The entry of this document was deleted in Zoho Books. It is not posted again"
            " by itself: enter it there by hand if it is needed.",
        )
        record.step(attempt.document, "bill.push.gone", bill_id=attempt.posting.bill_id)
