"""Some of what the machine approved by itself is looked at afterwards, and bounds its errors."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

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
    ReviewItem,
    ReviewKind,
    Verdict,
)
from zohodocs.posting import record
from zohodocs.rollout import spot_checks
from zohodocs.rollout.spot_checks import Checked


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
    many = [Document(organization=cast.nordlicht, approved_by="worker") for _ in range(1000)]

    found = [spot_checks.is_drawn(each) for each in many]

    assert 8 <= sum(found) <= 36
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


def test_another_question_about_the_entry_is_not_hidden_by_it(cast: Cast) -> None:
    PolicyFactory(organization=cast.nordlicht, spot_check_percent=100)
    document = posted(cast)
    record.ask(document, ReviewKind.AUDIT, code="file_refused", message="The file was refused.")

    record.draw_for_a_spot_check(document)

    assert [each.reason for each in ReviewItem.objects.all()] == ["file_refused"]


def test_the_desk_asks_with_the_paper_beside_what_was_posted(cast: Cast, drawn: ReviewItem) -> None:
    page = client_of(cast.ana).get(reverse("review:item", args=[drawn.code])).text

    assert "All of it is right" in page
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
    answer(cast, drawn, "wrong", **{"right-gross_total": "1121.69"})

    assert drawn.verdict == Verdict.ACCEPT


@pytest.mark.parametrize(
    "said", [{"right-issue_date": "some day"}, {"account": "5a5f1de5-0000-0000-0000-000000000000"}]
)
def test_what_cannot_be_read_is_said_and_nothing_is_kept(
    cast: Cast, drawn: ReviewItem, said: Mapping[str, str]
) -> None:
    assert answer(cast, drawn, "wrong", **said) == 422

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
    ReviewItem.objects.filter(pk=drawn.pk).update(reason="rolled_back")
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
    assert figures.checked_by_company == [("Nordlicht GmbH", Checked(0, 1, 0))]
    assert "At most 100" in client_of(cast.bob).get(reverse("review:team")).text


def test_the_bound_holds_at_every_look() -> None:
    """A machine that errs in 1 of 100: how often is the bound ever below that, over 600 checks?"""
    generator, missed = random.Random(7), 0
    for _ in range(300):
        wrong = 0
        for checks in range(1, 601):
            wrong += generator.random() < 0.01
            if checks % 20 == 0 and Checked(checks - wrong, wrong, 0).most < 0.01:
                missed += 1
                break
    assert missed <= 15
    assert Checked(0, 0, 5).most == 1.0
    assert Checked(1000, 0, 0).most < 0.0101
