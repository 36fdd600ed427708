"""What must hold of a service and its Zoho once everything has come to rest."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from integrations.zoho_books.sandbox import Credentials, Sandbox
from tests.journeys.service import RunningService

# Unlike anything that is printed for another reason.
SECRETS = Credentials(
    client_id="1000.CANARYCLIENT",
    client_secret="canary-secret-7f3e9a",
    refresh_token="1000.canary-refresh-51d0c2",
)
_ACCESS_TOKEN = re.compile(r"1000\.[0-9a-f]{48}")
_AT_REST = {"in_review", "posted", "filed", "duplicate", "rejected", "failed"}
_KINDS = ("bills", "expenses", "vendor_credits")


def entries(zoho: Sandbox) -> list[dict[str, Any]]:
    """Everything that stands in Zoho Books."""
    found = zoho.snapshot()
    return [entry for kind in _KINDS for entry in found[kind]]


def every_file_is_kept(service: RunningService, digests: Collection[str]) -> None:
    """The ledger is exact, and the stored bytes are those that were sent (SHA-256)."""
    kept = service.data_dir / "files" / "originals"

    assert service.json("ledger", "--json")["difference"] == 0
    assert {digest(path) for path in kept.rglob("*") if path.is_file()} == set(digests)


def nothing_is_stuck(service: RunningService) -> None:
    """Every document is closed or with a person, who is told why; no lease is held by the dead."""
    postings = {str(state) for (state,) in service.rows("SELECT state FROM zohodocs_posting")}
    silent = service.rows(
        "SELECT code FROM zohodocs_document d WHERE state IN ('in_review', 'failed')"
        " AND NOT EXISTS (SELECT 1 FROM zohodocs_reviewitem r WHERE r.document_id = d.id"
        " AND r.state = 'open' AND r.reason <> '' AND r.message <> '')"
    )

    assert set(service.states()) <= _AT_REST
    assert postings <= {"confirmed", "confirmed_without_file", "rejected"}
    assert silent == []
    assert service.rows("SELECT id FROM zohodocs_posting WHERE lease_until IS NOT NULL") == []


def no_entry_stands_twice_and_each_has_its_file(service: RunningService, zoho: Sandbox) -> None:
    """Zoho holds what is confirmed here and no more: each once, with its file once."""
    records = entries(zoho)
    postings = service.rows(
        "SELECT kind, state, bill_id FROM zohodocs_posting WHERE state LIKE 'confirmed%'"
    )
    files = {_id(record): len(record["files"]) for record in records}
    ours = [record["custom"].get("cf_document_id") for record in records]

    assert zoho.snapshot()["doubles"] == []
    assert len(set(ours)) == len(ours)
    assert "" not in ours
    assert None not in ours
    assert sorted(files) == sorted(bill_id for _, _, bill_id in postings)
    for kind, state, bill_id in postings:
        # Zoho Books takes no file on a vendor credit.
        assert files[bill_id] == (state == "confirmed"), (kind, state)
        assert state == "confirmed" or kind == "vendor_credit"


def no_vendor_was_made_twice(zoho: Sandbox) -> None:
    """One contact for each VAT number."""
    vendors = [c for c in zoho.snapshot()["contacts"] if c["contact_type"] == "vendor"]
    numbers = [c["custom"]["cf_vat_id"] for c in vendors if c["custom"].get("cf_vat_id")]

    assert [n for n, times in Counter(numbers).items() if times > 1] == []


def no_secret_was_said(said: str) -> None:
    """Neither the planted ones nor any access token."""
    assert SECRETS.client_secret not in said
    assert SECRETS.refresh_token not in said
    assert _ACCESS_TOKEN.findall(said) == []


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _id(record: dict[str, Any]) -> str:
    return str(
        next(record[k] for k in ("bill_id", "expense_id", "vendor_credit_id") if k in record)
    )
