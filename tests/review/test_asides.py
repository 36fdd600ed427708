"""Beside the item: the vendor with a rule's replay, why it is here, what today would read."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review import vendor_panel, why
from review.actions import NotAllowed
from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import DocumentFactory
from zohodocs.models import AuditEvent, Correction, Document, FieldValue, ReviewItem, Rule


def booked(cast: Cast, account: object, *, proposed: str = "") -> Document:
    """An approved document of Becker's; `proposed`: what the machine had said instead."""
    document: Document = DocumentFactory(
        organization=cast.nordlicht, vendor=cast.becker, account=account, approved=True
    )
    if proposed:
        Correction.objects.create(
            document=document, field="account", before=proposed, after="x", by=cast.ana
        )
    return document


def test_a_rule_is_replayed_before_it_can_be_made(cast: Cast, item: ReviewItem) -> None:
    document = fresh(item.document)
    assert document.account == cast.furniture
    booked(cast, cast.furniture)  # as proposed: nothing would change
    booked(cast, cast.furniture, proposed="Telephone")  # people had to mend it: right
    booked(cast, cast.telephone)  # people left it there: wrong

    replay = vendor_panel.replay(document, cast.furniture)

    assert (replay.looked_at, replay.right, replay.wrong, replay.changed) == (3, 1, 1, 2)
    page = client_of(cast.bob).get(reverse("review:vendor_aside", args=[item.code]))
    assert "It would have changed 2 of 3: 1 right, 1 wrong." in page.content.decode()


def test_a_remembered_rule_chooses_the_account_of_the_next_paper(
    cast: Cast, item: ReviewItem
) -> None:
    Rule.objects.all().delete()

    response = client_of(cast.bob).post(reverse("review:remember", args=[item.code]))

    assert response.status_code == 200
    rule = Rule.objects.get()
    assert (rule.vendor_name, rule.account) == (str(cast.becker.code), cast.furniture)
    assert AuditEvent.objects.filter(verb="rule.remembered").exists()
    following = people.in_review(
        cast.nordlicht,
        people.paper(**{"RG-2024-0334": "RG-2024-0816", "Bürostuhl": "Etwas"}),
    )
    assert fresh(following.document).account_choice["how"] == "rule"
    client_of(cast.bob).post(reverse("review:remember", args=[item.code]))
    assert Rule.objects.count() == 1


def test_rules_are_made_by_approvers(cast: Cast, item: ReviewItem) -> None:
    with pytest.raises(NotAllowed):
        vendor_panel.remember(document=fresh(item.document), by=cast.ana)
    response = client_of(cast.ana).post(reverse("review:remember", args=[item.code]))
    assert response.status_code == 422
    assert Rule.objects.count() == 1  # the cast's own


def test_why_shows_readings_beside_what_stands(cast: Cast, item: ReviewItem) -> None:
    FieldValue.objects.filter(document=item.document, name="invoice_number").update(
        value="MENDED", source="human"
    )

    found = why.of(fresh(item.document))

    number = next(each for each in found.fields if each.now == "MENDED")
    assert number.differs
    assert list(number.readings) == ["RG-2024-0334"]
    page = client_of(cast.ana).get(reverse("review:why", args=[item.code])).content.decode()
    assert "MENDED" in page


def test_reading_again_shows_what_would_differ_and_touches_nothing(
    cast: Cast, item: ReviewItem
) -> None:
    FieldValue.objects.filter(document=item.document, name="invoice_number").update(value="WRONG")
    before = Document.objects.values().get(pk=item.document_id)

    with CaptureQueriesContext(connection) as queries:
        found = why.what_if(fresh(item.document))

    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert writes == []
    assert [(each.now, each.then) for each in found.changes if each.now == "WRONG"] == [
        ("WRONG", "RG-2024-0334")
    ]
    assert Document.objects.values().get(pk=item.document_id) == before
    page = client_of(cast.ana).get(reverse("review:what_if", args=[item.code])).content.decode()
    assert "Nothing was touched." in page


def test_the_vendor_nobody_knows_has_nothing_to_show(cast: Cast, item: ReviewItem) -> None:
    Document.objects.update(vendor=None)

    page = client_of(cast.ana).get(reverse("review:vendor_aside", args=[item.code]))

    assert "not known yet" in page.content.decode()
