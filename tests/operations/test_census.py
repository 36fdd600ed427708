"""What the scheduler counts for `/metrics`: taken once, read by every process."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.factories import DocumentFactory, OrganizationFactory, UserFactory
from zohodocs.models import Correction, Document, Heartbeat, Organization, ReviewItem
from zohodocs.operations import audit_trail, census, gauges, schedule
from zohodocs.operations.audit_trail import Report

pytestmark = pytest.mark.django_db


def posted(*, by: str, days_ago: float = 0) -> Document:
    moment = timezone.now() - timedelta(days=days_ago)
    document: Document = DocumentFactory(
        state="posted", approved_at=moment, approved_by=by, moved_at=moment, decided_at=moment
    )
    return document


def looked_at(*, minutes: float) -> None:
    document, now = posted(by="ana"), timezone.now()
    ReviewItem.objects.create(
        document=document,
        organization=document.organization,
        state="done",
        verdict="approve",
        claimed_at=now - timedelta(minutes=minutes),
        decided_at=now,
    )


def values(name: str) -> dict[tuple[str, ...], float]:
    """The samples of one family, by the values of their labels."""
    families = {family.name: family for family in gauges.StateCollector().collect()}
    return {tuple(s.labels.values()): s.value for s in families[name].samples}


def test_posted_documents_are_told_apart_by_how_much_people_had_to_do() -> None:
    posted(by="worker")
    posted(by="ana")
    corrected = posted(by="ana")
    for _ in range(2):
        Correction.objects.create(document=corrected, field="gross_total", by=UserFactory())
    posted(by="worker", days_ago=3)
    posted(by="worker", days_ago=31)

    counted = census.take(now=timezone.now())["posted"]

    assert counted["day"] == {"straight": 1, "looked_at": 1, "corrected": 1}
    assert counted["month"] == {"straight": 2, "looked_at": 1, "corrected": 1}


def test_hours_saved_are_typing_less_looking(settings: Settings) -> None:
    settings.MINUTES_BY_HAND = 6.0
    for _ in range(10):
        posted(by="worker")
    looked_at(minutes=3)
    looked_at(minutes=120)  # lunch

    saved = values("zohodocs_hours_saved")[("day",)]

    assert saved == pytest.approx((12 * 6 - 3 - 15) / 60)


def test_a_kept_census_is_read_instead_of_counting_many_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(census, "_SOON_COUNTED", -1)
    now = timezone.now()
    census.keep(now=now)
    DocumentFactory(in_review=True)

    with CaptureQueriesContext(connection) as queries:
        assert values("zohodocs_documents")[("in_review",)] == 0
    assert [each["sql"] for each in queries if "zohodocs_arrival" in each["sql"]] == []

    Heartbeat.objects.update(at=now - timedelta(minutes=10))
    assert values("zohodocs_documents")[("in_review",)] == 1


def test_ages_run_from_the_last_good_end_else_from_the_first_day() -> None:
    assert values("zohodocs_operation_age_seconds")[("backup",)] < 5
    OrganizationFactory()
    now = timezone.now()
    Organization.objects.update(created_at=now - timedelta(days=3))
    assert values("zohodocs_operation_age_seconds")[("backup",)] == pytest.approx(259_200, abs=60)

    Heartbeat.beat(Heartbeat.BACKUP, now=now - timedelta(hours=5), facts={"bytes": 7})
    Heartbeat.beat(Heartbeat.BACKUP, now=now, facts={"error": "OSError"}, well=False)

    assert values("zohodocs_operation_age_seconds")[("backup",)] == pytest.approx(18_000, abs=60)


def test_a_broken_trail_is_seen_and_a_whole_one_clears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(audit_trail, "verify", lambda: Report(3, 1, first_bad="Row 2: altered."))
        schedule.verify_audit(timezone.now())
    assert values("zohodocs_audit_broken") == {(): 1}

    schedule.verify_audit(timezone.now())

    assert values("zohodocs_audit_broken") == {(): 0}


def test_what_is_due_is_run_and_a_failure_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.BACKUP_URL = ""

    def broken() -> Report:
        raise OSError("disk gone")

    monkeypatch.setattr(audit_trail, "verify", broken)

    assert schedule.run_due() == ["rollout", "census", "audit", "words", "orphans"]

    audit = Heartbeat.objects.get(name="audit")
    assert Heartbeat.objects.get(name="census").well
    assert (audit.well, audit.facts) == (False, {"error": "OSError"})
    assert schedule.run_due() == []  # a minute after a census, an hour after a failure
    again = schedule.run_due(now=timezone.now() + timedelta(hours=2))
    # In the small hours it is the next night by then, for what ended well too.
    nightly = ("words", "orphans")
    assert [name for name in again if name not in nightly] == ["rollout", "census", "audit"]


def test_a_backup_is_due_each_night_where_there_is_a_place_for_it(settings: Settings) -> None:
    assert "backup" not in [task.name for task in schedule.tasks()]
    settings.BACKUP_URL = "/somewhere"
    (task,) = [task for task in schedule.tasks() if task.name == "backup"]
    noon = timezone.now().replace(hour=12, minute=0)
    made = Heartbeat(name="backup", at=noon, well_at=noon)

    assert task.due(None, noon)
    assert not task.due(made, noon + timedelta(hours=13))
    assert task.due(made, noon + timedelta(hours=15))
