"""What goes first, and when what waits will be in Zoho."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import django_rq
import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from integrations.errors import DuplicateNumber, NotFound, Refused
from integrations.resilience import BudgetLeft
from tests.factories import ConnectionFactory, DocumentFactory, OrganizationFactory
from tests.posting.conftest import Desk
from zohodocs.jobs import doorbell, sync
from zohodocs.models import Connection, Document, Organization, ZohoCopy
from zohodocs.operations import sweeping
from zohodocs.posting import agenda, forecast, staleness
from zohodocs.posting.forecast import Forecast
from zohodocs.web import forecast as words

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def approved(organization: Organization, **columns: object) -> Document:
    return DocumentFactory(
        organization=organization,
        approved=True,
        **{"approved_by": "worker", "hold_until": None, **columns},
    )


@pytest.mark.django_db
def test_who_waits_goes_before_what_is_due_and_that_before_the_bulk() -> None:
    organization = OrganizationFactory()
    now = timezone.now()
    bulk = approved(organization, approved_at=now - timedelta(hours=9))
    later = approved(organization, due_date=now.date() + timedelta(days=2))
    sooner = approved(organization, due_date=now.date() - timedelta(days=1))
    old = approved(organization, approved_by="ana", approved_at=now - timedelta(hours=1))
    person = approved(organization, approved_by="ana", approved_at=now)

    due = agenda.due(now)

    assert due == [person.pk, sooner.pk, later.pk, bulk.pk, old.pk]


@pytest.mark.django_db
def test_a_company_with_thousands_leaves_the_others_their_share() -> None:
    large, small = OrganizationFactory(), OrganizationFactory()
    now = timezone.now()
    many = [approved(large, approved_at=now - timedelta(hours=9 - n / 10)) for n in range(8)]
    few = [approved(small, approved_at=now - timedelta(minutes=n)) for n in (3, 2)]

    due = agenda.due(now, limit=6)

    assert due == [*(row.pk for row in many[:4]), *(row.pk for row in few)]


@pytest.mark.django_db
def test_what_one_leaves_of_its_share_goes_to_who_has_more() -> None:
    large, small = OrganizationFactory(), OrganizationFactory()
    now = timezone.now()
    many = [approved(large, approved_at=now - timedelta(hours=9 - n / 10)) for n in range(8)]
    one = approved(small, approved_at=now)

    assert agenda.due(now, limit=6) == [*(row.pk for row in many[:5]), one.pk]


@pytest.mark.django_db
def test_a_person_who_waits_is_rung_for_before_everybody(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    organization = OrganizationFactory()
    bulk = [approved(organization) for _ in range(3)]
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        assert sweeping.ring_due(now=now) == 3
    first, second = (
        approved(organization, approved_by="ana", approved_at=now - timedelta(seconds=age))
        for age in (2, 1)
    )

    with django_capture_on_commit_callbacks(execute=True):
        sweeping.ring_due(now=now)

    waiting = django_rq.get_queue("sync").get_jobs()
    rung = [job.kwargs["document_id"] for job in waiting]
    assert rung[:2] == [first.pk, second.pk]
    assert set(rung[2:]) == {row.pk for row in bulk}


@pytest.mark.django_db
def test_the_sweep_starts_the_first_days_copy_once(
    desk: Desk, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    now = timezone.now()

    with django_capture_on_commit_callbacks(execute=True):
        assert sweeping.ring_for_history(now=now) == 1
    assert sweeping.ring_for_history(now=now) == 0, "a bell hangs there"

    assert ZohoCopy.objects.filter(kind="history").count() == 1
    django_rq.get_connection("sync").flushdb()
    sync.copy_history(organization_id=desk.organization.pk)
    assert sweeping.ring_for_history(now=now) == 0, "it is done"


# --- staleness ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "stale"),
    [
        (Refused("", text="Invalid value passed for account_id"), True),
        (Refused("", text="Invalid value passed for tax_id"), True),
        (Refused("", text="The vendor is marked as inactive."), True),
        (NotFound("", text="Contact does not exist."), True),
        (NotFound("Zoho knows no such address or record."), True),
        (Refused("", text="Invalid value passed for bill_number"), False),
        (Refused("", text="IGST has to be applied"), False),
        (DuplicateNumber("", text="This vendor has an invalid duplicate"), False),
    ],
)
def test_which_refusals_smell_of_a_stale_copy(error: Refused, stale: bool) -> None:
    assert staleness.smells_stale(error) is stale


@pytest.mark.django_db
def test_an_account_that_zoho_no_longer_knows_has_the_copies_made_anew(
    desk: Desk, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    old = timezone.now() - timedelta(hours=1)
    Connection.objects.update(reference_refreshed_at=old)
    document = desk.approved()
    refused = {"code": 4, "message": "Invalid value passed for account_id"}
    for method in ("POST", "PUT"):
        desk.zoho.add_faults([{"match": f"{method} /bills", "fault": "refused", **refused}])

    with django_capture_on_commit_callbacks(execute=True):
        sync.post(document_id=document.pk)

    document.refresh_from_db()
    assert document.state == "in_review"
    assert Connection.objects.get().reference_refreshed_at is None
    (job,) = django_rq.get_queue("sync").get_jobs()
    assert job.func_name == doorbell.REFRESH
    sync.refresh_reference(organization_id=desk.organization.pk)
    assert Connection.objects.get().reference_refreshed_at is not None


@pytest.mark.django_db
def test_a_fresh_copy_is_not_made_again_for_a_refusal() -> None:
    now = timezone.now()
    connection = ConnectionFactory(reference_refreshed_at=now)

    staleness.note(connection.pk, Refused("", text="Invalid value passed for account_id"))

    connection.refresh_from_db()
    assert connection.reference_refreshed_at == now


@pytest.mark.django_db
def test_what_zoho_refused_a_moment_ago_is_not_asked_again_at_once(desk: Desk) -> None:
    Connection.objects.update(reference_refreshed_at=None)
    desk.zoho.add_faults(
        [{"match": "GET /chartofaccounts", "fault": "refused", "code": 4, "message": "Invalid."}]
    )
    sync.refresh_reference(organization_id=desk.organization.pk)
    now = timezone.now()

    assert ZohoCopy.objects.get(kind="reference").error_message
    assert sweeping.ring_for_reference(now=now) == 0
    assert sweeping.ring_for_reference(now=now + timedelta(minutes=11)) == 1


# --- forecast -----------------------------------------------------------------------------------


def left(day: int, *, paused: float = 0, flight: int = 8) -> BudgetLeft:
    return BudgetLeft(minute=90, day=day, in_flight=flight, paused_seconds=paused)


@pytest.mark.parametrize(
    ("waiting", "day", "paused", "tomorrow", "minutes"),
    [
        (40, 5000, 0, 0, 2),
        (40, 5000, 600, 0, 12),
        (40, 330, 0, 20, 1),
        (40, 200, 0, 40, 0),
    ],
)
def test_todays_calls_against_what_waits(
    waiting: int, day: int, paused: float, tomorrow: int, minutes: int
) -> None:
    found = forecast.reckoned(waiting, left=left(day, paused=paused), per_day=5000, now=MONDAY)

    assert found == (tomorrow, MONDAY + timedelta(minutes=minutes))


def test_without_the_counters_nobody_says_when() -> None:
    assert forecast.reckoned(3, left=left(0, flight=0), per_day=5000, now=MONDAY) == (0, None)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            Forecast(37, ends_at=MONDAY, first_due=date(2026, 11, 27)),
            "37 bills wait, all are in Zoho about 15:00, none is due before Friday.",
        ),
        (
            Forecast(37, tomorrow=12, ends_at=MONDAY, first_due=date(2026, 11, 27), overdue=2),
            "37 bills wait, today's calls end about 15:00 and 12 go tomorrow, 2 are overdue,"
            " no other is due before Friday.",
        ),
        (Forecast(1, ends_at=MONDAY), "1 bill waits, all are in Zoho about 15:00."),
        (
            Forecast(5, tomorrow=5, ends_at=MONDAY, first_due=date(2026, 11, 23)),
            "5 bills wait, today's calls to Zoho are used up and all go tomorrow,"
            " the next is due today.",
        ),
        (
            Forecast(5, blocked=True, first_due=date(2026, 12, 24)),
            "5 bills wait, nothing goes before Zoho Books is connected again,"
            " none is due before 24 Dec 2026.",
        ),
    ],
)
def test_the_forecast_is_a_sentence(found: Forecast, sentence: str) -> None:
    assert words.told(found, today=MONDAY.date()) == sentence


@pytest.mark.django_db
def test_the_forecast_counts_what_waits_in_its_own_company(desk: Desk) -> None:
    assert words.sentence(desk.organization) == ""
    desk.approved(due_date=timezone.now().date() - timedelta(days=1))
    approved(OrganizationFactory())

    found = forecast.of_organization(desk.organization)

    assert (found.waiting, found.overdue, found.tomorrow, found.blocked) == (1, 1, 0, False)
    assert found.ends_at is not None
