"""Two people at the same moment: one decides, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from review import actions
from tests import cast as people
from tests.cast import Cast, fresh
from zohodocs.models import AuditEvent, Correction, Document, ReviewItem, State, Vendor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Nordlicht and its people, visible to other threads."""
    return people.make()


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do these at the same moment, a connection each; their results or refusals."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        except actions.Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    # One shared memory knows no two writers: on SQLite the deeds follow each other.
    if connection.vendor == "sqlite":
        return [_alone(deed) for deed in deeds]
    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def _alone(deed: Callable[[], object]) -> object:
    try:
        return deed()
    except actions.Refused as refusal:
        return refusal


def item_of(pk: int) -> ReviewItem:
    return ReviewItem.objects.select_related("document__organization").get(pk=pk)


def test_two_verdicts_at_once_are_one(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    seen = fresh(item.document).version
    mine, theirs = item_of(item.pk), item_of(item.pk)

    results = at_once(
        lambda: actions.approve(item=mine, by=cast.ana, version=seen),
        lambda: actions.reject(item=theirs, by=cast.bob, version=seen, reason="no"),
    )

    refusals = [each for each in results if isinstance(each, actions.StaleVersion)]
    verbs = AuditEvent.objects.filter(verb__in=["review.approved", "review.rejected"])
    assert len(refusals) == 1
    assert verbs.count() == 1
    assert fresh(item.document).state in (State.APPROVED, State.REJECTED)


def test_two_corrections_at_once_are_one(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    seen = fresh(item.document).version
    mine, theirs = item_of(item.pk), item_of(item.pk)

    results = at_once(
        lambda: actions.correct(
            item=mine,
            by=cast.ana,
            version=seen,
            field="invoice_number",
            reading=actions.Reading("RG-ANA"),
        ),
        lambda: actions.correct(
            item=theirs,
            by=cast.bob,
            version=seen,
            field="invoice_number",
            reading=actions.Reading("RG-BOB"),
        ),
    )

    assert sum(isinstance(each, actions.StaleVersion) for each in results) == 1
    assert Correction.objects.count() == 1
    assert fresh(item.document).invoice_number == Correction.objects.get().after


def test_two_first_bills_of_one_vendor_make_it_once(cast: Cast) -> None:
    Vendor.objects.all().delete()
    first = people.in_review(cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-1"}))
    second = people.in_review(
        cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-2", "18.04.2024": people.printed(60)})
    )
    items = [item_of(first.pk), item_of(second.pk)]

    at_once(
        *(
            lambda item=item: actions.approve(
                item=item, by=cast.ana, version=item.document.version, accept_doubts=True
            )
            for item in items
        )
    )

    approved = Document.objects.filter(state=State.APPROVED)
    assert Vendor.objects.count() == 1
    assert {document.vendor for document in approved} == {Vendor.objects.get()}
    assert approved.count() == 2
