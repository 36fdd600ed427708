"""Who comes and who leaves: invitation by link, a new password, lost factors, the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import cast as people_cast
from tests.cast import Cast, client_of
from tests.factories import MembershipFactory, UserFactory
from tests.page import part
from zohodocs.models import AuditEvent, Membership, ReviewItem, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

GOOD = "a-good-long-one-77"


@pytest.fixture
def cast() -> Cast:
    return people_cast.make()


@pytest.fixture
def nora(cast: Cast) -> User:
    """Administers Nordlicht."""
    user: User = MembershipFactory(
        organization=cast.nordlicht, user=UserFactory(username="nora"), role=Role.ADMIN
    ).user
    return user


def invited(nora: User, **fields: str) -> Any:
    form = {"username": "vera", "email": "vera@example.org", "role": "approver"} | fields
    return client_of(nora).post(reverse("people_invite", args=["nordlicht"]), form)


def verb(nora: User, name: str, user: User) -> Any:
    return client_of(nora).post(reverse(name, args=["nordlicht", user.pk]))


def link_in(answer: Any) -> str:
    return urlsplit(part(answer).one("#link").get("value") or "").path


def set_password(link: str, password: str = GOOD) -> Client:
    client = Client()
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    client.post(address, {"password1": password, "password2": password})
    return client


def can_log_in(name: str, password: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": name, "password": password})
    return "_auth_user_id" in client.session


def test_an_invitation_is_a_link_that_sets_a_password_once(nora: User) -> None:
    answer = invited(nora)

    link = link_in(answer)
    set_password(link)
    assert can_log_in("vera", GOOD)
    set_password(link, "another-long-one-88")
    assert not can_log_in("vera", "another-long-one-88")
    vera = User.objects.get(username="vera")
    assert Membership.objects.get(user=vera).role == Role.APPROVER
    assert [group.name for group in vera.groups.all()] == ["approver"]
    assert "mailto:vera%40example.org" in answer.text
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"person.invited", "person.link.made", "person.password.reset"} <= verbs


@pytest.mark.parametrize(
    "fields",
    [{"username": "with space"}, {"email": "no address"}, {"username": "ana"}, {"role": "king"}],
)
def test_what_cannot_be_an_account_is_told_and_nothing_is_made(
    nora: User, fields: dict[str, str]
) -> None:
    before = User.objects.count(), Membership.objects.count()

    answer = invited(nora, **fields)

    assert answer.status_code == 422
    assert (User.objects.count(), Membership.objects.count()) == before


def test_an_account_of_another_company_is_let_in_without_a_link(nora: User, cast: Cast) -> None:
    User.objects.filter(pk=cast.stine.pk).update(email="stine@example.org")
    cast.stine.set_password("x")
    cast.stine.save(update_fields=["password"])

    answer = invited(nora, username="stine", email="stine@example.org", role="viewer")

    assert not part(answer).has("#link")
    assert cast.nordlicht.memberships.filter(user=cast.stine, role=Role.VIEWER).exists()


@pytest.mark.parametrize("name", ["people_link", "people_forget_factors"])
def test_nobody_takes_over_an_account_that_reaches_another_company(
    nora: User, cast: Cast, name: str
) -> None:
    MembershipFactory(organization=cast.nordlicht, user=cast.stine, role=Role.VIEWER)
    Authenticator.objects.create(user=cast.stine, type="totp", data={"secret": "x"})

    answer = verb(nora, name, cast.stine)

    assert "#link" not in answer.text
    assert (answer.status_code, Authenticator.objects.count()) == (302, 1)
    assert not AuditEvent.objects.filter(verb__startswith="person.link").exists()


def test_who_leaves_is_out_at_once_and_what_they_had_open_is_free(nora: User, cast: Cast) -> None:
    item = people_cast.in_review(cast.nordlicht, people_cast.paper())
    now = timezone.now()
    ReviewItem.objects.filter(pk=item.pk).update(
        claimed_by=cast.ana, claimed_at=now, claimed_until=now + timedelta(minutes=5)
    )
    here, there = client_of(cast.ana), client_of(cast.ana)
    assert here.get("/").status_code == 200

    verb(nora, "people_leave", cast.ana)

    assert [client.get("/").status_code for client in (here, there)] == [302, 302]
    assert ReviewItem.objects.get(pk=item.pk).claimed_by is None
    cast.ana.refresh_from_db()
    assert (cast.ana.is_active, cast.ana.has_usable_password()) == (False, False)
    event = AuditEvent.objects.get(verb="person.left")
    assert event.data == {"person": "ana", "sessions": 2, "closed": True}


def test_who_works_elsewhere_too_keeps_that(nora: User, cast: Cast) -> None:
    other = MembershipFactory(user=cast.ana).organization

    verb(nora, "people_leave", cast.ana)

    cast.ana.refresh_from_db()
    assert cast.ana.is_active
    assert [row.organization for row in cast.ana.memberships.all()] == [other]


def test_nobody_lets_themselves_go(nora: User) -> None:
    verb(nora, "people_leave", nora)

    assert nora.memberships.exists()


def test_lost_factors_are_forgotten_and_sessions_end(nora: User, cast: Cast) -> None:
    Authenticator.objects.create(user=cast.bob, type="totp", data={"secret": "x"})
    session = client_of(cast.bob)

    verb(nora, "people_forget_factors", cast.bob)

    assert not Authenticator.objects.exists()
    assert session.get("/").status_code == 302


def test_a_leaver_by_command(cast: Cast) -> None:
    session = client_of(cast.ana)

    call_command("person", "leave", "ana")

    assert session.get("/").status_code == 302
    assert not cast.ana.memberships.exists()
