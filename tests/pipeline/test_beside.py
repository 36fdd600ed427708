"""The new way beside the old one: it may err and try to write; the document does not notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_rq
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests import cast as people
from tests.cast import Cast, fresh
from zohodocs.arrivals.receive import receive
from zohodocs.domain.invoice import FieldReading
from zohodocs.jobs import doorbell, pipeline
from zohodocs.jobs import shadow as job
from zohodocs.models import (
    Document,
    FieldValue,
    FlagMode,
    IgnoredDifference,
    ReviewItem,
    ShadowDifference,
    ShadowRun,
    Vendor,
)
from zohodocs.pipeline import beside, flow, leaving, preview
from zohodocs.rollout import limits
from zohodocs.rollout.flags import answers_for, set_flag
from zohodocs.rollout.readonly import WriteRefused, no_writes

pytestmark = pytest.mark.django_db
FLAG = "ml_predictions"


@pytest.fixture
def cast() -> Cast:
    return people.make()


@pytest.fixture
def document(cast: Cast) -> Document:
    """Becker's invoice, in shadow for the models."""
    set_flag(name=FLAG, mode=FlagMode.SHADOW, why="look", by="test")
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")
    Document.objects.filter(pk=item.document_id).update(
        flags=answers_for(cast.nordlicht, str(item.document.code))
    )
    return fresh(item.document)


def reads(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None]) -> None:
    """Let the candidate read the same, but for a change."""
    honest = preview.read_again

    def otherwise(document: Document, arms: Any) -> Any:
        again = honest(document, arms)
        change(again)
        return again

    monkeypatch.setattr(preview, "read_again", otherwise)


def another_number(again: Any) -> None:
    again.extraction.fields["invoice_number"] = FieldReading("RG-9", 0.9, "ml")


def test_differences_are_kept_field_by_field_and_the_paper_stays(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Document.objects.values().get(pk=document.pk)
    reads(monkeypatch, another_number)

    job.shadow(document_id=document.pk)
    job.shadow(document_id=document.pk)  # a bell that rings twice

    row = ShadowDifference.objects.get(field="invoice_number")
    assert (row.flag, row.control, row.candidate) == (FLAG, "RG-2024-0334", "RG-9")
    assert ShadowRun.objects.get().differences >= 1
    assert Document.objects.values().get(pk=document.pk) == before
    # It is in review: there both values are shown, no second question is opened.
    assert ReviewItem.objects.count() == 1


def test_a_paper_that_went_on_is_asked_about(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    Document.objects.filter(pk=document.pk).update(state="filed")
    ReviewItem.objects.all().delete()
    reads(monkeypatch, another_number)

    beside.run(fresh(document))

    item = ReviewItem.objects.get()
    assert (item.kind, item.reason) == ("difference", "ways_differ")


def test_what_is_known_asks_nobody(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    IgnoredDifference.objects.create(
        flag=FLAG, field="invoice_number", candidate="RG-9", why="Prefix of the branch.", by="ana"
    )
    reads(monkeypatch, another_number)

    beside.run(document)

    row = ShadowDifference.objects.get(field="invoice_number")
    assert row.ignored == "Prefix of the branch."


@pytest.mark.parametrize("error", [RuntimeError, MemoryError, limits.OverTime])
def test_a_candidate_that_raises_leaves_its_error_and_nothing_else(
    document: Document, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def broken(*_: object) -> None:
        raise error("no")

    monkeypatch.setattr(preview, "read_again", broken)

    beside.run(document)

    assert ShadowRun.objects.get().error == error.__name__
    assert not ShadowDifference.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_candidate_that_writes_is_stopped(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def writing(*_: object) -> None:
        Vendor.objects.update(name="Stolen")

    monkeypatch.setattr(preview, "read_again", writing)

    beside.run(document)

    assert ShadowRun.objects.get().error == "WriteRefused"
    assert not Vendor.objects.filter(name="Stolen").exists()


@pytest.mark.parametrize(
    "sql", ["INSERT INTO x VALUES (1)", "  (delete FROM x", "Update x SET a=1"]
)
def test_every_way_to_write_is_refused(sql: str) -> None:
    with no_writes(), pytest.raises(WriteRefused), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_the_candidate_is_handed_cannot_reach_zoho(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Any] = []
    honest = flow.run

    def noting(case: Any, ports: Any, **options: Any) -> Any:
        handed.append(ports)
        return honest(case, ports, **options)

    monkeypatch.setattr(flow, "run", noting)
    beside.run(document)

    assert [ports.vendors._ask_zoho for ports in handed] == [None]


def arrived_in_shadow(cast: Cast) -> Document:
    """A paper that has just come, for which the new way is to be tried beside the old one."""
    set_flag(name=FLAG, mode=FlagMode.SHADOW, why="look", by="test")
    content = people.paper()
    arrival = receive(organization=cast.nordlicht, content=content, filename="a.pdf", channel="web")
    assert arrival.document is not None
    return arrival.document


def test_it_has_a_queue_of_its_own(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    document = arrived_in_shadow(cast)
    before = len(django_rq.get_queue("shadow").get_jobs())

    with django_capture_on_commit_callbacks(execute=True):
        pipeline.process(document_id=document.pk)

    waiting = django_rq.get_queue("shadow").get_jobs()[before:]
    assert [(each.func_name, each.kwargs) for each in waiting] == [
        (doorbell.SHADOW, {"document_id": document.pk})
    ]


def test_a_paper_that_its_worker_gave_back_is_compared_with_nothing(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    document = arrived_in_shadow(cast)
    before = django_rq.get_queue("shadow").count
    leaving.leave(within=0)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            pipeline.process(document_id=document.pk)
    finally:
        leaving.stay()

    assert fresh(document).state == "received"
    assert django_rq.get_queue("shadow").count == before


@pytest.mark.parametrize("state", ["received", "processing", "failed"])
def test_an_undecided_paper_uses_up_no_comparison(document: Document, state: str) -> None:
    lease = timezone.now() if state == "processing" else None
    Document.objects.filter(pk=document.pk).update(state=state, lease_until=lease)

    job.shadow(document_id=document.pk)

    assert not ShadowRun.objects.exists()
    assert not ShadowDifference.objects.exists()


def test_who_is_not_in_shadow_is_not_run(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())

    beside.run(fresh(item.document))

    assert not ShadowRun.objects.exists()
    assert FieldValue.objects.exists()
