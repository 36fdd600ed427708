"""The audit trail, the fixed rows, and what the database itself holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from tests.factories import DocumentFactory, OrganizationFactory, PolicyFactory
from zohodocs.models import AuditEvent, AuditHead, Document, Extraction, Policy
from zohodocs.models.policy import PolicyIsFixed
from zohodocs.operations import audit_trail

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def three_events() -> Document:
    document = DocumentFactory()
    for verb in ("document.arrived", "document.decided", "review.approved"):
        AuditEvent.record(verb, actor="ana", document=document, data={"n": 1, "ä": "ż"})
    return document


def test_events_are_chained_per_document_and_verify() -> None:
    first, second = three_events(), three_events()

    assert [e.sequence for e in first.events.order_by("pk")] == [1, 2, 3]
    assert audit_trail.verify() == audit_trail.Report(events=6, chains=2)
    assert second.events.count() == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE zohodocs_auditevent SET id = id",
        "DELETE FROM zohodocs_auditevent",
        "UPDATE zohodocs_extraction SET id = id",
        "UPDATE zohodocs_policy SET id = id",
        "DELETE FROM zohodocs_policy",
        "UPDATE zohodocs_audithead SET id = id",
        "DELETE FROM zohodocs_audithead",
    ],
)
def test_the_database_refuses_to_rewrite_history(statement: str) -> None:
    document = three_events()
    Extraction.objects.create(document=document, engine="rules", data={})
    PolicyFactory(organization=document.organization)
    audit_trail.close_days(now=datetime.now(UTC) + timedelta(days=2))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE zohodocs_auditevent SET actor = 'eve' WHERE sequence = 2", "altered"),
        ("DELETE FROM zohodocs_auditevent WHERE sequence = 2", "link 2 is missing"),
        ("UPDATE zohodocs_auditevent SET verb = 'x' WHERE sequence = 3", "altered"),
    ],
)
def test_verify_names_the_first_bad_row_even_if_the_triggers_were_off(
    damage: str, says: str
) -> None:

    three_events()
    triggers = import_module("zohodocs.migrations.0002_append_only")
    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        triggers.allow(None, editor)
        cursor.execute(damage)
        triggers.forbid(None, editor)

    assert says in audit_trail.verify().first_bad


def test_a_finished_day_is_closed_once_and_follows_the_day_before() -> None:
    with time_machine.travel("2026-03-01T23:30:00Z", tick=False):
        three_events()
        three_events()
    with time_machine.travel("2026-03-03T10:00:00Z", tick=False):
        three_events()

    assert audit_trail.close_days(now=datetime(2026, 3, 2, 0, 30, tzinfo=UTC)) == 0
    assert audit_trail.close_days(now=datetime(2026, 3, 4, 2, 0, tzinfo=UTC)) == 3
    assert audit_trail.close_days(now=datetime(2026, 3, 4, 3, 0, tzinfo=UTC)) == 0

    first, empty, last = AuditHead.objects.order_by("day")
    assert (first.events, empty.events, last.events) == (6, 0, 3)
    assert (empty.previous_hash, last.previous_hash) == (first.hash, empty.hash)
    assert audit_trail.verify() == audit_trail.Report(events=9, chains=3, days=3)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (
            "DELETE FROM zohodocs_auditevent WHERE sequence = 3",
            "6 events were written, 4 stand",
        ),
        (
            "DELETE FROM zohodocs_auditevent"
            " WHERE chain = (SELECT min(chain) FROM zohodocs_auditevent)",
            "6 events were written, 3 stand",
        ),
    ],
)
def test_rows_cut_off_the_end_of_a_chain_are_missed_in_their_day(damage: str, says: str) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        three_events()
        three_events()
    audit_trail.close_days(now=datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    assert audit_trail.verify().first_bad == ""

    triggers = import_module("zohodocs.migrations.0002_append_only")
    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        triggers.allow(None, editor)
        cursor.execute(damage)
        triggers.forbid(None, editor)

    assert says in audit_trail.verify().first_bad


def test_a_stored_policy_version_never_changes() -> None:
    policy = PolicyFactory(organization=OrganizationFactory())

    with pytest.raises(PolicyIsFixed):
        policy.save()
    newer = PolicyFactory(organization=policy.organization)
    assert (policy.version, newer.version) == (1, 2)
    assert Policy.current(policy.organization) == newer


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "nonsense"},
        {"state": "processing", "lease_until": None},
        {"state": "posted", "approved_at": None},
    ],
)
def test_the_database_holds_what_must_hold_for_a_document(broken: dict[str, object]) -> None:
    document = DocumentFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**broken)
