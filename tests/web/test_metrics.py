"""`/metrics`: who may look, what is there, and that no scrape changes the next one."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.factories import ConnectionFactory, DocumentFactory, OrganizationFactory
from zohodocs.arrivals.receive import receive
from zohodocs.operations import gauges
from zohodocs.rollout.flags import DEFINITIONS

pytestmark = pytest.mark.django_db

NAMES = (
    "zohodocs_documents",
    "zohodocs_arrivals_total",
    "zohodocs_stage_seconds",
    "zohodocs_queue_depth",
    "zohodocs_queue_oldest_seconds",
    "zohodocs_reviews_total",
    "zohodocs_fields_corrected_total",
    "zohodocs_zoho_calls_total",
    "zohodocs_zoho_budget_left",
    "zohodocs_breaker_state",
    "zohodocs_postings",
    "zohodocs_ledger_difference",
    "zohodocs_flag_answers_total",
    "zohodocs_workers",
    "zohodocs_redis_up",
    "zohodocs_connections",
    "zohodocs_rollbacks_total",
    "zohodocs_token_refreshes_total",
    "zohodocs_posted_documents",
    "zohodocs_hours_saved",
    "zohodocs_spot_checks",
    "zohodocs_unseen_wrong_share_at_most",
    "zohodocs_operation_age_seconds",
    "zohodocs_audit_broken",
)


@pytest.fixture(autouse=True)
def _fresh_gauges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "_CACHE_SECONDS", 0)


def sample(body: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", body, re.MULTILINE)
    assert found, line
    return float(found[1])


@pytest.mark.embedded
def test_every_promised_name_is_exported(client: Client) -> None:
    body = client.get("/metrics").text

    assert [name for name in NAMES if f"# TYPE {name.removesuffix('_total')}" not in body] == []


def test_a_rollback_can_be_seen_to_happen_for_every_flag(client: Client) -> None:
    body = client.get("/metrics").text

    assert [name for name in DEFINITIONS if sample(body, rollback_of(name)) < 0] == []


def rollback_of(flag: str) -> str:
    return f'zohodocs_rollbacks_total{{flag="{flag}"}}'


def test_documents_are_counted_by_state_and_arrivals_by_result(client: Client) -> None:
    organization = OrganizationFactory()
    DocumentFactory(organization=organization, in_review=True)
    before = client.get("/metrics").text
    receive(organization=organization, content=b"", filename="a.pdf", channel="web")

    after = client.get("/metrics").text

    assert sample(after, 'zohodocs_documents{state="in_review"}') == 1
    assert sample(after, 'zohodocs_documents{state="posted"}') == 0
    refused = 'zohodocs_arrivals_total{channel="web",result="refused"}'
    earlier = sample(before, refused) if refused in before else 0
    assert sample(after, refused) == earlier + 1


def test_a_scrape_for_one_name_does_not_narrow_the_next(client: Client) -> None:
    client.get("/metrics", {"name[]": "zohodocs_documents"})

    assert "zohodocs_postings" in client.get("/metrics").text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 404),
        ("203.0.113.9", {"Authorization": "Bearer wrong"}, 404),
        ("203.0.113.9", {"Authorization": "Bearer let-me-in"}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("", {}, 404),
    ],
)
def test_only_this_machine_and_the_token_may_look(
    client: Client,
    settings: Settings,
    address: str,
    headers: dict[str, str],
    status: int,
) -> None:
    settings.METRICS_TOKEN = "let-me-in"

    response = client.get("/metrics", REMOTE_ADDR=address, headers=headers)

    assert response.status_code == status


def test_an_unset_token_opens_nothing(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""

    response = client.get(
        "/metrics", REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer "}
    )

    assert response.status_code == 404


def test_no_label_carries_a_name_or_an_id(client: Client) -> None:
    document = DocumentFactory(vendor_name="Secret Vendor Ltd", in_review=True)

    body = client.get("/metrics").text

    assert "Secret Vendor" not in body
    assert str(document.code) not in body


@pytest.mark.embedded
def test_while_redis_is_away_nobody_claims_to_know_how_many_workers_there_are(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ConnectionFactory()
    there = client.get("/metrics").text
    with monkeypatch.context() as gone:
        for queue in settings.RQ_QUEUES.values():
            gone.setitem(queue, "URL", "unix:///nowhere/redis.sock")
        away = client.get("/metrics").text

    assert sample(there, "zohodocs_redis_up") == 1
    assert sample(there, 'zohodocs_workers{queue="sync"}') == 0
    assert sample(away, "zohodocs_redis_up") == 0
    kept_there = ("workers", "queue_depth", "queue_oldest_seconds", "breaker_state")
    for name in (*kept_there, "zoho_budget_left"):
        assert f"zohodocs_{name}{{" in there
        assert f"zohodocs_{name}{{" not in away
