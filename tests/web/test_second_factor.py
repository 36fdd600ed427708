"""Second factor and log-in: who must have it, what is stored, and how often one may try."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.cast import PASSWORD, client_of
from tests.factories import ConnectionFactory, MembershipFactory, UserFactory
from tests.page import HTMX, part
from zohodocs.clients import decrypt, rekeying
from zohodocs.models import AuditEvent, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PAGES = ("dashboard", "review:queue", "documents", "postings", "admin:index")
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"


def person(role: Role, **fields: Any) -> User:
    user: User = MembershipFactory(user=UserFactory(**fields), role=role).user
    return user


def code(secret: str = SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def log_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    form = {"login": user.get_username(), "password": password}
    return client.post(reverse("account_login"), form)


def sure_of(user: User) -> Client:
    """A browser in which this person typed the password again, as these pages ask."""
    client = Client()
    log_in(client, user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMIN])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("required")
def test_who_moves_money_sees_no_page_before_there_is_a_second_factor(
    role: Role, page: str
) -> None:
    user = person(role, is_staff=role == Role.ADMIN)

    answer = client_of(user).get(reverse(page))
    under_htmx = client_of(user).get(reverse(page), headers=HTMX)

    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))
    assert (under_htmx.status_code, under_htmx["HX-Redirect"]) == (401, reverse("mfa_index"))


@pytest.mark.usefixtures("required")
def test_a_superuser_without_any_company_needs_one_too() -> None:
    root = User.objects.create_superuser("root", password=PASSWORD)

    assert client_of(root).get("/admin/")["Location"] == reverse("mfa_index")


@pytest.mark.usefixtures("required")
def test_who_only_reviews_may_but_need_not() -> None:
    assert client_of(person(Role.REVIEWER)).get("/").status_code == 200


@pytest.mark.usefixtures("required")
def test_with_a_factor_the_log_in_asks_for_it_and_then_opens() -> None:
    user = person(Role.APPROVER)
    TOTP.activate(user, SECRET)
    client = Client()

    first = log_in(client, user)
    before = client.get("/")
    client.post(reverse("mfa_authenticate"), {"code": code()})

    assert first["Location"] == reverse("mfa_authenticate")
    assert reverse("account_login") in before["Location"]
    assert client.get("/").status_code == 200


@pytest.mark.usefixtures("required")
def test_a_recovery_code_works_once() -> None:
    user = person(Role.APPROVER)
    TOTP.activate(user, SECRET)
    given = RecoveryCodes.activate(user).get_unused_codes()[0]

    def with_code() -> Client:
        client = Client()
        log_in(client, user)
        client.post(reverse("mfa_authenticate"), {"code": given})
        return client

    assert with_code().get("/").status_code == 200
    assert with_code().get("/").status_code == 302


@pytest.mark.usefixtures("required")
def test_the_last_factor_cannot_be_taken_off_by_who_must_have_one() -> None:
    user = person(Role.ADMIN)
    TOTP.activate(user, SECRET)
    client = Client()
    log_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code()})

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_an_app_is_set_up_on_a_page_that_keeps_the_content_policy(
    django_capture_on_commit_callbacks: Any,
) -> None:
    user = person(Role.REVIEWER, email="vera@example.org")
    client = sure_of(user)

    page = client.get(reverse("mfa_activate_totp"))

    assert page.status_code == 200
    policy = page["Content-Security-Policy"]
    assert "data:" not in policy
    assert "unsafe" not in policy
    assert part(page).has(".qr svg path")
    assert "data:image" not in page.text
    secret = part(page).one("#authenticator_secret").get("value") or ""
    with django_capture_on_commit_callbacks(execute=True):
        activated = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert activated.status_code == 302
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert (stored == secret, decrypt(stored)) == (False, secret)
    assert "person.factor.added" in AuditEvent.objects.values_list("verb", flat=True)


def test_new_keys_are_put_on_second_factors_as_well(settings: Settings) -> None:
    user = person(Role.REVIEWER)
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    ConnectionFactory()
    old = settings.FIELD_ENCRYPTION_KEYS
    new = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    settings.FIELD_ENCRYPTION_KEYS = [new, *old]

    assert rekeying.rotate(actor="test").unreadable == ()

    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert decrypt(Authenticator.objects.get(type="totp").data["secret"]) == SECRET
    assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()


def test_after_five_wrong_passwords_the_right_one_waits_too() -> None:
    user = person(Role.REVIEWER)
    client = Client()

    wrong = [log_in(client, user, "wrong").status_code for _ in range(5)]
    right = log_in(client, user)

    assert set(wrong) == {200}
    assert right.status_code in (200, 429)
    assert "_auth_user_id" not in client.session
    refused = AuditEvent.objects.filter(verb="person.log_in.refused")
    assert refused.count() == 5
    assert not any(user.get_username() in str(event.data) for event in refused)


def test_an_unknown_name_is_answered_as_a_wrong_password() -> None:
    user = person(Role.REVIEWER)

    known = log_in(Client(), user, "wrong")
    unknown = Client().post(reverse("account_login"), {"login": "nobody", "password": "wrong"})

    def said(answer: Any) -> list[str]:
        return re.findall(r'class="(?:notice notice-bad|problem)"[^>]*>([^<]+)<', answer.text)

    assert said(known) == said(unknown) != []


@pytest.mark.parametrize("page", ["mfa_index", "mfa_add_webauthn", "account_reauthenticate"])
def test_the_pages_of_the_second_factor_are_in_our_design(page: str) -> None:
    answer = sure_of(person(Role.REVIEWER)).get(reverse(page))

    assert answer.status_code == 200
    assert part(answer).has(".page h1")
    assert part(answer).has(".button")
    inline = part(answer).all("script:not([src])")
    assert {script.get("type") for script in inline} <= {"application/json"}
