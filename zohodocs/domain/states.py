"""The states of a document and of a posting: who may move what where, and which job follows.

This is the only place that knows the moves. A move is asked for by the `machine` (a worker),
the `sweep`, or a `human`.
"""

from __future__ import annotations

from enum import StrEnum


class DocumentState(StrEnum):
    """Where a document stands."""

    RECEIVED = "received"
    PROCESSING = "processing"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    POSTING = "posting"
    POSTED = "posted"
    FILED = "filed"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    FAILED = "failed"
    SPLIT = "split"


class PostingState(StrEnum):
    """Where a posting stands; `unknown` may only be left by looking in Zoho."""

    PLANNED = "planned"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CONFIRMED_WITHOUT_FILE = "confirmed_without_file"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Mover(StrEnum):
    """Who asks for a move."""

    MACHINE = "machine"
    SWEEP = "sweep"
    HUMAN = "human"


class IllegalMove(Exception):
    """This state cannot become that one, or not by this mover."""


_D = DocumentState
_MACHINE, _SWEEP, _HUMAN = Mover.MACHINE, Mover.SWEEP, Mover.HUMAN

_DOCUMENT_MOVES: dict[tuple[DocumentState, DocumentState], frozenset[Mover]] = {
    (_D.RECEIVED, _D.PROCESSING): frozenset({_MACHINE}),
    (_D.PROCESSING, _D.RECEIVED): frozenset({_MACHINE, _SWEEP}),
    (_D.PROCESSING, _D.IN_REVIEW): frozenset({_MACHINE}),
    (_D.PROCESSING, _D.APPROVED): frozenset({_MACHINE}),
    (_D.PROCESSING, _D.FILED): frozenset({_MACHINE}),
    (_D.PROCESSING, _D.DUPLICATE): frozenset({_MACHINE}),
    (_D.PROCESSING, _D.FAILED): frozenset({_MACHINE, _SWEEP}),
    (_D.IN_REVIEW, _D.APPROVED): frozenset({_HUMAN}),
    (_D.IN_REVIEW, _D.FILED): frozenset({_HUMAN}),
    (_D.IN_REVIEW, _D.DUPLICATE): frozenset({_HUMAN}),
    (_D.IN_REVIEW, _D.REJECTED): frozenset({_HUMAN}),
    (_D.IN_REVIEW, _D.SPLIT): frozenset({_HUMAN}),
    (_D.APPROVED, _D.IN_REVIEW): frozenset({_MACHINE, _HUMAN}),
    (_D.APPROVED, _D.POSTING): frozenset({_MACHINE}),
    (_D.POSTING, _D.POSTED): frozenset({_MACHINE}),
    # A human only while it is stopped and nothing of it is in Zoho (`review/actions/entries.py`).
    (_D.POSTING, _D.IN_REVIEW): frozenset({_MACHINE, _HUMAN}),
    (_D.FILED, _D.IN_REVIEW): frozenset({_HUMAN}),
    (_D.DUPLICATE, _D.IN_REVIEW): frozenset({_HUMAN}),
    (_D.REJECTED, _D.IN_REVIEW): frozenset({_HUMAN}),
    (_D.SPLIT, _D.IN_REVIEW): frozenset({_HUMAN}),  # put back, its parts closed
    (_D.RECEIVED, _D.REJECTED): frozenset({_HUMAN}),  # a part that is put back before it was read
    (_D.FAILED, _D.RECEIVED): frozenset({_HUMAN}),
    (_D.FAILED, _D.IN_REVIEW): frozenset({_HUMAN}),
    (_D.FAILED, _D.REJECTED): frozenset({_HUMAN}),
}

_P = PostingState
_POSTING_MOVES: frozenset[tuple[PostingState, PostingState]] = frozenset(
    {
        (_P.PLANNED, _P.SENDING),
        (_P.PLANNED, _P.REJECTED),  # cannot be planned as it stands: a person must mend it
        (_P.SENDING, _P.PLANNED),  # only on proof that nothing was sent
        (_P.SENDING, _P.UNKNOWN),
        (_P.SENDING, _P.CONFIRMED_WITHOUT_FILE),
        (_P.SENDING, _P.CONFIRMED),
        (_P.SENDING, _P.REJECTED),
        (_P.UNKNOWN, _P.PLANNED),  # looked, waited the grace, looked again: not there
        (_P.UNKNOWN, _P.CONFIRMED_WITHOUT_FILE),
        (_P.UNKNOWN, _P.CONFIRMED),
        (_P.UNKNOWN, _P.REJECTED),
        (_P.CONFIRMED_WITHOUT_FILE, _P.CONFIRMED),
        (_P.REJECTED, _P.PLANNED),  # a person mended the cause and approved again
    }
)

# Here the machine has made no decision that another way could be compared with.
UNDECIDED_STATES = frozenset({_D.RECEIVED, _D.PROCESSING, _D.FAILED})
# Closed states need no worker any more; `in_review` and `failed` wait for a person.
CLOSED_STATES = frozenset({_D.POSTED, _D.FILED, _D.DUPLICATE, _D.REJECTED, _D.SPLIT})
WAITING_FOR_A_PERSON = frozenset({_D.IN_REVIEW, _D.FAILED})
CONFIRMED_POSTINGS = frozenset({_P.CONFIRMED, _P.CONFIRMED_WITHOUT_FILE})


def check_move(frm: DocumentState, to: DocumentState, by: Mover) -> None:
    """Raise IllegalMove unless this mover may take a document from `frm` to `to`."""
    if by not in _DOCUMENT_MOVES.get((frm, to), frozenset()):
        raise IllegalMove(f"A document cannot go from {frm} to {to} by {by}.")


def check_posting_move(frm: PostingState, to: PostingState) -> None:
    """Raise IllegalMove unless a posting may go from `frm` to `to`."""
    if (frm, to) not in _POSTING_MOVES:
        raise IllegalMove(f"A posting cannot go from {frm} to {to}.")


def next_job(state: DocumentState) -> str | None:
    """The job that follows when a document has reached `state`: `process`, `post` or none."""
    return {_D.RECEIVED: "process", _D.APPROVED: "post", _D.POSTING: "post"}.get(state)
