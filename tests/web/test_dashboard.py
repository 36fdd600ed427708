"""/: the day's numbers; /health/: for those who watch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from review import urls as review_urls
from tests import cast as people
from tests.cast import Cast, client_of
from tests.factories import ConnectionFactory, DocumentFactory, ReviewItemFactory, UserFactory
from tests.page import HTMX, part
from zohodocs.arrivals.receive import receive
from zohodocs.models import ConnectionState, Heartbeat, ReviewKind
from zohodocs.operations import census
from zohodocs.web import numbers
from zohodocs.web import urls as web_urls

ADDRESS = reverse("dashboard")


def test_the_numbers_of_the_day_add_up(cast: Cast) -> None:
    for name, content in (("a.pdf", people.paper()), ("b.pdf", people.paper()), ("c.pdf", b"")):
        receive(organization=cast.nordlicht, content=content, filename=name, channel="web")

    page = part(client_of(cast.ana).get(ADDRESS))

    figures = page.one(".figures").text
    assert "3 arrived today" in figures
    assert "1 refused today" in figures
    assert "3 arrived = 1 documents + 1 repeats + 1 refusals" in page.one("#numbers").text
    assert "The file is empty" in page.text


def test_what_is_to_review_is_as_many_as_the_queue_shows(cast: Cast) -> None:
    people.in_review(cast.nordlicht, people.paper())
    ReviewItemFactory(
        document=DocumentFactory(organization=cast.nordlicht, approved=True, state="posted"),
        kind=ReviewKind.SPOT_CHECK,
        reason="spot_check",
    )
    ReviewItemFactory(
        document=DocumentFactory(organization=cast.nordlicht, in_review=True),
        postponed_until=timezone.now() + timedelta(days=1),
    )
    client = client_of(cast.ana)

    shown = part(client.get(reverse("review:queue"))).one("#queue-count").text

    assert shown == "2 to review"
    assert shown in part(client.get(ADDRESS)).one(".figures").text


def test_the_oldest_waiting_and_the_way_to_zoho_are_told(cast: Cast) -> None:
    people.in_review(cast.nordlicht, people.paper())
    ConnectionFactory(
        organization=cast.nordlicht,
        state=ConnectionState.RECONNECT,
        last_error="The refresh token was revoked.",
    )

    page = part(client_of(cast.ana).get(ADDRESS))

    assert "Oldest paper waiting for a person" in page.one("#numbers").text
    assert "must be connected again" in page.text
    assert "The refresh token was revoked." in page.text


def arrived(cast: Cast, number: int) -> None:
    for n in range(number):
        content = b"%PDF-1.4 " + str(n).encode()
        receive(organization=cast.nordlicht, content=content, filename=f"{n}.pdf", channel="web")


def test_of_many_the_scheduler_counts_and_no_question_reads_them_all(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(cast.ana)
    arrived(cast, 3)
    with CaptureQueriesContext(connection) as few:
        assert "3 arrived = 3 documents" in part(client.get(ADDRESS)).one("#numbers").text
    monkeypatch.setattr(numbers, "MOST", 5)
    arrived(cast, 9)

    uncounted = part(client.get(ADDRESS)).one("#numbers").text
    census.keep(now=timezone.now() - timedelta(minutes=7))
    arrived(cast, 11)
    with CaptureQueriesContext(connection) as many:
        page = part(client.get(ADDRESS))

    assert "has not counted it yet" in uncounted
    assert "Nothing is lost" not in uncounted
    assert "4+ arrived today" in page.one(".figures").text
    assert "4+ being read" in page.one(".figures").text
    # Of the twelve handed in since, those of the census were here already.
    assert "12 arrived = 9 documents + 3 repeats" in page.one("#numbers").text
    assert "Counted 7 min ago." in page.one("#numbers").text
    assert len(many) <= len(few)
    # What waits for Zoho is the one thing that is counted to its end.
    waiting = "IN ('approved', 'posting')"
    for query in many.captured_queries:
        if "zohodocs_arrival" in query["sql"] or "zohodocs_document" in query["sql"]:
            assert "LIMIT" in query["sql"] or waiting in query["sql"], query["sql"]


def test_the_census_of_an_older_release_counts_nobody(cast: Cast) -> None:
    Heartbeat.beat(Heartbeat.CENSUS, now=timezone.now(), facts={"ledger": 0})

    assert census.balances() is None


def test_other_companies_do_not_count(cast: Cast) -> None:
    DocumentFactory()
    document = DocumentFactory()
    receive(organization=document.organization, content=b"", filename="secret.pdf", channel="web")

    page = part(client_of(cast.ana).get(ADDRESS))

    assert "0 arrived today" in page.one(".figures").text
    assert "secret" not in page.text
    assert part(client_of(cast.ana).get(ADDRESS, {"organization": "company0"})).has("#numbers")


def test_htmx_gets_the_numbers_alone(cast: Cast) -> None:
    assert part(client_of(cast.ana).get(ADDRESS, headers=HTMX)).ids == ["numbers"]


def test_who_belongs_nowhere_is_told_what_to_do(db: None) -> None:
    page = part(client_of(UserFactory()).get(ADDRESS))

    assert "Ask an admin" in page.one(".empty").text


def test_health_answers_everybody(cast: Cast) -> None:
    anonymous = client_of(cast.ana)
    anonymous.logout()

    assert anonymous.get(reverse("live")).json() == {"status": "ok"}
    assert anonymous.get(reverse("ready")).json() == {
        "status": "ok",
        "database": "ok",
        "redis": "ok",
    }


CODE = "0b0e2f5c-7d7e-4b37-9a55-1c5c3a1b2d10"
# The set-up asks for its code until there is an admin (test_setup.py).
OPEN_TO_ALL = {"live", "ready", "metrics", "setup", "setup_admin"}


@pytest.mark.parametrize("name", ["dashboard", "documents", "upload"])
def test_pages_carry_a_strict_policy_and_no_inline_code(cast: Cast, name: str) -> None:
    response = client_of(cast.ana).get(reverse(name))

    page = part(response)
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert not page.has("[style], style")
    assert not [script for script in page.all("script") if not script.has("src")]


def address(name: str) -> str:
    """The address of this name, with as many arguments as it takes."""
    for arguments in ([], [CODE], [CODE, 1], [CODE, CODE]):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


def test_every_page_of_ours_asks_who_one_is(cast: Cast) -> None:
    anonymous = client_of(cast.ana)
    anonymous.logout()
    names = [pattern.name for pattern in web_urls.urlpatterns]
    names += [f"review:{pattern.name}" for pattern in review_urls.urlpatterns]
    names.remove("postings")  # its address names no document
    assert anonymous.get(reverse("postings")).status_code == 302

    for name in names:
        if name in OPEN_TO_ALL:
            continue
        response = anonymous.get(address(str(name)))
        assert response.status_code == 302, name
        assert response["Location"].startswith(reverse("account_login")), name
