"""What must hold after every fault, whatever it was: one function for all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from integrations.zoho_books.sandbox import Sandbox
from zohodocs.domain.states import CLOSED_STATES, CONFIRMED_POSTINGS, WAITING_FOR_A_PERSON
from zohodocs.models import Document, Posting, ReviewItem, ReviewState, State
from zohodocs.operations import audit_trail, ledger

# The longest a living worker may hold a posting: see `Attempt.hold_on`.
_LEASE = timedelta(seconds=max(settings.POSTING_LEASE_SECONDS, 25.0))
_KINDS = ("bills", "expenses", "vendor_credits")


def prove(
    zoho: Sandbox,
    *,
    sent: Mapping[str, str],
    said: str,
    secrets: Iterable[str],
    may_wait: bool = False,
) -> None:
    """Nothing lost, doubled, forged, stuck or told.

    `sent`: SHA-256 of what was handed in, by document code. `said`: all that any process printed.
    `may_wait`: the fault lasts on, so that documents may rightly wait for its end.
    """
    _every_file_is_accounted_for(sent, may_wait=may_wait)
    _no_entry_stands_twice(zoho)
    _nothing_is_held_by_the_dead()
    assert audit_trail.verify().first_bad == ""
    assert [secret for secret in secrets if secret in said] == []


def _every_file_is_accounted_for(sent: Mapping[str, str], *, may_wait: bool) -> None:
    assert ledger.difference() == 0
    documents = {str(document.code): document for document in Document.objects.all()}
    assert documents.keys() == sent.keys()
    for code, document in documents.items():
        with document.original.open("rb") as kept:
            assert hashlib.sha256(kept.read()).hexdigest() == sent[code]
    asked = ReviewItem.objects.filter(state=ReviewState.OPEN).exclude(reason="").exclude(message="")
    waiting = set(asked.values_list("document_id", flat=True))
    for document in documents.values():
        closed = document.state in CLOSED_STATES
        with_a_person = document.state in WAITING_FOR_A_PERSON and document.pk in waiting
        on_its_way = may_wait and document.state in (State.APPROVED, State.POSTING)
        assert closed or with_a_person or on_its_way, f"{document.code} is lost: {document.state}"


def _no_entry_stands_twice(zoho: Sandbox) -> None:
    found = zoho.snapshot()
    entries = [entry for kind in _KINDS for entry in found[kind]]
    marks = [mark for entry in entries if (mark := entry["custom"].get("cf_document_id"))]
    confirmed = Posting.objects.filter(state__in=[state.value for state in CONFIRMED_POSTINGS])

    assert found["doubles"] == []
    assert len(marks) == len(set(marks))
    ids = [key for entry in entries for name, key in entry.items() if name in _ID_NAMES]
    claimed = list(confirmed.values_list("bill_id", flat=True))
    assert len(claimed) == len(set(claimed))
    assert set(claimed) <= set(ids)
    # Nothing of ours stands there that we do not know of, once nothing is open any more.
    if not Posting.objects.filter(state__in=["sending", "unknown"]).exists():
        assert len(marks) <= len(claimed) + Posting.objects.filter(state="rejected").count()
    for entry in found["bills"]:
        names = [file["name"] for file in entry["files"]]
        assert len(names) == len(set(names)), f"{entry['bill_number']} has its file twice"


_ID_NAMES = frozenset({"bill_id", "expense_id", "vendor_credit_id"})


def _nothing_is_held_by_the_dead() -> None:
    long_ago = timezone.now() - _LEASE  # twice the lease after it was taken
    assert not Posting.objects.filter(lease_until__lt=long_ago).exists()
    assert not Posting.objects.filter(state="sending", sent_at__lt=long_ago - _LEASE).exists()
    assert not Document.objects.filter(state=State.PROCESSING, lease_until__lt=long_ago).exists()
