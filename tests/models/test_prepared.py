"""Statements whose SQL is built once: the same answers as Django's own, from both databases."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tests.factories import DocumentFactory, OrganizationFactory, VendorFactory
from zohodocs.models import Document, FieldValue, Finding, Page, Vendor
from zohodocs.models.prepared import Rows, insert, prepared, update

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
built: list[tuple[object, ...]] = []


@prepared
def of_numbers(organization: Any, numbers: Any, before: Any) -> Any:
    built.append((organization, numbers, before))
    rows = Document.objects.filter(organization_id=organization, compared_number__in=numbers)
    if before is not None:
        rows = rows.filter(issue_date__lt=before)
    columns = ("compared_number", "gross_total", "issue_date", "line_items", "code")
    return rows.order_by("compared_number").values_list(*columns)


@prepared
def costing(gross: Any) -> Any:
    return Document.objects.filter(gross_total=gross)


def test_a_question_is_built_once_for_each_shape_of_its_arguments() -> None:
    ours = OrganizationFactory()
    built.clear()
    for number, day in (("A1", 1), ("B2", 2), ("C3", 3)):
        DocumentFactory(
            organization=ours,
            compared_number=number,
            issue_date=date(2026, 5, day),
            gross_total=Decimal("12.50"),
            line_items=[{"text": "Öl", "total": "12.50"}],
        )
    DocumentFactory(organization=OrganizationFactory(), compared_number="A1")

    def asked(*numbers: str, before: date | None = None) -> list[str]:
        return [row[0] for row in of_numbers(organization=ours.pk, numbers=numbers, before=before)]

    assert asked("A1", "C3") == ["A1", "C3"]
    assert asked("B2", "nobody's") == ["B2"]
    assert len(built) == 1
    assert asked("A1", "B2", "C3") == ["A1", "B2", "C3"]
    assert asked("A1", "C3", before=date(2026, 5, 3)) == ["A1"]
    assert len(built) == 3


def test_values_come_back_as_django_reads_them() -> None:
    document = DocumentFactory(
        compared_number="A1",
        gross_total=Decimal("12.50"),
        issue_date=date(2026, 5, 1),
        line_items=[{"text": "Öl"}],
    )
    ours = document.organization_id

    (row,) = of_numbers(organization=ours, numbers=("A1",), before=None)

    assert row == ("A1", Decimal("12.50"), date(2026, 5, 1), [{"text": "Öl"}], document.code)


def test_a_question_without_columns_gives_whole_rows() -> None:
    document = DocumentFactory(gross_total=Decimal("12.50"), overruled={"duplicate": "no"})
    DocumentFactory(gross_total=Decimal("12.51"))

    (found,) = costing(gross=Decimal("12.5"))

    assert found == document
    assert found.get_deferred_fields() == set()
    assert (found.overruled, found.received_at) == ({"duplicate": "no"}, document.received_at)
    found.filename = "renamed.pdf"
    found.save()
    document.refresh_from_db()
    assert document.filename == "renamed.pdf"


def test_an_update_says_how_many_rows_it_met() -> None:
    vendor = VendorFactory()
    document = DocumentFactory(organization=vendor.organization, version=4)
    now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    values = {
        "version": F("version") + 1,
        "vendor": vendor,
        "moved_at": now,
        "gross_total": Decimal("7.125"),
        "vendor_match": {"how": "human"},
        "due_date": None,
    }

    met = update(Document, where={"id": document.pk, "version": 4}, values=values)
    again = update(Document, where={"id": document.pk, "version": 4}, values=values)

    document.refresh_from_db()
    assert (met, again) == (1, 0)
    assert (document.version, document.vendor, document.moved_at) == (5, vendor, now)
    assert (document.gross_total, document.vendor_match) == (Decimal("7.125"), {"how": "human"})


def test_rows_get_defaults_of_their_own() -> None:
    ours = OrganizationFactory()
    rows = [
        {
            "organization_id": ours.pk,
            "channel": "upload",
            "filename": name,
            "original": "originals/x",
            "sha256": name,
            "size": 1,
            "kind": "pdf",
            "mime": "application/pdf",
        }
        for name in ("one", "two")
    ]

    assert insert(Rows(Document, rows)) == 2

    one, two = Document.objects.filter(organization=ours).order_by("filename")
    assert (one.state, one.version, one.flags, one.line_items) == ("received", 1, {}, [])
    assert one.code != two.code
    assert one.received_at <= two.received_at
    assert (one.issue_date, one.vendor) == (None, None)


def test_several_tables_are_one_statement_where_the_database_can() -> None:
    document = DocumentFactory()
    moment = datetime(2026, 5, 20, 12, 30, 1, 250, tzinfo=UTC)
    value = {
        "document_id": document.pk,
        "name": "gross_total",
        "value": 'said "12,50 €"\\n',
        "confidence": Decimal("0.9375"),
        "source": "rules",
        "box": [0.1, 0.25, 1 / 3, 0.5],
        "changed_at": moment,
    }
    finding = {"document_id": document.pk, "code": "sums", "message": "Größer.", "blocks": True}
    page = {"document_id": document.pk, "number": 1, "width": 595.2, "height": 841.92}

    with CaptureQueriesContext(
        connection,
    ) as asked:
        insert(
            Rows(FieldValue, [value]),
            Rows(Vendor, []),
            Rows(Finding, [finding] * 2),
            Rows(Page, [page]),
        )

    assert len(asked) == (1 if connection.vendor == "postgresql" else 3)
    kept = FieldValue.objects.get(document=document)
    assert (kept.value, kept.confidence) == (value["value"], value["confidence"])
    assert (kept.box, kept.others, kept.page) == (value["box"], [], None)
    assert kept.changed_at == moment
    assert [row.blocks for row in Finding.objects.filter(document=document)] == [True, True]
    assert (Page.objects.get(document=document).width, insert()) == (595.2, 0)


def test_a_column_that_is_not_there_is_refused() -> None:
    row = {"document_id": DocumentFactory().pk, "code": "sums", "mesage": "Lost."}

    with pytest.raises(TypeError, match="Finding has no mesage"):
        insert(Rows(Finding, [row]))


@pytest.mark.parametrize("value", [Decimal("1.5"), datetime(2026, 5, 20, tzinfo=UTC)])
def test_what_json_cannot_say_is_refused_inside_it(value: object) -> None:
    row = {"document_id": DocumentFactory().pk, "code": "sums", "message": "", "data": [value]}

    with pytest.raises(TypeError, match="not JSON serializable"):
        insert(Rows(Finding, [row]))


def test_after_an_error_nothing_of_the_transaction_is_kept() -> None:
    document = DocumentFactory(filename="before.pdf")
    row = {"document_id": document.pk, "number": 1, "width": 1.0, "height": 1.0}

    @transaction.atomic
    def half() -> None:
        Document.objects.filter(pk=document.pk).update(filename="after.pdf")
        with suppress(IntegrityError):
            insert(Rows(Page, [row, row]))
        Document.objects.filter(pk=document.pk).update(filename="later.pdf")

    with pytest.raises(TransactionManagementError):
        half()

    document.refresh_from_db()
    assert document.filename == "before.pdf"


def test_a_row_that_is_there_stays_or_is_overwritten_as_asked() -> None:
    document = DocumentFactory()
    row = {"document_id": document.pk, "number": 1, "width": 1.0, "height": 1.0}
    wider = row | {"width": 2.0, "height": 2.0}
    key = ("document_id", "number")
    insert(Rows(Page, [row]))

    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Rows(Page, [row]))
    assert insert(Rows(Page, [wider], unique=key)) == 0
    assert Page.objects.get(document=document).width == 1.0
    assert insert(Rows(Page, [wider], unique=key, overwrite=("width",))) == 1
    assert Page.objects.values_list("width", "height").get(document=document) == (2.0, 1.0)
