"""Posting: once, with the file, and only what was seen is said."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integrations.errors import OverBudget
from integrations.zoho_books import ZohoBooks
from review import actions
from tests.factories import MembershipFactory
from tests.posting.conftest import PDF, Desk
from zohodocs import clients
from zohodocs.models import AuditEvent, Document, Posting, ReviewItem

pytestmark = pytest.mark.django_db
CASH = {"payment_terms": "cash"}


def test_an_approved_invoice_becomes_a_bill_with_its_file(desk: Desk) -> None:
    document = desk.approved()

    outcome = desk.push(document)

    assert outcome.done == "confirmed"
    assert document.state == "posted"
    (bill,) = desk.bills()
    assert bill["bill_number"] == "RE-2024-118"
    assert float(bill["total"]) == 119
    assert bill["custom"]["cf_document_id"] == str(document.code)
    (file,) = bill["files"]
    assert file["name"] == f"{document.code}.pdf"
    assert file["sha256"] == document.sha256
    posting = desk.posting(document)
    assert posting.differences == []
    assert posting.bill_url.endswith(f"/{bill['bill_id']}")
    assert not ReviewItem.objects.exists()


def test_every_step_is_in_the_audit_trail(desk: Desk) -> None:
    document = desk.approved()

    desk.push(document)

    events = AuditEvent.objects.filter(document=document).order_by("sequence")
    assert list(events.values_list("verb", flat=True)) == [
        "bill.push.planned",
        "bill.push.sending",
        "bill.push.confirmed",
        "bill.file.attached",
    ]


def test_a_common_invoice_costs_four_calls(desk: Desk) -> None:
    desk.push(desk.approved(number="FIRST-1"))
    before = sum(desk.zoho.snapshot()["calls"].values())

    desk.push(desk.approved(number="SECOND-2"))

    # Look for its number, upsert, attach, read back: vendor, currency and access are known.
    assert sum(desk.zoho.snapshot()["calls"].values()) - before == 4


def test_pushing_again_changes_nothing(desk: Desk) -> None:
    document = desk.approved()
    desk.push(document)
    before = desk.zoho.snapshot()["bills"]

    outcome = desk.push(document)

    assert outcome.done == "confirmed"
    assert desk.zoho.snapshot()["bills"] == before


def test_a_credit_note_becomes_a_vendor_credit_of_positive_amounts(desk: Desk) -> None:
    document = desk.approved(
        document_type="credit_note",
        number="GS-7",
        values={"net_total": "-100.00", "tax_total": "-19.00", "gross_total": "-119.00"},
        tax_lines=[{"rate": "19", "base": "-100.00", "tax": "-19.00"}],
    )

    outcome = desk.push(document)

    assert document.state == "posted"
    assert outcome.done == "confirmed_without_file"
    (credit,) = desk.bills("vendor_credits")
    assert credit["vendor_credit_number"] == "GS-7"
    assert float(credit["total"]) == 119
    assert desk.posting(document).error_code == "file_not_possible"


def test_a_cash_receipt_becomes_an_expense_with_its_receipt(desk: Desk) -> None:
    document = desk.approved(
        document_type="receipt", number="4711", values={"payment_terms": "Barzahlung"}
    )

    outcome = desk.push(document)

    assert outcome.done == "confirmed", desk.posting(document).error_message
    (expense,) = desk.bills("expenses")
    assert float(expense["total"]) == 119
    assert expense["receipt_name"] == f"{document.code}.pdf"
    assert desk.posting(document).differences == []


def test_a_receipt_posted_before_the_database_was_restored_is_a_question(desk: Desk) -> None:
    paid: dict[str, Any] = {"document_type": "receipt", "number": "", "values": CASH}
    lost = desk.approved(**paid)
    desk.push(lost)
    # The backup is older than the receipt; whoever had handed it in does so again.
    Posting.objects.all().delete()
    again = desk.approved(content=PDF + b"%again\n", **paid)

    assert desk.push(again).done == "rejected"

    (expense,) = desk.bills("expenses")
    item = ReviewItem.objects.get(document=again)
    assert item.reason == "expense_already_in_zoho"
    assert expense["expense_id"] in item.message


def test_a_receipt_like_another_is_posted_when_a_person_says_so(desk: Desk) -> None:
    ana: User = MembershipFactory(organization=desk.organization).user
    paid: dict[str, Any] = {"document_type": "receipt", "number": "", "values": CASH}
    first = desk.approved(**paid)
    desk.push(first)
    second = desk.approved(content=PDF + b"%second\n", **paid)
    # Two tickets of one machine, both handed in: each is its own document.
    assert desk.push(second).done == "confirmed"
    Posting.objects.filter(document=first).delete()
    third = desk.approved(content=PDF + b"%third\n", **paid)
    assert desk.push(third).done == "rejected"
    item = ReviewItem.objects.get(document=third)

    actions.approve(item=item, by=ana, version=third.version, accept_doubts=True)
    Document.objects.update(hold_until=None)

    assert desk.push(third).done == "confirmed"
    assert len(desk.bills("expenses")) == 3


def test_a_receipt_of_two_tax_rates_paid_by_card_keeps_both(desk: Desk) -> None:
    document = desk.approved(
        document_type="receipt",
        number="4712",
        values={
            "payment_terms": "VISA",
            "net_total": "150.00",
            "tax_total": "22.50",
            "gross_total": "172.50",
        },
        tax_lines=[
            {"rate": "19", "base": "100.00", "tax": "19.00"},
            {"rate": "7", "base": "50.00", "tax": "3.50"},
        ],
    )

    outcome = desk.push(document)

    assert outcome.done == "confirmed", desk.posting(document).error_message
    (expense,) = desk.bills("expenses")
    assert float(expense["tax_amount"]) == 22.5
    assert desk.posting(document).differences == []


def test_a_receipt_that_does_not_say_how_it_was_paid_goes_to_a_person(desk: Desk) -> None:
    document = desk.approved(document_type="receipt", number="4711")

    desk.push(document)

    assert document.state == "in_review"
    assert document.approved_at is None
    item = ReviewItem.objects.get(document=document)
    assert item.reason == "paid_through_unclear"
    assert desk.bills("expenses") == []


def test_a_mended_document_is_posted_after_its_second_approval(desk: Desk) -> None:
    document = desk.approved(document_type="receipt", number="4711")
    desk.push(document)
    document.field_values.create(name="payment_terms", value="cash", confidence=1, source="human")
    _approve_again(document)

    desk.push(document)

    assert document.state == "posted"
    assert len(desk.bills("expenses")) == 1


def test_an_original_that_changed_on_disk_is_not_posted(desk: Desk) -> None:
    document = desk.approved()
    with document.original.storage.open(str(document.original.name), "wb") as file:
        file.write(b"%PDF-1.4 something else")

    desk.push(document)

    assert document.state == "in_review"
    assert ReviewItem.objects.get(document=document).reason == "original_changed"
    assert desk.bills() == []


def test_the_same_number_posted_meanwhile_goes_to_a_person(desk: Desk) -> None:
    desk.push(desk.approved())
    second = desk.approved(content=b"%PDF-1.4 the same paper, scanned again\n")

    desk.push(second)

    assert ReviewItem.objects.get(document=second).reason == "duplicate_invoice"
    assert len(desk.bills()) == 1


def test_a_refusal_of_zoho_reaches_the_person_in_zohos_words(desk: Desk) -> None:
    desk.break_next("PUT /bills", "code_200")
    document = desk.approved()

    desk.push(document)

    assert document.state == "in_review"
    item = ReviewItem.objects.get(document=document)
    assert "The tax is not valid on the date of the bill" in item.message
    assert desk.posting(document).state == "rejected"


def test_a_held_document_waits(desk: Desk) -> None:
    document = desk.approved(hold_until=timezone.now() + timedelta(seconds=30))

    outcome = desk.push(document)

    assert outcome.done == "held"
    assert document.state == "approved"


def test_another_total_in_zoho_is_shown_and_the_document_stays_posted(desk: Desk) -> None:
    desk.break_next("GET /bills/{id}", "wrong_total", times=2)
    document = desk.approved()

    desk.push(document)

    assert document.state == "posted"
    assert [d["field"] for d in desk.posting(document).differences] == ["total"]
    item = ReviewItem.objects.get(document=document)
    assert (item.kind, item.reason) == ("drift", "differs_in_zoho")


def test_an_e_invoice_gets_a_pdf_with_the_original_inside(desk: Desk) -> None:
    xml = "<Invoice><ID>RE-9</ID><Note>Łódź Straße Счёт</Note></Invoice>".encode()
    document = desk.approved(number="RE-9", content=xml, mime="application/xml")

    desk.push(document)

    assert document.state == "posted"
    (bill,) = desk.bills()
    (file,) = bill["files"]
    assert (file["name"], file["mime"]) == (f"{document.code}.pdf", "application/pdf")
    with clients.books_reader(desk.organization) as reader:
        attached = reader.bill_attachment(bill["bill_id"])
    with pikepdf.open(io.BytesIO(attached.content)) as pdf:
        inside = pdf.attachments[next(iter(pdf.attachments))].get_file().read_bytes()
    assert hashlib.sha256(inside).hexdigest() == document.sha256


def _approve_again(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(
        state="approved", approved_at=timezone.now(), approved_by="ana"
    )
    document.refresh_from_db()


def test_a_lease_that_ran_out_while_planning_leaves_nothing_that_looks_sent(desk: Desk) -> None:
    document = desk.approved()
    start = timezone.now()

    def now() -> datetime:
        leased = Posting.objects.filter(lease_until__isnull=False).exists()
        return start + timedelta(hours=1) if leased else start

    assert desk.push(document, now=now).done == "busy"

    posting = desk.posting(document)
    assert (posting.state, posting.attempts) == ("planned", 0)
    assert desk.bills() == []


def test_an_upload_that_a_worker_died_in_is_not_tried_again_by_hand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As a killed worker: nothing of ours catches it."""

    def killed(*_args: object, **_named: object) -> None:
        raise Killed

    def short(*_args: object, **_named: object) -> None:
        raise OverBudget("No calls are left.", scope="minute", retry_after=1)

    document = desk.approved()
    monkeypatch.setattr(ZohoBooks, "attach", short)
    desk.push(document)
    assert desk.posting(document).error_code == "overbudget"
    Posting.objects.update(not_before=None)
    monkeypatch.setattr(ZohoBooks, "attach", killed)
    with pytest.raises(Killed):
        desk.push(document)
    Posting.objects.update(lease_until=None)
    ana = MembershipFactory(organization=desk.organization, role="reviewer").user
    document.refresh_from_db()

    with pytest.raises(actions.Refused):
        actions.retry(document=document, by=ana, version=document.version)

    assert desk.posting(document).not_before is not None
