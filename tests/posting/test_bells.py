"""Each bell beside the postings hangs once, however many postings wait, until a worker hears it."""

from __future__ import annotations

from datetime import timedelta

import django_rq
import pytest
from django.utils import timezone
from django_rq.workers import get_worker

from tests.factories import ConnectionFactory, DocumentFactory
from tests.posting.conftest import Desk
from tests.posting.standing import posted
from zohodocs.jobs import doorbell
from zohodocs.models import (
    Amendment,
    AmendmentKind,
    AmendmentState,
    Connection,
    Posting,
    ZohoCopy,
)
from zohodocs.operations import nightly, sweeping

pytestmark = pytest.mark.django_db(transaction=True)


def rung() -> list[str]:
    """What hangs there, first what is heard first."""
    return [str(job.func_name) for job in django_rq.get_queue("sync").get_jobs()]


def bulk(number: int = 3) -> None:
    """Postings of another company that wait for a worker."""
    for document in DocumentFactory.create_batch(number, approved=True):
        assert doorbell.ring(document)


def confirmed(desk: Desk) -> Amendment:
    posting = desk.posting(posted(desk))
    return Amendment.objects.create(
        organization=desk.organization,
        posting=posting,
        kind=AmendmentKind.APPLY_CREDIT,
        state=AmendmentState.APPROVED,
        confirmed_at=timezone.now(),
    )


def test_a_confirmed_change_goes_before_the_bulk_and_hangs_once(desk: Desk) -> None:
    confirmed(desk)
    bulk()

    first = nightly.ring_amendments(now=timezone.now())
    second = nightly.ring_amendments(now=timezone.now())

    assert (first, second) == (1, 0)
    assert rung() == [doorbell.AMEND, *[doorbell.POST] * 3]


def test_copies_and_the_search_are_rung_for_while_the_bulk_waits(desk: Desk) -> None:
    posted(desk)
    Posting.objects.update(confirmed_at=timezone.now() - timedelta(days=2))
    Connection.objects.update(reference_refreshed_at=None)
    bulk()

    for _ in range(2):
        sweeping.sweep()

    assert sorted(set(rung()) - {doorbell.POST}) == [
        doorbell.FIND_DRIFT,
        doorbell.COPY,
        doorbell.REFRESH,
    ]
    assert len(rung()) == len(set(rung()) - {doorbell.POST}) + rung().count(doorbell.POST)
    assert ZohoCopy.objects.filter(kind="history").exists()


def test_a_bell_that_was_heard_may_hang_again() -> None:
    organization = ConnectionFactory(zoho_organization_id="").organization
    assert doorbell.ring_for_reference(organization.pk)
    assert not doorbell.ring_for_reference(organization.pk)
    worker = get_worker("sync", prepare_for_work=False)
    (job,) = worker.queues[0].get_jobs()

    worker.execute_job(job, worker.queues[0])

    assert doorbell.ring_for_reference(organization.pk)
