"""A vendor credit goes to the bill its paper names, once, or to a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.posting.conftest import Desk
from tests.posting.standing import in_zoho, posted, run
from zohodocs.models import Amendment, Document, Page, ReviewItem, ReviewKind
from zohodocs.posting import record

pytestmark = pytest.mark.django_db


def credit_note(desk: Desk, *words: str, **paper: Any) -> Document:
    document = desk.approved(document_type="credit_note", **paper)
    boxed = [[word, 0.1, 0.1, 0.2, 0.2] for word in words]
    Page.objects.create(document=document, number=1, width=600, height=800, words=boxed)
    assert desk.push(document).done == "confirmed_without_file"
    return document


def test_a_credit_goes_to_the_bill_its_paper_names_once(desk: Desk) -> None:
    bill = posted(desk)
    posted(desk, number="RE-2024-119")
    values = {"net_total": "10.00", "tax_total": "1.90", "gross_total": "11.90"}
    credit = credit_note(
        desk,
        "Gutschrift",
        "zu",
        "RE-2024-118,",
        "danke",
        number="GS-77",
        values=values,
        tax_lines=[{"rate": "19", "base": "10.00", "tax": "1.90"}],
    )
    amendment = Amendment.objects.get(posting__document=credit)
    desk.break_next("POST /bills/{id}/credits", "commit_then_reset")

    assert run(amendment) == "done"

    snapshot = {row["bill_id"]: row for row in desk.zoho.snapshot()["bills"]}
    assert float(snapshot[desk.posting(bill).bill_id]["balance"]) == 107.1
    (kept,) = desk.zoho.snapshot()["vendor_credits"]
    assert float(kept["balance"]) == 0
    assert desk.calls("POST /bills/{id}/credits") == 1


@pytest.mark.parametrize("words", [("Gutschrift",), ("RE-2024-118", "RE-2024-119")])
def test_a_credit_that_names_none_or_two_is_applied_to_none(
    desk: Desk, words: tuple[str, ...]
) -> None:
    posted(desk)
    posted(desk, number="RE-2024-119")

    credit_note(desk, *words, number="GS-77")

    assert not Amendment.objects.exists()


@pytest.mark.parametrize("reason", ["differs_in_zoho", "twice_in_zoho"])
def test_a_credit_in_question_is_not_applied_and_its_question_stays(
    desk: Desk, reason: str
) -> None:
    posted(desk)
    credit = credit_note(desk, "RE-2024-118", number="GS-77")
    record.ask(credit, ReviewKind.DRIFT, code=reason, message="Look at it.")

    assert run(Amendment.objects.get(posting__document=credit)) == "refused"

    assert desk.calls("POST /bills/{id}/credits") == 0
    assert ReviewItem.objects.get(document=credit, reason=reason).state == "open"
    said = ReviewItem.objects.get(document=credit, reason="not_possible", state="open").message
    assert "open question" in said


def test_a_credit_that_somebody_used_already_leaves_its_question_and_what_was_agreed(
    desk: Desk,
) -> None:
    bill = posted(desk)
    credit = credit_note(desk, "RE-2024-118", number="GS-77")
    posting = desk.posting(credit)
    applied = [{"vendor_credit_id": posting.bill_id, "amount_applied": 119}]
    path = f"/bills/{desk.posting(bill).bill_id}/credits"
    in_zoho(desk, "POST", path, {"apply_vendor_credits": applied})
    record.ask(credit, ReviewKind.DRIFT, code="differs_in_zoho", message="Look at it.")

    assert run(Amendment.objects.get(posting__document=credit)) == "done"

    assert ReviewItem.objects.get(document=credit).state == "open"
    after = desk.posting(credit)
    assert after.agreed == posting.agreed
    assert after.stands["status"] == "closed"


def test_a_credit_for_a_paid_bill_is_left_to_a_person(desk: Desk) -> None:
    bill = posted(desk)
    credit = credit_note(desk, "RE-2024-118", number="GS-77")
    other = desk.posting(posted(desk, document_type="credit_note", number="GS-1")).bill_id
    applied = [{"vendor_credit_id": other, "amount_applied": 119}]
    path = f"/bills/{desk.posting(bill).bill_id}/credits"
    in_zoho(desk, "POST", path, {"apply_vendor_credits": applied})

    assert run(Amendment.objects.get(posting__document=credit)) == "refused"
    assert "is paid" in ReviewItem.objects.get(document=credit).message
