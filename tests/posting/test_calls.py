"""Every call of a posting is kept: for people, bounded, and without anything secret or personal."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, OperationalError, transaction

from tests.posting.conftest import Desk
from zohodocs.clients import DatabaseTokens
from zohodocs.models import Posting, PostingCall, Vendor
from zohodocs.posting import calls
from zohodocs.posting.calls import redacted

pytestmark = pytest.mark.django_db


def test_the_life_of_a_posting_names_every_call_and_what_came_of_it(desk: Desk) -> None:
    desk.break_next("PUT /bills", "commit_then_reset")
    document = desk.approved()
    desk.push(document)

    kept = [(call.endpoint, call.outcome) for call in _calls(desk.posting(document))]
    assert ("PUT /bills", "ambiguous") in kept
    assert ("GET /bills/{id}", "ok") in kept
    assert ("POST /bills/{id}/attachment", "ok") in kept
    sent = PostingCall.objects.get(endpoint="PUT /bills")
    assert (sent.attempt, sent.state) == (1, "sending")
    assert sent.payload["bill_number"] == "RE-2024-118"
    assert sent.payload["line_items"][0]["rate"] == "100.00"
    assert sent.seconds > 0


def test_nothing_secret_or_personal_is_kept(desk: Desk) -> None:
    vendor = Vendor(
        organization=desk.organization, name="Nagel Möbel", tax_id="DE811907980", country="DE"
    )
    vendor.email = "canary@example.org"
    vendor.save()
    document = desk.approved(
        vendor=vendor,
        values={"supplier_name": "Nagel Möbel", "iban": "DE89370400440532013000"},
    )
    desk.push(document)
    token = DatabaseTokens(desk.organization.connection.pk).get()
    assert PostingCall.objects.filter(endpoint="POST /contacts").exists()

    kept = json.dumps(list(PostingCall.objects.values_list("payload", flat=True)))

    for secret in (token, desk.zoho.client_secret, desk.zoho.refresh_token, "canary@", "DE8937"):
        assert secret not in kept


def test_only_what_is_meant_to_be_shown_is_shown() -> None:
    shown = redacted(
        {
            "bill_number": "1",
            "notes": "call +49 170",
            "billing_address": {"street": "Hidden 1"},
            "line_items": [{"rate": Decimal("1.50"), "description": "for Ms Hidden"}],
        }
    )

    assert shown["bill_number"] == "1"
    assert shown["line_items"][0]["rate"] == "1.50"
    assert "Hidden" not in json.dumps(shown)
    assert "+49" not in json.dumps(shown)


def test_a_payload_of_a_thousand_lines_is_counted_instead() -> None:
    shown = redacted({"line_items": [{"rate": Decimal(1), "quantity": 1}] * 2000})

    assert shown == {"line_items": "2000 lines"}


def test_beyond_the_most_the_oldest_reads_go_and_writes_stay(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MOST_CALLS", 3)
    document = desk.approved()
    desk.push(document)

    kept = [call.endpoint for call in _calls(desk.posting(document))]
    assert len(kept) == 3
    assert "PUT /bills" in kept
    assert "POST /bills/{id}/attachment" in kept


def test_a_kept_call_is_never_changed(desk: Desk) -> None:
    desk.push(desk.approved())

    with (
        pytest.raises((IntegrityError, InternalError, OperationalError), match="kept as written"),
        transaction.atomic(),
    ):
        PostingCall.objects.update(outcome="ok")


def _calls(posting: Posting) -> list[PostingCall]:
    return list(PostingCall.objects.filter(posting=posting).order_by("at", "pk"))
