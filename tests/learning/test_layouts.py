"""Corrected once, approved, and the next paper of this vendor is read rightly at once."""

from __future__ import annotations

import django_rq
import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from review import actions
from tests import cast as people
from tests.cast import Cast
from tests.extraction.odd_papers import (
    FIRST_LINES,
    NEXT_LINES,
    NEXT_VALUES,
    VALUES,
    odd_paper,
)
from tests.factories import DocumentFactory, OrganizationFactory
from tests.papers import pdf
from zohodocs.jobs import learning
from zohodocs.models import Document, FieldValue, LayoutMemory, Organization, ReviewItem, State
from zohodocs.pipeline import runner

pytestmark = pytest.mark.django_db
CANDIDATE = {"layout_memory": {"arm": "candidate"}}
CONTROL = {"layout_memory": {"arm": "control"}}


@pytest.fixture
def cast(db: None) -> Cast:
    """Nordlicht and its people."""
    return people.make()


@pytest.fixture
def nordlicht() -> Organization:
    return OrganizationFactory(name="Nordlicht GmbH", vat_numbers=["DE136695976"])


def read(organization: Organization, content: bytes, flags: dict[str, dict[str, str]]) -> Document:
    document = DocumentFactory(organization=organization, content=content, flags=flags)
    runner.run(document.pk, owner="test")
    document.refresh_from_db()
    return document


def values(document: Document) -> dict[str, str]:
    rows = FieldValue.objects.filter(document=document, name__in=VALUES)
    return {row.name: row.value for row in rows}


def approved(document: Document, typed: dict[str, str]) -> Document:
    """The document after a person typed these values and approved it."""
    for name, value in typed.items():
        FieldValue.objects.update_or_create(
            document=document,
            name=name,
            defaults={"value": value, "source": "human", "confidence": 1},
        )
    Document.objects.filter(pk=document.pk).update(
        state=State.APPROVED, approved_at=document.received_at, approved_by="ana"
    )
    return document


def first(organization: Organization) -> Document:
    return read(organization, pdf(odd_paper(VALUES, FIRST_LINES)), CONTROL)


def following(organization: Organization, flags: dict[str, dict[str, str]]) -> Document:
    return read(organization, pdf(odd_paper(NEXT_VALUES, NEXT_LINES)), flags)


def test_the_next_paper_is_right_after_one_was_corrected(nordlicht: Organization) -> None:
    learning.learn(document_id=approved(first(nordlicht), VALUES).pk)

    document = following(nordlicht, CANDIDATE)

    assert values(document) == NEXT_VALUES
    assert set(
        FieldValue.objects.filter(document=document, name__in=VALUES).values_list(
            "source", flat=True
        )
    ) == {"layout"}


def test_without_the_flag_nothing_is_remembered(nordlicht: Organization) -> None:
    learning.learn(document_id=approved(first(nordlicht), VALUES).pk)

    found = values(following(nordlicht, CONTROL))

    assert not found.items() & NEXT_VALUES.items()


def test_another_company_learns_nothing_of_it(nordlicht: Organization) -> None:
    learning.learn(document_id=approved(first(nordlicht), VALUES).pk)
    other = OrganizationFactory(name="Nordlicht Süd GmbH", vat_numbers=["DE136695976"])

    found = values(following(other, CANDIDATE))

    assert not found.items() & NEXT_VALUES.items()


def test_learning_twice_keeps_one_layout(nordlicht: Organization) -> None:
    document = approved(first(nordlicht), VALUES)

    learning.learn(document_id=document.pk)
    learning.learn(document_id=document.pk, added_later=True)

    (layout,) = LayoutMemory.objects.for_organization(nordlicht)
    assert layout.document == document


def test_a_paper_nobody_corrected_teaches_nothing(nordlicht: Organization) -> None:
    document = first(nordlicht)
    confirmed = {row.name: row.value for row in FieldValue.objects.filter(document=document)}

    learning.learn(document_id=approved(document, confirmed).pk)

    assert not LayoutMemory.objects.for_organization(nordlicht).exists()


def test_a_paper_that_is_not_approved_teaches_nothing(nordlicht: Organization) -> None:
    document = approved(first(nordlicht), VALUES)
    Document.objects.filter(pk=document.pk).update(state=State.IN_REVIEW)

    learning.learn(document_id=document.pk)
    learning.learn(document_id=0)

    assert not LayoutMemory.objects.for_organization(nordlicht).exists()


def test_an_approval_rings_for_learning(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    item = people.in_review(cast.nordlicht, people.paper(), doubt="invoice_number")

    with django_capture_on_commit_callbacks(execute=True):
        document = actions.correct(
            item=item,
            by=cast.ana,
            version=item.document.version,
            field="invoice_number",
            reading=actions.Reading("RG-2024-9999"),
        )
        item = ReviewItem.objects.get(pk=item.pk)
        actions.approve(item=item, by=cast.ana, version=document.version, accept_doubts=True)

    queue = django_rq.get_queue(document.queue)
    (bell,) = [job for job in queue.jobs if job.func_name == "zohodocs.jobs.learning.learn"]
    learning.learn(**bell.kwargs)
    assert LayoutMemory.objects.for_organization(cast.nordlicht).count() == 1
