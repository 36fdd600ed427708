"""The pages of a posting, without JavaScript: what waits and why, its life, its buttons."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import actions
from tests.cast import client_of
from tests.factories import MembershipFactory, UserFactory
from tests.page import Page, part
from tests.posting.conftest import Desk
from tests.posting.standing import in_zoho, later, posted, search
from tests.posting.test_entries import by_hand
from zohodocs.models import Amendment, AmendmentKind, Connection, Document, ReviewItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def ana(desk: Desk) -> User:
    return MembershipFactory(organization=desk.organization, user=UserFactory()).user


@pytest.fixture
def bob(desk: Desk) -> User:
    return MembershipFactory(
        organization=desk.organization, user=UserFactory(), role="approver"
    ).user


def look(client: Client, document: Document) -> Page:
    answer = client.get(reverse("posting", args=[document.code]))
    assert answer.status_code == 200
    return part(answer)


def press(client: Client, page: Page, action: str, **typed: str) -> Page:
    """Send the form of this address as a browser without JavaScript would."""
    form = next(form for form in page.all("form") if form.get("action") == action)
    hidden = page.all(f'form[action="{action}"] input[type="hidden"]')
    sent: dict[str, Any] = {
        str(field.get("name")): field.get("value") or ""
        for field in hidden
        if field.get("name") != "csrfmiddlewaretoken"
    }
    assert form.get("method") == "post"
    answer = client.post(action, {**sent, **typed}, follow=True)
    assert answer.status_code == 200
    return part(answer)


def test_what_waits_says_why_and_when_it_is_tried_again(desk: Desk, ana: User) -> None:
    desk.break_next("GET /bills", "429_block", retry_after=600)
    desk.push(desk.approved())

    page = part(client_of(ana).get(reverse("postings")))

    assert "Zoho asked us to slow down." in page.text
    assert "in 9 min" in page.text.replace("\xa0", " ") or "in 10" in page.text
    page = press(client_of(ana), page, reverse("review:retry", args=[_only().code]))
    assert "It is tried now." in page.text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("reconnect", "must be connected again"),
        ("wrong", "settings of the connection are wrong"),
    ],
)
def test_a_connection_that_needs_a_person_is_named(
    desk: Desk, ana: User, state: str, said: str
) -> None:
    desk.approved()
    Connection.objects.update(state=state)

    page = part(client_of(ana).get(reverse("postings")))

    assert said in page.text
    assert "not by itself" in page.text


def test_the_list_goes_on_page_by_page(desk: Desk, ana: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("zohodocs.web.postings._PAGE", 2)
    for number in ("A-1", "A-2", "A-3"):
        desk.approved(number=number)
    client = client_of(ana)

    first = part(client.get(reverse("postings")))
    following = first.one("#postings-rows p a.button").get("href") or ""
    second = part(client.get(reverse("postings") + following))

    assert len(first.all("tbody tr")) == 2
    assert len(second.all("tbody tr")) == 1


def test_a_stranger_sees_nothing(desk: Desk) -> None:
    document = desk.approved()
    stine = client_of(MembershipFactory(role="admin").user)

    assert not part(stine.get(reverse("postings"))).has("tbody tr")
    assert stine.get(reverse("posting", args=[document.code])).status_code == 404
    for verb in ("hold", "release", "retry", "adopt", "propose"):
        address = reverse(f"review:{verb}", args=[document.code])
        assert stine.post(address, {"version": 1}).status_code == 404
        assert stine.get(address).status_code == 405


def test_who_may_only_look_gets_no_buttons(desk: Desk) -> None:
    document = desk.approved()
    omar = MembershipFactory(organization=desk.organization, role="viewer").user

    page = look(client_of(omar), document)

    assert not page.has("main form")


def test_stop_and_release(desk: Desk, ana: User) -> None:
    document = desk.approved()
    client = client_of(ana)

    page = press(
        client, look(client, document), reverse("review:hold", args=[document.code]), why="Ask."
    )
    assert "Ask." in page.text
    assert desk.push(document).done == "held"
    press(client, page, reverse("review:release", args=[document.code]))
    assert desk.push(document).done == "confirmed"


def test_stop_and_take_back(desk: Desk, ana: User) -> None:
    document = desk.approved()
    client = client_of(ana)
    held = reverse("review:hold", args=[document.code])

    page = press(client, look(client, document), held, why="It is the wrong number.")
    press(client, page, reverse("review:take_back", args=[document.code]))

    document.refresh_from_db()
    assert document.state == "in_review"
    assert desk.push(document).done == "not_approved"


def test_the_life_shows_every_call_with_what_was_sent(desk: Desk, ana: User) -> None:
    desk.break_next("PUT /bills", "commit_then_reset")
    document = posted(desk)

    page = look(client_of(ana), document)

    assert "no answer: it may have been done" in page.text
    assert "PUT /bills" in page.text
    assert any("RE-2024-118" in sent.text for sent in page.all(".calls pre"))
    assert "saw it stand in Zoho Books" in page.text


def test_side_by_side_and_adopted(desk: Desk, ana: User) -> None:
    bill_id = by_hand(desk)
    document = desk.approved()
    desk.push(document)
    client = client_of(ana)

    page = look(client, document)
    assert "€119.00" in page.one(".candidate .differs").text
    assert "€500.00" in page.one(".candidate .differs").text
    press(client, page, reverse("review:adopt", args=[document.code]))

    assert desk.push(document).done == "confirmed"
    assert [bill["bill_id"] for bill in desk.bills()] == [bill_id]


def test_drift_is_seen_on_the_desk_compared_and_accepted(desk: Desk, ana: User) -> None:
    document = posted(desk)
    posting = desk.posting(document)
    later(posting)
    in_zoho(desk, "PUT", f"/bills/{posting.bill_id}", {"date": "2024-05-20"})
    search(desk)
    item = ReviewItem.objects.get()
    client = client_of(ana)

    shown = part(client.get(reverse("review:item", args=[item.code])))
    assert "date 18 Apr 2024 → 20 May 2024" in shown.text
    page = look(client, document)
    assert "20 May 2024" in page.one(".sides .differs").text
    press(client, page, reverse("review:accept_entry", args=[item.code]))

    item.refresh_from_db()
    assert item.verdict == "accept"
    assert not look(client, document).has(".sides .differs")


def test_void_is_proposed_by_one_and_confirmed_by_another(desk: Desk, ana: User, bob: User) -> None:
    document = posted(desk)
    first, second = client_of(ana), client_of(bob)
    propose = reverse("review:propose", args=[document.code])

    page = look(first, document)
    answer = first.post(propose, {"version": document.version, "kind": "void", "why": "Twice."})
    assert answer.status_code == 303
    assert page.has(f'form[action="{propose}"] input[value="void"]')
    amendment = Amendment.objects.get(kind=AmendmentKind.VOID)
    confirm = reverse("review:confirm", args=[amendment.code])
    assert not look(first, document).has(f'form[action="{confirm}"]')
    refused = part(first.post(confirm, follow=True))
    assert "Another person confirms it." in refused.text
    assert "Twice." in part(second.get(reverse("postings"))).text

    press(second, look(second, document), confirm)

    amendment.refresh_from_db()
    assert (amendment.state, amendment.confirmed_by) == ("approved", bob)


def test_a_vendor_credit_says_what_guards_it(desk: Desk, ana: User) -> None:
    document = posted(desk, document_type="credit_note", number="GS-1")

    assert "only our look before each writing" in look(client_of(ana), document).text


def test_the_other_pages_lead_there(desk: Desk, ana: User) -> None:
    document = posted(desk)
    client = client_of(ana)
    address = reverse("posting", args=[document.code])

    assert part(client.get(reverse("document", args=[document.code]))).has(f'a[href="{address}"]')
    assert part(client.get(reverse("dashboard"))).has(f'section a[href^="{reverse("postings")}"]')


def test_a_changed_version_is_told(desk: Desk, ana: User) -> None:
    document = desk.approved()
    client = client_of(ana)
    page = look(client, document)
    actions.hold(document=document, by=ana, version=document.version, why=str(timezone.now()))

    page = press(client, page, reverse("review:hold", args=[document.code]), why="Late.")

    assert "changed meanwhile" in page.text


def _only() -> Document:
    return Document.objects.get()
