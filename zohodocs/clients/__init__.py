"""The clients of an organisation's Zoho Books, built per job from its Connection.

Only posting calls `books`; everything else gets `books_reader`, which cannot write.
"""

from integrations.resilience import BudgetLeft as CallsLeft
from integrations.zoho_books import CallRecord

from .building import (
    KEPT_FOR_PEOPLE,
    NotConnected,
    OnlyReading,
    books,
    books_reader,
    breaker_states,
    budget_left,
    budgets_left,
    contact_tax_id,
    on_zoho_call,
    only_reading,
    room_in,
    setup_reader,
)
from .contact_walk import keep_contacts
from .contacts import Answer, ContactFacts, Contacts, contacts_of, facts_of
from .leisure import at_leisure, close, wait_for_calls
from .prometheus import prometheus_values
from .sealing import decrypt, encrypt
from .seeding import connection_from_environment
from .states import needs_a_person, note_failure
from .tokens import DatabaseTokens, on_token_refresh

__all__ = [
    "KEPT_FOR_PEOPLE",
    "Answer",
    "CallRecord",
    "CallsLeft",
    "ContactFacts",
    "Contacts",
    "DatabaseTokens",
    "NotConnected",
    "OnlyReading",
    "at_leisure",
    "books",
    "books_reader",
    "breaker_states",
    "budget_left",
    "budgets_left",
    "close",
    "connection_from_environment",
    "contact_tax_id",
    "contacts_of",
    "decrypt",
    "encrypt",
    "facts_of",
    "keep_contacts",
    "needs_a_person",
    "note_failure",
    "on_token_refresh",
    "on_zoho_call",
    "only_reading",
    "prometheus_values",
    "room_in",
    "setup_reader",
    "wait_for_calls",
]
