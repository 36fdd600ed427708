"""One's own clock and keys."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse
from pytest_django import Settings

from tests import cast as people
from tests.cast import Cast, client_of
from tests.page import plain_static
from zohodocs.models import Preference, ReviewItem
from zohodocs.operations import digest
from zohodocs.web.preferences import DEEDS

__all__ = ["plain_static"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
ADDRESS = "/preferences/"
USUAL = {f"key_{deed}": usual for deed, (usual, _label) in DEEDS.items()}


@pytest.fixture
def cast() -> Cast:
    return people.make()


def test_times_are_told_by_ones_own_clock(cast: Cast) -> None:
    item = people.in_review(cast.nordlicht, people.paper())
    moment = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
    ReviewItem.objects.filter(pk=item.pk).update(
        state="done", verdict="file", decided_at=moment, decided_by=cast.ana
    )
    document = item.document
    client = client_of(cast.ana)
    before = client.get(reverse("document", args=[document.code])).content.decode()

    response = client.post(ADDRESS, {**USUAL, "time_zone": "Asia/Tokyo"})

    assert response.status_code == 303
    after = client.get(reverse("document", args=[document.code])).content.decode()
    assert "23:30" in before
    assert "8:30" in after
    other = client_of(cast.ana).get(reverse("document", args=[document.code])).content.decode()
    assert "8:30" in other  # a new session knows it, too


def test_keys_are_kept_and_reach_the_page(cast: Cast) -> None:
    client = client_of(cast.ana)

    client.post(ADDRESS, {**USUAL, "key_approve": "Y", "digest": "on"})

    assert Preference.objects.get().keys == {"approve": "y"}
    assert "data-keys='approve:y '" in client.get("/review/").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"key_approve": "r"}, "This key has two deeds"),
        ({"key_approve": "1"}, "One letter"),
        ({"time_zone": "Mars/Olympus"}, "not known"),
    ],
)
def test_what_cannot_be_is_refused_and_shown(cast: Cast, sent: dict[str, str], said: str) -> None:
    response = client_of(cast.ana).post(ADDRESS, {**USUAL, **sent})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Preference.objects.exists()


def only(user: User, email: str) -> None:
    """Nobody else has an address."""
    User.objects.update(email="")
    user.email = email
    user.save()


MONDAY = datetime(2026, 11, 30, 7, 30, tzinfo=UTC)


def test_the_morning_mail_comes_once_and_says_what_waits(cast: Cast) -> None:
    people.in_review(cast.nordlicht, people.paper())
    only(cast.ana, "ana@nordlicht.example")

    assert digest.send_due(MONDAY) == 1
    assert digest.send_due(MONDAY) == 0
    assert digest.send_due(MONDAY.replace(hour=23)) == 0

    (sent,) = mail.outbox
    assert sent.to == ["ana@nordlicht.example"]
    assert "1 document waits." in sent.body
    assert digest.send_due(datetime(2026, 12, 1, 7, 30, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    "moment", [datetime(2026, 11, 29, 8, 0, tzinfo=UTC), datetime(2026, 11, 30, 6, 0, tzinfo=UTC)]
)
def test_not_on_sundays_and_not_before_seven(cast: Cast, moment: datetime) -> None:
    people.in_review(cast.nordlicht, people.paper())
    only(cast.ana, "ana@nordlicht.example")

    assert digest.send_due(moment) == 0


def test_who_wants_none_or_has_nothing_to_do_gets_none(cast: Cast) -> None:
    only(cast.ana, "a@b.example")
    cast.bob.email = "bob@b.example"
    cast.bob.save()
    Preference.objects.create(user=cast.bob, digest=False)
    assert digest.send_due(MONDAY) == 0  # nothing waits
    people.in_review(cast.nordlicht, people.paper())
    Preference.objects.update(digested_at=None)

    assert digest.send_due(MONDAY) == 1

    assert [sent.to for sent in mail.outbox] == [["a@b.example"]]


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://u:p%40@mail.example:2525?from=a@b.c", 2525, True, False),
        ("smtps://mail.example", 465, False, True),
        ("smtp://mail.example?tls=0", 587, False, False),
    ],
)
def test_the_mail_servers_address_is_read(
    url: str, port: int, tls: bool, ssl: bool, settings: Settings
) -> None:
    from zohodocs.environment import mail as read

    found = read(url)

    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)
    if "@" in url.split("?")[0]:
        assert found["EMAIL_HOST_PASSWORD"] == "p@"
        assert found["DEFAULT_FROM_EMAIL"] == "a@b.c"
