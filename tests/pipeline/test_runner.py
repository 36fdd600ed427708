"""One document through the flow against the database: claims, fences, crashes, rechecks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.core.files.base import ContentFile
from pytest_django import DjangoAssertNumQueries, Settings

from tests.factories import (
    AccountFactory,
    DocumentFactory,
    FieldValueFactory,
    OrganizationFactory,
    TaxFactory,
    VendorFactory,
)
from tests.papers import invoice_pdf
from zohodocs.domain.case import Case, Ports
from zohodocs.domain.states import DocumentState, IllegalMove, Mover
from zohodocs.domain.verdicts import Stop
from zohodocs.models import (
    AuditEvent,
    Document,
    DocumentText,
    FieldValue,
    Policy,
    ReviewItem,
    Rule,
    State,
    keep_text,
)
from zohodocs.operations import sweeping
from zohodocs.pipeline import flow, lately, leaving, records, runner

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Document:
    """A sound German invoice of a known vendor to our company, as it was received."""
    organization = OrganizationFactory(name="Nordlicht GmbH", vat_numbers=["DE136695976"])
    VendorFactory(organization=organization, name="Becker Bürotechnik GmbH", tax_id="DE811907980")
    account = AccountFactory(organization=organization, name="Office furniture")
    TaxFactory(organization=organization, rate=Decimal(19))
    Rule.objects.create(
        organization=organization, name="furniture", keywords=["Bürostuhl"], account=account
    )
    return DocumentFactory(organization=organization, content=invoice_pdf())


def run(document: Document, owner: str = "test") -> DocumentState | None:
    return runner.run(document.pk, owner=owner)


@pytest.mark.embedded
def test_a_sound_invoice_is_read_judged_and_put_before_a_person(paper: Document) -> None:
    reached = run(paper)

    paper.refresh_from_db()
    values = {row.name: row.value for row in paper.field_values.all()}
    item = ReviewItem.objects.get(document=paper)
    assert reached is DocumentState.IN_REVIEW
    assert values["invoice_number"] == "RG-2024-0334"
    assert values["gross_total"] == "1121.69"
    assert paper.gross_total == Decimal("1121.690")
    assert paper.vendor is not None
    assert paper.account is not None
    assert paper.page_count == 1
    assert paper.lease_until is None
    assert item.organization_id == paper.organization_id
    assert AuditEvent.objects.filter(document=paper, verb="document.decided").exists()


def test_the_first_run_keeps_the_words_that_a_later_look_would_find(paper: Document) -> None:
    run(paper)
    kept = DocumentText.objects.get(document=paper).text

    keep_text(Document.objects.get(pk=paper.pk))

    assert sorted(kept.split()) == sorted(DocumentText.objects.get(document=paper).text.split())
    assert "bürostuhl" in kept


def test_a_worker_asks_the_database_few_questions_a_paper(
    paper: Document, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    another = DocumentFactory(
        organization=paper.organization, content=invoice_pdf(**{"RG-2024-0334": "RG-2024-0335"})
    )
    with lately.remembering():
        run(paper)
        with django_assert_max_num_queries(24):
            run(another)


def test_running_it_again_does_nothing(paper: Document) -> None:
    run(paper)
    before = Document.objects.values().get(pk=paper.pk)

    assert run(paper) is None
    assert Document.objects.values().get(pk=paper.pk) == before
    assert ReviewItem.objects.count() == 1


def test_a_worker_whose_lease_was_given_away_keeps_nothing(
    paper: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = flow.run

    def slow(*args: object, **options: object) -> object:
        result = original(*args, **options)  # type: ignore[arg-type]  # passed on as it came
        # While this worker slept, the sweep gave the document to another one.
        Document.objects.filter(pk=paper.pk).update(lease_token=99)
        return result

    monkeypatch.setattr(flow, "run", slow)

    assert run(paper) is None
    assert FieldValue.objects.count() == 0
    assert ReviewItem.objects.count() == 0
    paper.refresh_from_db()
    assert paper.state == State.PROCESSING


def test_an_unforeseen_error_gives_it_back_once_and_then_asks_a_person(
    paper: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("boom")

    monkeypatch.setattr(flow, "run", broken)

    assert run(paper) is DocumentState.RECEIVED
    assert run(paper) is DocumentState.FAILED
    item = ReviewItem.objects.get(document=paper)
    assert item.reason == "reader_failed"
    assert "twice" in item.message


def test_the_first_policy_is_made_once_however_many_ask() -> None:
    organization = OrganizationFactory()

    assert Policy.current(organization) == Policy.current(organization)
    assert Policy(organization=organization).version is None
    assert Policy.objects.count() == 1


def test_the_sweep_gives_a_dead_workers_document_back_and_never_more_than_twice() -> None:
    document = DocumentFactory(processing=True)
    later = datetime.now(UTC) + timedelta(minutes=5)

    first = sweeping.sweep(now=later)
    document.refresh_from_db()
    state_after_first = document.state
    document.claim(owner="second", lease=timedelta(0), now=later)
    second = sweeping.sweep(now=later + timedelta(minutes=5))
    document.refresh_from_db()

    assert (first.recovered, first.gave_up) == (1, 0)
    assert state_after_first == State.RECEIVED
    assert (second.recovered, second.gave_up) == (0, 1)
    assert document.state == State.FAILED


def test_a_worker_that_stops_gives_its_paper_back_and_no_try_is_counted(paper: Document) -> None:
    leaving.leave(within=0)
    try:
        given_back = [run(paper) for _ in range(3)]
    finally:
        leaving.stay()

    paper.refresh_from_db()
    assert given_back == [DocumentState.RECEIVED] * 3
    assert (paper.attempts, paper.lease_until, paper.lease_owner) == (0, None, "")
    assert run(paper) is DocumentState.IN_REVIEW


def test_the_clock_is_looked_at_between_the_stages_too(
    paper: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, extract, *rest = flow.STAGES
    done = []

    def called_away_after(case: Case, ports: Ports) -> Case | Stop:
        done.append("extract")
        leaving.leave(within=0)
        return extract(case, ports)

    def never(case: Case, ports: Ports) -> Case | Stop:
        done.append("gate")
        return case

    stages = (read, called_away_after, never, *rest[1:])
    monkeypatch.setattr(flow, "run", partial(flow.run, stages=stages))
    try:
        reached = run(paper)
    finally:
        leaving.stay()

    assert (reached, done) == (DocumentState.RECEIVED, ["extract"])


def test_a_living_workers_lease_is_left_alone() -> None:
    document = DocumentFactory(processing=True)

    sweeping.sweep()

    document.refresh_from_db()
    assert document.state == State.PROCESSING


def test_a_lease_renewed_since_the_sweep_looked_is_left_alone() -> None:
    document = DocumentFactory(
        processing=True, lease_until=datetime.now(UTC) - timedelta(seconds=1)
    )
    seen_by_the_sweep = Document.objects.get(pk=document.pk)
    Document.objects.filter(pk=document.pk).update(
        lease_until=datetime.now(UTC) + timedelta(minutes=2)
    )

    reached = runner.give_back(seen_by_the_sweep, token=1, by=Mover.SWEEP)

    document.refresh_from_db()
    assert reached is None
    assert (document.state, document.attempts) == (State.PROCESSING, 1)


@pytest.mark.django_db(transaction=True)
def test_a_long_reading_keeps_its_lease(
    paper: Document, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.PROCESS_LEASE_SECONDS = 0.6
    original = flow.run
    swept: list[sweeping.Swept] = []

    def slow(*args: object, **options: object) -> object:
        first = Document.objects.get(pk=paper.pk).lease_until
        assert first is not None
        while datetime.now(UTC) <= first:
            threading.Event().wait(0.05)
        swept.append(sweeping.sweep())
        return original(*args, **options)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(flow, "run", slow)

    assert run(paper) is DocumentState.IN_REVIEW
    assert [(found.recovered, found.gave_up) for found in swept] == [(0, 0)]
    paper.refresh_from_db()
    assert paper.attempts == 1


def test_a_persons_value_survives_a_second_reading(paper: Document) -> None:
    FieldValueFactory(
        document=paper, name="invoice_number", value="TYPED-1", source="human", confidence=1
    )

    run(paper)

    row = FieldValue.objects.get(document=paper, name="invoice_number")
    assert (row.value, row.source) == ("TYPED-1", "human")


def test_a_second_reading_by_another_engine_takes_the_place_of_the_first(paper: Document) -> None:
    FieldValueFactory(document=paper, name="gross_total", value="7.00", source="another")
    Document.objects.filter(pk=paper.pk).update(version=2)

    assert run(paper) is DocumentState.IN_REVIEW

    row = FieldValue.objects.get(document=paper, name="gross_total")
    assert (row.value, row.source) == ("1121.69", "rules")


def test_a_recheck_sees_the_corrected_value(paper: Document) -> None:
    run(paper)
    FieldValue.objects.filter(document=paper, name="gross_total").update(
        value="999.00", source="human"
    )
    paper.refresh_from_db()

    runner.recheck(paper)

    assert paper.gross_total == Decimal("999.000")
    assert paper.findings.filter(blocks=True).exists()
    assert ReviewItem.objects.get(document=paper).reason == paper.findings.first().code  # type: ignore[union-attr]  # it was just found


def test_a_paper_mended_until_nothing_is_left_to_ask_still_says_what_it_waits_for(
    paper: Document,
) -> None:
    """With approval by itself switched on, too: what a person has in hand a person approves."""
    Policy.objects.create(organization=paper.organization, max_age_days=3650, min_confidence="0.97")
    Document.objects.filter(pk=paper.pk).update(flags={"auto_approve": {"arm": "candidate"}})
    run(paper)
    assert ReviewItem.objects.get(document=paper).reason == "unsure_document_type"
    FieldValue.objects.filter(document=paper, name="document_type").update(source="human")
    paper.refresh_from_db()

    runner.recheck(paper)

    assert paper.state == State.IN_REVIEW
    assert ReviewItem.objects.get(document=paper).reason == "approval_needed"
    assert [finding.code for finding in paper.findings.all()] == ["approval_needed"]


def test_an_original_that_changed_on_disk_is_never_read(paper: Document) -> None:
    storage, name = paper.original.storage, str(paper.original.name)
    storage.delete(name)
    storage.save(name, ContentFile(b"%PDF-1.4 tampered"))

    reached = run(paper)

    assert reached is DocumentState.IN_REVIEW
    assert ReviewItem.objects.get(document=paper).reason == "original_changed"
    assert FieldValue.objects.count() == 0


@pytest.mark.parametrize("stage", [flow.stage_name(stage) for stage in flow.STAGES])
def test_a_crash_in_any_stage_leaves_one_document_to_be_done_again(
    paper: Document, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_after(name: str, _seconds: float) -> None:
        if name == stage:
            raise KeyboardInterrupt  # what a killed process looks like from inside

    with pytest.raises(KeyboardInterrupt):
        runner.run(paper.pk, owner="first", observe=stop_after)
    sweeping.sweep(now=datetime.now(UTC) + timedelta(hours=1))

    assert run(paper, "second") is DocumentState.IN_REVIEW
    assert Document.objects.count() == 1
    assert ReviewItem.objects.count() == 1
    assert paper.extractions.count() == 1


def test_of_two_copies_only_the_later_one_is_held_up(paper: Document) -> None:
    copy = DocumentFactory(
        organization=paper.organization, content=invoice_pdf(RECHNUNG="RECHNUNG (KOPIE)")
    )

    run(copy)
    run(paper)

    copy.refresh_from_db()
    runner.recheck(copy)
    assert not paper.findings.filter(code="duplicate_invoice").exists()
    assert copy.findings.filter(code="duplicate_invoice").exists()


def test_an_earlier_paper_is_held_up_by_a_copy_that_was_booked_first(paper: Document) -> None:
    copy = DocumentFactory(
        organization=paper.organization, content=invoice_pdf(RECHNUNG="RECHNUNG (KOPIE)")
    )
    run(copy)
    now = datetime.now(UTC)
    Document.objects.filter(pk=copy.pk).update(
        state=State.POSTED, approved_at=now, approved_by="ana"
    )

    run(paper)

    assert paper.findings.filter(code="duplicate_invoice").exists()


def test_an_illegal_move_is_refused_loudly() -> None:
    document = DocumentFactory(posted=True)

    with pytest.raises(IllegalMove):
        document.move(
            frm=DocumentState.POSTED,
            to=DocumentState.RECEIVED,
            by=Mover.HUMAN,
            now=datetime.now(UTC),
        )


def test_an_absurd_amount_is_shown_but_not_summed_up() -> None:
    assert records._fitting(Decimal("1e15")) is None
    assert records._fitting(Decimal("12.3456")) == Decimal("12.346")
