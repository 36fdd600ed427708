"""The questions on the panel: each answer has a number of its own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review import questions
from tests.cast import Cast, client_of, fresh
from tests.page import HTMX, part
from zohodocs.models import AuditEvent, Document, Finding, ReviewItem


def found(document: Document, code: str, **values: object) -> None:
    defaults = {"message": f"{code}.", "blocks": False, "review": True, "overrulable": True}
    Finding.objects.create(document=document, code=code, position=90, **(defaults | values))


@pytest.mark.parametrize(
    "finding",
    [
        {"code": "not_a_posting_document"},
        {"code": "not_ours", "field": "buyer_name", "blocks": True},
        {"code": "zero_total", "field": "gross_total"},
        {"code": "account_unsure", "field": "account"},
        {"code": "vendor_new", "field": "vendor"},
        {"code": "look_alike"},
        {"code": "duplicate_invoice", "blocks": True},
    ],
    ids=lambda finding: str(finding["code"]),
)
def test_no_two_answers_of_a_question_share_a_key(
    cast: Cast, item: ReviewItem, finding: dict[str, object]
) -> None:
    found(item.document, **finding)  # type: ignore[arg-type]  # the code is a text
    page = part(client_of(cast.ana).get(reverse("review:item", args=[item.code])))

    for question in questions.of(fresh(item.document)):
        keys = [each.get("data-key") for each in page.all(f"#q-{question.key} [data-key]")]

        assert keys == [str(number) for number in range(1, len(keys) + 1)]
        assert keys, question.key


def test_one_reason_accepts_all_a_question_says(cast: Cast, item: ReviewItem) -> None:
    found(item.document, "duplicate_invoice", blocks=True)
    found(item.document, "look_alike")
    client = client_of(cast.ana)
    page = part(client.get(reverse("review:item", args=[item.code])))
    codes = page.one("#q-duplicate form.accept input[name=code]").get("value")

    client.post(
        reverse("review:accept", args=[item.code]),
        {"version": item.document.version, "code": codes, "reason": "Another month."},
        headers=HTMX,
    )

    accepted = fresh(item.document).overruled
    assert accepted == {"duplicate_invoice": "Another month.", "look_alike": "Another month."}
    assert AuditEvent.objects.filter(verb="review.overruled").count() == 2


def test_looking_for_a_vendor_keeps_the_queue_as_it_is_filtered(
    cast: Cast, item: ReviewItem
) -> None:
    address = reverse("review:item", args=[item.code])
    page = part(client_of(cast.ana).get(f"{address}?sort=amount&page=1&q=Becker"))

    kept = page.all("form.search input[type=hidden]")

    assert [(each.get("name"), each.get("value")) for each in kept] == [
        ("sort", "amount"),
        ("q", "Becker"),
    ]


def test_a_part_brings_its_title(cast: Cast, item: ReviewItem) -> None:
    address = reverse("review:item", args=[item.code])
    client = client_of(cast.ana)

    alone, whole = (client.get(address, headers=headers) for headers in (HTMX, {}))

    for response in (alone, whole):
        titles = [each.text for each in part(response).all("title")]
        assert titles == ["Becker Bürotechnik GmbH · Review · ZohoDocs"]
