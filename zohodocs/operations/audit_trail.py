"""The proof that the audit trail stands as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from zohodocs.models import AuditEvent
from zohodocs.models.event import GENESIS


@dataclass(frozen=True, slots=True)
class Report:
    """How much was read; `first_bad` is a sentence, empty when every link fits."""

    events: int
    chains: int
    first_bad: str = ""


def verify() -> Report:
    """Walk every chain in order; stops at the first row that was altered, removed or put in."""
    events = chains = 0
    chain, expected_sequence, previous = "", 1, GENESIS
    for event in AuditEvent.objects.order_by("chain", "sequence").iterator(chunk_size=2000):
        if event.chain != chain:
            chain, expected_sequence, previous = event.chain, 1, GENESIS
            chains += 1
        events += 1
        wrong = ""
        if event.sequence != expected_sequence:
            wrong = f"link {expected_sequence} is missing"
        elif event.previous_hash != previous:
            wrong = "it does not follow from the row before it"
        elif event.hash != event.computed_hash():
            wrong = "it was altered"
        if wrong:
            return Report(
                events, chains, f"Audit row {event.pk} (chain {chain}, #{event.sequence}): {wrong}."
            )
        expected_sequence, previous = event.sequence + 1, event.hash
    return Report(events, chains)
