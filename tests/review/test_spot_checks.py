"""Some of what the machine approved by itself is looked at afterwards, and bounds its errors."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from review import actions, team
from tests.cast import Cast, client_of, fresh
from tests.factories import DocumentFactory, PolicyFactory
from zohodocs.models import (
    AuditEvent,
    Correction,
    Document,
    FieldValue,
    ReviewItem,
    ReviewKind,
    Verdict,
)
from zohodocs.pipeline.lookups import BooksOfAccount
from zohodocs.posting import record
from zohodocs.rollout import spot_checks
from zohodocs.rollout.spot_checks import Checked

# At two percent, of the codes 0 to 999: for ever.
DRAWN_OF_A_THOUSAND = 27


def posted(cast: Cast, *, by: str = "worker") -> Document:
    """A posted document, approved by the machine unless it says otherwise."""
    now = timezone.now()
    made: Document = DocumentFactory(
        organization=cast.nordlicht,
        state="posted",
        approved_by=by,
        approved_at=now,
        decided_at=now,
    )
    return made


@pytest.fixture
def drawn(cast: Cast, item: ReviewItem) -> ReviewItem:
    """Becker's invoice, posted without a person, and drawn."""
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=100)
    now = timezone.now()
    Document.objects.filter(pk=item.document_id).update(
        state="posted", approved_by="worker", approved_at=now, decided_at=now
    )
    ReviewItem.objects.all().delete()
    record.draw_for_a_spot_check(fresh(item.document))
    found: ReviewItem = ReviewItem.objects.get()
    return found


def answer(cast: Cast, item: ReviewItem, verdict: str, **said: str) -> int:
    sent = {"version": fresh(item.document).version, "verdict": verdict, **said}
    response = client_of(cast.ana).post(reverse("review:spot_check", args=[item.code]), sent)
    item.refresh_from_db()
    return int(response.status_code)


def test_one_in_fifty_is_drawn_by_its_code_and_stays_drawn(cast: Cast) -> None:
    documents = [posted(cast) for _ in range(3)]
    many = [
        Document(organization=cast.nordlicht, approved_by="worker", code=UUID(int=number))
        for number in range(1000)
    ]

    found = [spot_checks.is_drawn(each) for each in many]

    assert sum(found) == DRAWN_OF_A_THOUSAND
    assert found == [spot_checks.is_drawn(each) for each in many]
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=0)
    assert not any(spot_checks.is_drawn(each) for each in documents)


def test_a_higher_share_only_adds(cast: Cast) -> None:
    many = [Document(organization=cast.nordlicht, approved_by="worker") for _ in range(300)]
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=Decimal("5.5"))
    few = {each.code for each in many if spot_checks.is_drawn(each)}
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=30)

    assert few
    assert few < {each.code for each in many if spot_checks.is_drawn(each)}


def test_what_a_person_approved_is_never_drawn(cast: Cast) -> None:
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=100)

    record.draw_for_a_spot_check(posted(cast, by="ana"))

    assert not ReviewItem.objects.exists()


def test_a_question_about_the_entry_stands_beside_it(cast: Cast) -> None:
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=100)
    document = posted(cast)
    for _ in range(2):
        record.draw_for_a_spot_check(document)

    record.ask(document, ReviewKind.AUDIT, code="file_refused", message="The file was refused.")

    assert sorted(each.reason for each in ReviewItem.objects.all()) == [
        "file_refused",
        "spot_check",
    ]


def test_the_desk_asks_with_the_paper_beside_what_was_posted(cast: Cast, drawn: ReviewItem) -> None:
    page = client_of(cast.ana).get(reverse("review:item", args=[drawn.code])).text

    assert "All of it is right" in page
    assert "Approved without a person; it stands in Zoho Books." in page
    assert "What was posted</summary>" in page
    assert 'name="right-gross_total" value="1121.69"' in page


def test_right_closes_it_and_changes_nothing_else(cast: Cast, drawn: ReviewItem) -> None:
    assert answer(cast, drawn, "right") == 303

    assert (drawn.state, drawn.verdict, drawn.decided_by) == ("done", Verdict.ACCEPT, cast.ana)
    assert fresh(drawn.document).state == "posted"
    assert not Correction.objects.exists()
    assert AuditEvent.objects.get(verb="review.spot_checked").data["wrong"] == []


def test_wrong_keeps_what_the_paper_says_as_corrections(cast: Cast, drawn: ReviewItem) -> None:
    other = cast.telephone
    assert fresh(drawn.document).account != other
    said = {"right-gross_total": "1.121,96", "right-invoice_number": "RG-2024-0334"}

    assert answer(cast, drawn, "wrong", account=str(other.code), note="two pages", **said) == 303

    assert (drawn.verdict, drawn.note) == (Verdict.WRONG, "two pages")
    kept = {each.field: (each.before, each.after) for each in Correction.objects.all()}
    assert kept["gross_total"] == ("1121.69", "1121.96")
    assert set(kept) == {"gross_total", "account"}
    assert AuditEvent.objects.get(verb="review.spot_checked").data["wrong"] == [
        "gross_total",
        "account",
    ]
    # An entry is only changed by two people.
    assert fresh(drawn.document).gross_total == Decimal("1121.69")


def test_wrong_without_a_difference_is_right(cast: Cast, drawn: ReviewItem) -> None:
    """A stored value may be one that nobody could type: left as it stood it is no answer."""
    values = FieldValue.objects.filter(document=drawn.document)
    values.filter(name="supplier_tax_id").update(value="201/123/40209")
    values.filter(name="iban").update(value="DE00 broken")

    sent = {f"right-{row.name}": row.value for row in values.all()}
    answer(cast, drawn, "wrong", **sent)

    assert drawn.verdict == Verdict.ACCEPT
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    "said", [{"right-issue_date": "some day"}, {"account": "5a5f1de5-0000-0000-0000-000000000000"}]
)
def test_what_cannot_be_read_is_said_and_nothing_is_kept(
    cast: Cast, drawn: ReviewItem, said: Mapping[str, str]
) -> None:
    version = fresh(drawn.document).version
    sent = {"version": version, "verdict": "wrong", "note": "and this", **said}
    page = client_of(cast.ana).post(reverse("review:spot_check", args=[drawn.code]), sent)
    drawn.refresh_from_db()

    assert page.status_code == 422
    assert "and this" in page.text  # what was typed is not lost
    assert all(text in page.text for name, text in said.items() if name != "account")
    assert drawn.state == "open"
    assert not Correction.objects.exists()


def test_the_same_answer_twice_counts_once_and_another_is_stale(
    cast: Cast, drawn: ReviewItem
) -> None:
    version = fresh(drawn.document).version
    for _ in range(2):
        actions.answer_spot_check(item=drawn, by=cast.ana, version=version)

    assert AuditEvent.objects.filter(verb="review.spot_checked").count() == 1
    with pytest.raises(actions.StaleVersion):
        actions.answer_spot_check(item=drawn, by=cast.bob, version=version)


def test_only_who_decides_here_answers_and_only_a_spot_check(cast: Cast, drawn: ReviewItem) -> None:
    version = fresh(drawn.document).version
    with pytest.raises(actions.NotAllowed):
        actions.answer_spot_check(item=drawn, by=cast.omar, version=version)
    ReviewItem.objects.filter(pk=drawn.pk).update(kind=ReviewKind.AUDIT)
    drawn.refresh_from_db()
    with pytest.raises(actions.Refused):
        actions.answer_spot_check(item=drawn, by=cast.ana, version=version)


def test_the_lead_sees_how_wrong_the_machine_is_at_most(cast: Cast, drawn: ReviewItem) -> None:
    page = client_of(cast.bob).get(reverse("review:team")).text
    assert "looked at" in page
    answer(cast, drawn, "wrong", note="not ours")

    found = spot_checks.by_company([cast.nordlicht])

    assert found[cast.nordlicht.pk] == Checked(right=0, wrong=1, waiting=0)
    figures = team.of([cast.nordlicht], since=drawn.opened_at, now=drawn.opened_at)
    assert figures.checked == [("Nordlicht GmbH", Checked(0, 1, 0), 1.0)]


def test_no_other_button_closes_it(cast: Cast, drawn: ReviewItem) -> None:
    with pytest.raises(actions.Refused):
        actions.accept_standing(item=drawn, by=cast.ana, version=fresh(drawn.document).version)


def test_checks_of_another_percentage_are_not_added(cast: Cast, drawn: ReviewItem) -> None:
    actions.answer_spot_check(item=drawn, by=cast.ana, version=fresh(drawn.document).version)
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=100, hold_seconds=5)
    assert spot_checks.by_company()[cast.nordlicht.pk] == Checked(1, 0, 0)

    PolicyFactory(organization=cast.nordlicht, spot_check_percent=1)

    assert spot_checks.by_company()[cast.nordlicht.pk] == Checked(0, 0, 0)


def test_of_several_companies_the_worst_is_said() -> None:
    one, other = Checked(1000, 0, 0), Checked(90, 10, 0)

    assert spot_checks.most_of_any([one, other]) >= other.most() > 0.1
    assert spot_checks.most_of_any([]) == 1.0


def test_an_account_found_wrong_is_no_habit(cast: Cast, drawn: ReviewItem) -> None:
    document = fresh(drawn.document)
    vendor = document.vendor
    assert vendor is not None
    assert document.account is not None
    books = BooksOfAccount(cast.nordlicht)
    assert books.history(str(vendor.code)) == {str(document.account.code): 1}

    answer(cast, drawn, "wrong", account=str(cast.telephone.code))

    assert books.history(str(vendor.code)) == {}


def test_the_bound_holds_at_every_look() -> None:
    """A machine that errs in 1 of 100: how often is the bound ever below that, over 600 checks?"""
    generator, missed = random.Random(7), 0
    for _ in range(300):
        wrong = 0
        for checks in range(1, 601):
            wrong += generator.random() < 0.01
            if checks % 20 == 0 and Checked(checks - wrong, wrong, 0).most() < 0.01:
                missed += 1
                break
    assert missed <= 15
    assert Checked(0, 0, 5).most() == 1.0
    assert Checked(1000, 0, 0).most() < 0.0101
