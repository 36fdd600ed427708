"""When what waits will be in Zoho: a day's calls against the documents that need them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from integrations.resilience import BudgetLeft
from zohodocs import clients
from zohodocs.models import Connection, Document, Organization, State
from zohodocs.timing import scaled

# Bill, file, read-back, and now and then a vendor.
CALLS_A_DOCUMENT = 4
_DAILY_RESERVE = 0.05


@dataclass(frozen=True, slots=True)
class Forecast:
    """What waits for Zoho and what today's calls are enough for; `ends_at` in its time zone.

    `ends_at` is when the last of today's goes, None where nobody can say. `tomorrow` documents are
    left over then. `blocked`: nothing goes before a person sees to the connection.
    """

    waiting: int
    tomorrow: int = 0
    ends_at: datetime | None = None
    first_due: date | None = None
    overdue: int = 0
    blocked: bool = False


def of_organization(organization: Organization, *, now: datetime | None = None) -> Forecast:
    """The forecast of one organisation, as things stand."""
    moment = (now or timezone.now()).astimezone(ZoneInfo(organization.time_zone or "UTC"))
    today = moment.date()
    rows = Document.objects.for_organization(organization).filter(
        state__in=[State.APPROVED, State.POSTING]
    )
    counts = rows.aggregate(
        waiting=Count("pk"),
        overdue=Count("pk", filter=Q(due_date__lt=today)),
        first_due=Min("due_date", filter=Q(due_date__gte=today)),
    )
    connection = (
        Connection.objects.filter(organization=organization)
        .exclude(zoho_organization_id="")
        .select_related("organization")
        .first()
    )
    if connection is None or clients.needs_a_person(connection):
        return Forecast(**counts, blocked=True)
    tomorrow, ends_at = reckoned(
        counts["waiting"],
        left=clients.budget_left(connection),
        per_day=connection.daily_limit,
        now=moment,
    )
    return Forecast(**counts, tomorrow=tomorrow, ends_at=ends_at)


def reckoned(
    waiting: int, *, left: BudgetLeft, per_day: int, now: datetime
) -> tuple[int, datetime | None]:
    """How many of these are left for tomorrow, and when the last of today's goes."""
    usable = max(0, left.day - round(per_day * _DAILY_RESERVE))
    today = min(waiting, usable // CALLS_A_DOCUMENT)
    if not left.in_flight and not left.day:
        return 0, None  # the counters cannot be read: nothing goes until they can
    # The limit without what is kept for people.
    a_minute = max(1, settings.ZOHO_CALLS_PER_MINUTE - clients.KEPT_FOR_PEOPLE)
    minutes = today * CALLS_A_DOCUMENT / a_minute
    pause = timedelta(seconds=left.paused_seconds)
    return waiting - today, now + pause + timedelta(seconds=scaled(60 * minutes))
