"""What the machine approved waits for the comparison, and a difference puts it before a person."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django_rq
import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from integrations.zoho_books.sandbox import Sandbox
from review import actions
from tests import cast as people
from tests.cast import Cast, fresh
from tests.posting.conftest import connect
from zohodocs import clients
from zohodocs.arrivals.receive import receive
from zohodocs.domain.invoice import FieldReading
from zohodocs.jobs import doorbell, pipeline
from zohodocs.jobs import shadow as job
from zohodocs.models import (
    AuditEvent,
    Document,
    FlagMode,
    ReviewItem,
    ShadowDifference,
    ShadowRun,
    State,
)
from zohodocs.pipeline import leaving, preview
from zohodocs.posting import push
from zohodocs.rollout import limits, shadow
from zohodocs.rollout.flags import answers_for, set_flag

pytestmark = pytest.mark.django_db
FLAG = "ml_predictions"
Breaks = Callable[[Document], object]


@pytest.fixture
def cast() -> Cast:
    made = people.make()
    set_flag(name=FLAG, mode=FlagMode.SHADOW, why="look", by="test")
    return made


def approved(cast: Cast, *, ago: float = 0) -> Document:
    """Becker's invoice, approved by the machine so many seconds ago, in shadow for the models."""
    item = people.in_review(cast.nordlicht, people.paper())
    at = timezone.now() - timedelta(seconds=ago)
    Document.objects.filter(pk=item.document_id).update(
        state=State.APPROVED,
        approved_at=at,
        approved_by="worker",
        decided_at=at,
        hold_until=at + timedelta(seconds=2 * limits.SECONDS),
        flags=answers_for(cast.nordlicht, str(item.document.code)),
    )
    ReviewItem.objects.all().delete()
    return fresh(item.document)


def reads(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """Let the candidate read this invoice number."""
    honest = preview.read_again

    def otherwise(document: Document, arms: Any) -> Any:
        again = honest(document, arms)
        fields: Any = again.extraction.fields if again.extraction else {}
        control = document.extractions.earliest("pk").data["fields"]
        fields.clear()
        fields.update(
            {name: FieldReading(each["value"], 0.9, "ml") for name, each in control.items()}
        )
        fields["invoice_number"] = FieldReading(number, 0.9, "ml")
        return again

    monkeypatch.setattr(preview, "read_again", otherwise)


def held_for(document: Document) -> float:
    row = fresh(document)
    assert row.approved_at is not None
    assert row.hold_until is not None
    return (row.hold_until - row.approved_at).total_seconds()


def pushed(document: Document, *, at: datetime) -> str:
    return push.push(document.pk, owner="test", now=lambda: at).done


def test_two_readings_that_agree_end_the_wait(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    document = approved(cast)
    reads(monkeypatch, "RG-2024-0334")
    assert held_for(document) == 2 * limits.SECONDS

    job.shadow(document_id=document.pk)

    assert fresh(document).state == State.APPROVED
    assert held_for(document) == 30
    assert ShadowRun.objects.get().error == ""


def test_a_difference_goes_to_review_before_anything_is_posted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = approved(cast)
    reads(monkeypatch, "RG-9")

    job.shadow(document_id=document.pk)

    row, item = fresh(document), ReviewItem.objects.get()
    assert (row.state, row.approved_by, row.hold_until) == (State.IN_REVIEW, "", None)
    assert (item.kind, item.reason) == ("decide", "ways_differ")
    assert [{pair.first, pair.second} for pair in actions.pairs_of(item)] == [
        {"RG-2024-0334", "RG-9"}
    ]
    assert pushed(row, at=timezone.now() + timedelta(days=1)) == "not_approved"
    assert AuditEvent.objects.filter(verb="document.taken_back", data__flag=FLAG).count() == 1


def test_what_a_person_approved_is_not_taken_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = approved(cast)
    Document.objects.filter(pk=document.pk).update(approved_by="ana")
    reads(monkeypatch, "RG-9")

    job.shadow(document_id=document.pk)

    assert fresh(document).state == State.APPROVED
    assert ReviewItem.objects.get().kind == "difference"


def test_who_was_faster_wins(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    document = approved(cast)
    honest = preview.read_again

    def slow(document: Document, arms: Any) -> Any:
        Document.objects.filter(pk=document.pk).update(
            state="posting", version=document.version + 1
        )
        again = honest(document, arms)
        fields: Any = again.extraction.fields if again.extraction else {}
        fields["invoice_number"] = FieldReading("RG-9", 0.9, "ml")
        return again

    # The post job moves it while the candidate reads; that write is another process's.
    monkeypatch.setattr(shadow, "no_writes", nullcontext)
    monkeypatch.setattr(preview, "read_again", slow)
    job.shadow(document_id=document.pk)

    assert fresh(document).state == "posting"
    assert ReviewItem.objects.get().kind == "difference"


def test_without_a_comparison_it_goes_on_in_time_and_that_is_on_record(cast: Cast) -> None:
    document = approved(cast)
    before = document.hold_until
    assert before is not None

    assert pushed(document, at=before - timedelta(seconds=1)) == "held"
    assert pushed(document, at=before + timedelta(seconds=1)) == "not_connected"

    assert fresh(document).state == "posting"
    event = AuditEvent.objects.get(verb="document.not_compared")
    assert event.data["flags"] == [FLAG]


def hangs(_document: Document) -> None:
    time.sleep(60)  # the candidate that hangs


def hangs_stubbornly(_document: Document) -> None:
    while True:
        with suppress(Exception):
            time.sleep(60)  # the same, and deaf to exceptions


def raises(_document: Document) -> None:
    raise RuntimeError("no")


def eats_memory(_document: Document) -> None:
    eaten = []
    while True:
        eaten.append(bytearray(300 * 1024 * 1024))


def writes_to_the_database(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(filename="stolen.pdf")


def writes_to_zoho(document: Document) -> None:
    with clients.books(document.organization) as books:
        books.create_bill({"bill_number": "stolen"})


@pytest.mark.parametrize(
    ("breaks", "error"),
    [
        (hangs, "OverTime"),
        (hangs_stubbornly, "OverTime"),
        (raises, "RuntimeError"),
        (eats_memory, "MemoryError"),
        # In no transaction, as in the worker: a refused write would leave a broken one behind.
        pytest.param(
            writes_to_the_database,
            "WriteRefused",
            marks=pytest.mark.django_db(transaction=True),
        ),
        (writes_to_zoho, "OnlyReading"),
    ],
)
def test_the_documents_do_not_notice_a_broken_candidate(
    cast: Cast,
    zoho: Sandbox,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    breaks: Breaks,
    error: str,
) -> None:
    settings.HOLD_SECONDS = 0
    # Only what hangs is ended by the clock; the others must get as far as what they do wrong.
    monkeypatch.setattr(limits, "LEAST_SECONDS", 0.5 if error == "OverTime" else 60.0)
    monkeypatch.setattr(limits, "SECONDS", 0.5)
    connect(cast.nordlicht, zoho)
    monkeypatch.setattr(preview, "read_again", lambda document, _arms: breaks(document))
    document = approved(cast)
    in_hand = approved_beside(cast)
    as_it_was: dict[str, Any] = {**Document.objects.values().get(pk=document.pk)}
    bills = len(zoho.snapshot()["bills"])

    job.shadow(document_id=document.pk)
    pipeline.process(document_id=in_hand.pk)

    run = ShadowRun.objects.get(document=document)
    assert (run.error, run.differences) == (error, 0)
    # Compared as well as it ever will be: it waits no longer, and nothing else about it changed.
    held = as_it_was.pop("hold_until")
    row: dict[str, Any] = {**Document.objects.values().get(pk=document.pk)}
    assert row.pop("hold_until") < held
    assert row == as_it_was
    assert fresh(in_hand).state == State.IN_REVIEW
    assert not ShadowDifference.objects.exists()
    assert len(zoho.snapshot()["bills"]) == bills


def test_one_that_took_its_worker_along_is_on_record_and_not_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = approved(cast)
    tries = []

    def dies(*_: object) -> None:
        tries.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr(preview, "read_again", dies)
    with pytest.raises(KeyboardInterrupt):
        job.shadow(document_id=document.pk)
    job.shadow(document_id=document.pk)

    assert len(tries) == 1
    assert ShadowRun.objects.get().error == "Unfinished"
    assert held_for(document) == 2 * limits.SECONDS


def test_a_worker_that_stops_leaves_the_comparison_to_the_next_one(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    set_flag(name="layout_memory", mode=FlagMode.SHADOW, why="look", by="test")
    document = approved(cast)
    bells = django_rq.get_queue("shadow").count
    leaving.leave(within=0)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            job.shadow(document_id=document.pk)
    finally:
        leaving.stay()

    assert not ShadowRun.objects.exists()
    assert held_for(document) == 2 * limits.SECONDS
    hung = django_rq.get_queue("shadow").get_jobs()[bells:]
    assert [(bell.func_name, bell.kwargs) for bell in hung] == [
        (doorbell.SHADOW, {"document_id": document.pk})
    ]

    reads(monkeypatch, "RG-2024-0334")
    job.shadow(document_id=document.pk)

    compared = ShadowRun.objects.filter(error="").order_by("flag")
    assert list(compared.values_list("flag", flat=True)) == ["layout_memory", FLAG]
    assert held_for(document) == 30


def approved_beside(cast: Cast) -> Document:
    """Another paper that arrives meanwhile."""
    content = people.paper(**{"RG-2024-0334": "RG-2024-0335"})
    arrival = receive(organization=cast.nordlicht, content=content, filename="b.pdf", channel="web")
    assert arrival.document is not None
    return arrival.document


@pytest.fixture
def zoho(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(state=tmp_path / "zoho", requests_per_minute=5000) as sandbox:
        yield sandbox
