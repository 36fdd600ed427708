"""Posting into a Zoho Books that is not our sandbox: the same promises hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from integrations.zoho_books.sandbox import Sandbox
from tests.factories import OrganizationFactory
from tests.posting.conftest import Desk, connect
from tests.posting.foreign_zoho import ForeignZoho
from tests.posting.waiting import until_done
from zohodocs import clients
from zohodocs.models import Connection, Document, Organization, ReviewItem
from zohodocs.posting import reference

pytestmark = pytest.mark.django_db

# 19 % of each line is rounded up: 3 x 0.48 and not the 1.43 of their sum.
_LINES = [
    {"description": name, "quantity": "1", "unit_price": "2.50", "line_total": "2.50",
     "tax_rate": "19"}
    for name in ("Pens", "Pencils", "Paper")
]  # fmt: skip  # one line of the bill
_SUMS = {"net_total": "7.50", "tax_total": "1.43", "gross_total": "8.93"}


@pytest.fixture
def foreign(request: pytest.FixtureRequest) -> Iterator[ForeignZoho]:
    with ForeignZoho(getattr(request, "param", None)) as zoho:
        yield zoho


@pytest.fixture
def abroad(db: None, foreign: ForeignZoho, settings: Any, tmp_path: Path) -> Desk:
    """The desk of a company whose books are there."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    settings.UNKNOWN_GRACE_SECONDS = 0.4
    foreign.add_vendor("Bürobedarf Lindner KG", "DE129273398")
    organization: Organization = OrganizationFactory()
    sandbox = cast(Sandbox, foreign)
    connect(organization, sandbox)
    with clients.books_reader(organization) as reader:
        reference.refresh(organization, reader=reader, vendors=True)
    return Desk(organization, sandbox)


def once(fitting: str, change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    """Spoil the first answer to such a call."""
    spent: list[str] = []

    def spoil(called: str, body: bytes) -> bytes:
        if called != fitting or spent:
            return body
        spent.append(called)
        return change(body)

    return spoil


def test_an_invoice_becomes_one_bill_with_its_file(abroad: Desk, foreign: ForeignZoho) -> None:
    document = abroad.approved()

    assert until_done(abroad, document) == "confirmed"

    (bill,) = foreign.bills.values()
    assert bill["total"] == "119.00"
    ((name, _content),) = foreign.files[bill["bill_id"]]
    assert name == f"{document.code}.pdf"
    assert abroad.posting(document).differences == []


@pytest.mark.parametrize("foreign", [(uuid4() for _ in repeat(None))], indirect=True, ids=["uuid"])
def test_an_id_need_not_be_a_number(abroad: Desk, foreign: ForeignZoho) -> None:
    document = abroad.approved()

    assert until_done(abroad, document) == "confirmed"
    assert abroad.posting(document).bill_id in foreign.bills


def test_a_cent_that_zoho_rounds_otherwise_is_adjusted_to_the_printed_total(
    abroad: Desk, foreign: ForeignZoho
) -> None:
    document = abroad.approved(
        lines=_LINES, tax_lines=[{"rate": "19", "base": "7.50", "tax": "1.43"}], values=_SUMS
    )

    assert until_done(abroad, document) == "confirmed"

    (bill,) = foreign.bills.values()
    assert bill["total"] == "8.93"
    assert len(bill["line_items"]) == 3
    assert bill["adjustment_description"]
    kept = abroad.posting(document).payload
    assert Decimal(kept["adjustment"]) == Decimal(str(bill["adjustment"])) != 0
    assert kept["adjustment_description"] == bill["adjustment_description"]
    assert not ReviewItem.objects.filter(document=document).exists()
    assert len(foreign.files[bill["bill_id"]]) == 1


def test_a_bill_that_somebody_changes_meanwhile_is_not_adjusted(
    abroad: Desk, foreign: ForeignZoho
) -> None:
    def edited(body: bytes) -> bytes:
        (bill,) = foreign.bills.values()
        bill["notes"], bill["last_modified_time"] = "mine", "2030-01-01T00:00:00+0000"
        return body

    foreign.spoil = once("PUT /bills", edited)
    document = abroad.approved(
        lines=_LINES, tax_lines=[{"rate": "19", "base": "7.50", "tax": "1.43"}], values=_SUMS
    )

    until_done(abroad, document)

    (bill,) = foreign.bills.values()
    assert bill["notes"] == "mine"
    assert ReviewItem.objects.get(document=document).reason == "differs_in_zoho"


@pytest.mark.parametrize("field", ["cf_document_id", ""])
def test_an_answer_cut_in_half_leaves_one_bill(
    abroad: Desk, foreign: ForeignZoho, field: str
) -> None:
    Connection.objects.update(document_field=field)
    called = "PUT /bills" if field else "POST /bills"
    foreign.spoil = once(called, lambda body: body[: len(body) // 2])
    document = abroad.approved()

    assert until_done(abroad, document) == "confirmed"

    assert len(foreign.bills) == 1
    assert sum(len(files) for files in foreign.files.values()) == 1


def test_an_answer_about_another_bill_is_not_believed(abroad: Desk, foreign: ForeignZoho) -> None:
    first = abroad.approved(number="RE-1")
    assert until_done(abroad, first) == "confirmed"
    (theirs,) = foreign.bills

    def mixed_up(body: bytes) -> bytes:
        return json.dumps({"code": 0, "bill": foreign.bills[theirs]}).encode()

    Connection.objects.update(document_field="")
    foreign.spoil = once("POST /bills", mixed_up)
    second = abroad.approved(number="RE-2")

    assert until_done(abroad, second) == "confirmed"
    assert abroad.posting(second).bill_id != theirs
    assert len(foreign.bills) == 2


def test_a_bill_posted_before_the_database_was_restored_is_not_overwritten(
    abroad: Desk, foreign: ForeignZoho
) -> None:
    document = abroad.approved()
    until_done(abroad, document)
    (bill,) = foreign.bills.values()
    bill["notes"] = "paid from the small account"  # an accountant's own words
    # The backup knows the document as approved and nothing of its posting.
    abroad.posting(document).delete()
    Document.objects.filter(pk=document.pk).update(state="approved")

    assert until_done(abroad, document) == "confirmed"

    (bill,) = foreign.bills.values()
    assert bill["notes"] == "paid from the small account"
    assert len(foreign.files[bill["bill_id"]]) == 1
