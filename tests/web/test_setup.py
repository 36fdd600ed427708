"""From an empty installation to its first rule, by whoever can read the machine's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories import AccountFactory, ConnectionFactory, OrganizationFactory, UserFactory
from tests.page import plain_static
from zohodocs.models import (
    AuditEvent,
    ConnectionState,
    FlagMode,
    Membership,
    Organization,
    Role,
    Rule,
)
from zohodocs.operations import first_run
from zohodocs.rollout.flags import set_flag

__all__ = ["plain_static"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
WORDS = {"password1": "a-long-word-of-mine", "password2": "a-long-word-of-mine"}


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A data directory without a code."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def root(client: Client) -> Client:
    """Logged in as the admin."""
    client.force_login(UserFactory(username="root", is_superuser=True, is_staff=True))
    return client


def test_without_the_code_nobody_becomes_admin(client: Client, home: Path) -> None:
    page = client.get(reverse("setup"))
    told = client.post(reverse("setup"), {"code": "guessed"}, follow=True)
    made = client.post(reverse("setup_admin"), {"username": "eve", **WORDS})

    assert b"setup-code" in page.content
    assert str(home).encode() not in page.content
    assert b"not the code" in told.content
    assert made.status_code == 404
    assert not User.objects.exists()


def test_an_empty_code_opens_nothing(client: Client, home: Path) -> None:
    (home / "setup-code").write_text("")

    assert client.post(reverse("setup_admin"), {"username": "eve", **WORDS}).status_code == 404
    assert not first_run.opens("")


def test_who_reads_the_code_becomes_the_first_admin_once(client: Client, home: Path) -> None:
    code = first_run.code()
    assert (home / "setup-code").stat().st_mode & 0o777 == 0o600
    OrganizationFactory()
    asked = client.post(reverse("setup"), {"code": code}, follow=True)
    assert b'name="password1"' in asked.content

    weak = client.post(reverse("setup_admin"), {"username": "ana", **dict.fromkeys(WORDS, "1")})
    assert weak.status_code == 422
    client.post(reverse("setup_admin"), {"username": "ana", **WORDS})

    ana = User.objects.get()
    assert ana.is_superuser
    assert Membership.objects.get().role == Role.ADMIN
    assert AuditEvent.objects.filter(verb="person.first_admin", actor="ana").exists()
    assert list(home.iterdir()) == []
    again = Client()
    again.post(reverse("setup"), {"code": code})
    assert again.post(reverse("setup_admin"), {"username": "eve", **WORDS}).status_code == 404


def test_the_steps_lead_from_company_to_rule(root: Client) -> None:
    company = {"name": "Nordlicht Handel GmbH", "code": "nordlicht", "time_zone": "Europe/Berlin"}
    assert b"After the company" in root.get(reverse("setup")).content
    root.post(reverse("setup_company"), company | {"vat": "PL2833125815, "})

    nordlicht = Organization.objects.get()
    assert (nordlicht.country, nordlicht.currency) == ("PL", "PLN")
    assert nordlicht.vat_numbers == ["PL2833125815"]
    assert nordlicht.memberships.get().role == Role.ADMIN

    assert b"whose accounts they name" in root.get(reverse("setup")).content
    ConnectionFactory(organization=nordlicht, state=ConnectionState.WORKING)
    account = AccountFactory(organization=nordlicht)
    root.post(reverse("setup_rule"), {"account": account.pk})

    rule = Rule.objects.get()
    assert (rule.organization, rule.account) == (nordlicht, account)
    assert rule.amount_from == 0
    assert AuditEvent.objects.filter(verb="rule.added", actor="root").count() == 1
    root.post(reverse("setup_rule"), {"account": account.pk})
    assert Rule.objects.count() == 1
    done = first_run.progress()
    assert (done.connected, done.ruled, done.shared, done.complete) == (True, True, False, False)


def test_what_is_let_in_is_said_as_it_stands(root: Client) -> None:
    assert "New ways of working are all off" in root.get(reverse("setup")).content.decode()

    set_flag(name="auto_approve", mode=FlagMode.ON, why="x", by="x")
    page = root.get(reverse("setup")).content.decode()

    assert "all off" not in page
    assert "New ways of working that are let in: auto_approve." in page


def test_what_is_wrong_is_said_and_nothing_is_kept(root: Client) -> None:
    nowhere = {"name": "X", "code": "No Code", "time_zone": "Mars/Base", "vat": ""}

    answer = root.post(reverse("setup_company"), nowhere)

    assert answer.status_code == 422
    assert b'class="problem"' in answer.content
    assert not Organization.objects.exists()


def test_another_company_s_account_is_not_to_be_chosen(root: Client) -> None:
    OrganizationFactory()
    other = AccountFactory(organization=OrganizationFactory())

    assert root.post(reverse("setup_rule"), {"account": other.pk}).status_code == 422
    assert not Rule.objects.exists()


def test_of_two_first_admins_one_is_made(client: Client) -> None:
    client.post(reverse("setup"), {"code": first_run.code()})
    first_run.make_admin(User(username="ana"))

    with pytest.raises(first_run.AlreadySetUp):
        first_run.make_admin(User(username="eve"))
    assert User.objects.get().username == "ana"
