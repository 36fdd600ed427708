"""POST /review/<uuid>/decide/: the verdict, and the item that follows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from review import questions
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import DocumentFactory, PolicyFactory
from tests.page import HTMX, Answer, part
from zohodocs.models import (
    AuditEvent,
    Document,
    FieldValue,
    ReviewItem,
    ReviewState,
    State,
    Vendor,
    VendorBankAccount,
    VendorTaxKey,
)

IBAN = "DE89370400440532013000"


@pytest.fixture
def ready(cast: Cast) -> ReviewItem:
    """Becker's invoice, nothing left to decide."""
    return people.in_review(
        cast.nordlicht, people.paper(**{"RG-2024-0334": "RG-1", "18.04.2024": people.printed(60)})
    )


def send(user: User, item: ReviewItem, verdict: str, htmx: bool = True, **data: object) -> Answer:
    body = {"version": fresh(item.document).version, "verdict": verdict, **data}
    address = reverse("review:decide", args=[item.code])
    return client_of(user).post(address, body, headers=HTMX if htmx else {})


def verbs_of(document: Document) -> list[str]:
    return list(
        AuditEvent.objects.filter(document=document).order_by("pk").values_list("verb", flat=True)
    )


def test_approve_moves_it_into_the_hold_and_shows_the_next(
    cast: Cast, ready: ReviewItem, item: ReviewItem
) -> None:
    before = timezone.now()

    response = send(cast.ana, ready, "approve")

    document = fresh(ready.document)
    page = part(response)
    assert (document.state, document.approved_by) == (State.APPROVED, "ana")
    assert document.hold_until is not None
    assert timedelta(seconds=25) < document.hold_until - before < timedelta(seconds=60)
    assert response["HX-Push-Url"] == reverse("review:item", args=[item.code])
    assert page.ids == ["desk", "toasts"]
    assert "approved" in page.one("#toasts").text
    assert page.has("[data-undo]")
    assert "review.approved" in verbs_of(document)


def test_without_javascript_it_redirects_to_the_next(
    cast: Cast, ready: ReviewItem, item: ReviewItem
) -> None:
    response = send(cast.ana, ready, "approve", htmx=False)

    assert response.status_code == 303
    assert response["Location"] == reverse("review:item", args=[item.code])


def test_after_the_last_one_the_desk_says_that_all_is_done(cast: Cast, ready: ReviewItem) -> None:
    page = part(send(cast.ana, ready, "approve"))

    assert page.one("#nothing-title").text == "All done"


def test_approve_is_refused_while_a_question_is_open_and_names_it(
    cast: Cast, item: ReviewItem
) -> None:
    response = send(cast.ana, item, "approve")

    assert response.status_code == 422
    assert response["HX-Retarget"] == "#panel"
    assert part(response).one(".panel-body .notice-bad").text == "Answer first: Invoice number"
    assert fresh(item.document).state == State.IN_REVIEW


def test_approve_is_refused_while_something_blocks(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper(**{"1.121,69_€": "1.130,00 €"}))

    response = send(cast.ana, item, "approve")

    assert response.status_code == 422
    assert "do not make the total" in part(response).one(".panel-body .notice-bad").text


def test_sent_twice_it_is_one_approval(cast: Cast, ready: ReviewItem) -> None:
    seen = ready.document.version

    first = send(cast.ana, ready, "approve", version=seen)
    second = send(cast.ana, ready, "approve", version=seen)

    assert (first.status_code, second.status_code) == (200, 200)
    assert verbs_of(ready.document).count("review.approved") == 1


def test_who_comes_second_gets_409_and_who_was_first(cast: Cast, ready: ReviewItem) -> None:
    seen = ready.document.version
    send(cast.ana, ready, "approve", version=seen)

    response = send(cast.bob, ready, "reject", version=seen, reason="no")

    page = part(response)
    assert response.status_code == 409
    assert "ana approved it" in page.one(".notice-bad").text
    assert not page.has("[data-approve]")
    assert fresh(ready.document).state == State.APPROVED


def test_reject_needs_a_reason_and_keeps_it(cast: Cast, ready: ReviewItem) -> None:
    assert send(cast.ana, ready, "reject", reason=" ").status_code == 422

    send(cast.ana, ready, "reject", reason="Not ordered by us")

    document = fresh(ready.document)
    assert (document.state, document.close_reason) == (State.REJECTED, "Not ordered by us")
    assert "Not ordered" not in str(AuditEvent.objects.filter(document=document).last().data)  # type: ignore[union-attr]  # there is one


def test_file_keeps_it_without_posting(cast: Cast, ready: ReviewItem) -> None:
    send(cast.ana, ready, "file")

    item = ReviewItem.objects.get(pk=ready.pk)
    assert fresh(ready.document).state == State.FILED
    assert (item.state, item.verdict, item.decided_by) == (ReviewState.DONE, "file", cast.ana)


def test_a_copy_is_closed_with_its_original(cast: Cast, ready: ReviewItem) -> None:
    original = DocumentFactory(organization=cast.nordlicht, posted=True)

    send(cast.ana, ready, "duplicate", of=original.code)

    document = fresh(ready.document)
    assert (document.state, document.duplicate_of) == (State.DUPLICATE, original)


def test_a_copy_of_a_strangers_document_or_of_itself_is_refused(
    cast: Cast, ready: ReviewItem
) -> None:
    foreign = DocumentFactory(posted=True)

    assert send(cast.ana, ready, "duplicate", of=foreign.code).status_code == 422
    assert send(cast.ana, ready, "duplicate", of=ready.document.code).status_code == 422
    assert send(cast.ana, ready, "duplicate").status_code == 422
    assert fresh(ready.document).state == State.IN_REVIEW


def test_only_those_who_decide_decide(cast: Cast, ready: ReviewItem) -> None:
    assert send(cast.omar, ready, "approve").status_code == 422
    assert send(cast.stine, ready, "approve").status_code == 404
    address = reverse("review:decide", args=[ready.code])
    assert client_of(cast.ana).get(address).status_code == 405
    assert fresh(ready.document).state == State.IN_REVIEW


def test_nonsense_is_422(cast: Cast, ready: ReviewItem) -> None:
    assert send(cast.ana, ready, "explode").status_code == 422
    assert send(cast.ana, ready, "approve", version="x").status_code == 422


def test_four_eyes_want_a_second_person_with_the_role(cast: Cast) -> None:
    PolicyFactory(organization=cast.nordlicht, four_eyes_above=Decimal(1000))
    item = people.in_review(cast.nordlicht, people.paper())

    first = send(cast.ana, item, "approve")
    again = send(cast.ana, item, "approve")
    assert fresh(item.document).state == State.IN_REVIEW
    assert "Another person" in part(first).one("#toasts").text
    assert again.status_code == 422

    send(cast.bob, item, "approve")
    document = fresh(item.document)
    assert (document.state, document.approved_by) == (State.APPROVED, "ana + bob")


def test_a_correction_takes_the_first_approval_away(cast: Cast) -> None:
    PolicyFactory(organization=cast.nordlicht, four_eyes_above=Decimal(1000))
    item = people.in_review(cast.nordlicht, people.paper())
    send(cast.ana, item, "approve")

    version = fresh(item.document).version
    client_of(cast.ana).post(
        reverse("review:correct", args=[item.code]),
        {"version": version, "field": "payment_terms", "value": "14 days"},
        headers=HTMX,
    )

    send(cast.bob, item, "approve")
    assert fresh(item.document).state == State.IN_REVIEW
    assert ReviewItem.objects.get(pk=item.pk).first_approval_by == cast.bob


def test_a_new_vendor_is_made_once_and_its_bank_account_is_known(cast: Cast) -> None:
    Vendor.objects.all().delete()
    item = people.in_review(cast.nordlicht, people.paper())
    FieldValue.objects.create(
        document=item.document, name="iban", value=IBAN, confidence=1, source="human"
    )
    client_of(cast.ana).post(
        reverse("review:vendor", args=[item.code]),
        {"version": fresh(item.document).version, "vendor": "new"},
        headers=HTMX,
    )
    _answer_all(cast, item)

    send(cast.ana, item, "approve")
    send(cast.bob, item, "approve")

    vendor = Vendor.objects.get()
    assert fresh(item.document).vendor == vendor
    assert (vendor.name, vendor.tax_id) == ("Becker Bürotechnik GmbH", "DE811907980")
    assert VendorTaxKey.objects.filter(vendor=vendor, key="DE811907980").exists()
    assert VendorBankAccount.objects.get(vendor=vendor).iban == IBAN


def test_a_known_vendor_is_never_overwritten(cast: Cast, ready: ReviewItem) -> None:
    before = Vendor.objects.values().get(pk=cast.becker.pk)

    send(cast.ana, ready, "approve")

    after = Vendor.objects.values().get(pk=cast.becker.pk)
    assert after == before


def _answer_all(cast: Cast, item: ReviewItem) -> None:
    """Look at every doubt that is left and accept it."""
    for question in questions.of(fresh(item.document)):
        for code in question.overrulable if question.waits else ():
            client_of(cast.ana).post(
                reverse("review:accept", args=[item.code]),
                {"version": fresh(item.document).version, "code": code, "reason": "called them"},
                headers=HTMX,
            )
