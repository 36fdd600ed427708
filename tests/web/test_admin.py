"""The admin: whose rows, which door, and a trail of every change."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from tests.factories import (
    AccountFactory,
    ConnectionFactory,
    DocumentFactory,
    MembershipFactory,
    OrganizationFactory,
    UserFactory,
    VendorFactory,
)
from zohodocs import clients
from zohodocs.models import (
    AuditEvent,
    Connection,
    Flag,
    Organization,
    Policy,
    Role,
    Rule,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Organization:
    return OrganizationFactory(code="acme", name="Acme GmbH")


@pytest.fixture
def nora(acme: Organization) -> User:
    """Administers Acme, and nothing else."""
    user = UserFactory(username="nora", is_staff=True)
    user.groups.add(Group.objects.get(name="admin"))
    MembershipFactory(organization=acme, user=user, role=Role.ADMIN)
    return user


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_admins_log_in_is_the_one_of_everybody() -> None:
    response = Client().get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_a_reviewer_does_not_get_in(acme: Organization) -> None:
    reviewer = MembershipFactory(organization=acme).user

    assert as_user(reviewer).get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("model", ["document", "vendor", "organization", "connection"])
def test_an_admin_sees_only_rows_of_the_companies_administered(nora: User, model: str) -> None:
    other = OrganizationFactory(name="Other Ltd")
    theirs = {
        "document": DocumentFactory(organization=other, filename="theirs-secret.pdf"),
        "vendor": VendorFactory(organization=other, name="theirs-secret"),
        "organization": other,
        "connection": ConnectionFactory(organization=other),
    }[model]
    client = as_user(nora)

    listed = client.get(f"/admin/zohodocs/{model}/").text
    opened = client.get(f"/admin/zohodocs/{model}/{theirs.pk}/change/")

    assert "theirs-secret" not in listed
    assert "Other Ltd" not in listed
    assert opened.status_code == 302  # the admin's way of saying that there is no such row


def test_documents_and_the_trail_are_only_looked_at(nora: User, acme: Organization) -> None:
    document = DocumentFactory(organization=acme)
    client = as_user(nora)

    assert client.get(f"/admin/zohodocs/document/{document.pk}/change/").status_code == 200
    assert client.get("/admin/zohodocs/document/add/").status_code == 403
    assert client.post(f"/admin/zohodocs/document/{document.pk}/delete/").status_code == 403
    assert client.get("/admin/zohodocs/auditevent/add/").status_code == 403


def test_a_changed_rule_is_in_the_trail_and_its_choices_stop_at_the_company(
    nora: User, acme: Organization
) -> None:
    own, foreign = AccountFactory(organization=acme), AccountFactory()
    form = {
        "organization": acme.pk,
        "position": 1,
        "name": "Fuel by keyword",
        "active": "on",
        "keywords": "diesel\n\n petrol ",
        "account": own.pk,
    }
    client = as_user(nora)

    refused = client.post("/admin/zohodocs/rule/add/", form | {"account": foreign.pk})
    saved = client.post("/admin/zohodocs/rule/add/", form)

    assert refused.status_code == 200
    assert saved.status_code == 302
    assert Rule.objects.get().keywords == ["diesel", "petrol"]
    event = AuditEvent.objects.get(verb="rule.added")
    assert event.actor == "nora"
    assert event.organization == acme


def test_a_changed_policy_is_a_new_version(nora: User, acme: Organization) -> None:
    first = Policy.current(acme)
    form = {
        "organization": acme.pk,
        "auto_approve_up_to": "500",
        "min_confidence": "0.95",
        "hold_seconds": 30,
        "spot_check_percent": 2,
        "max_age_days": 730,
        "max_future_days": 7,
        "closed_period": "ask",
    }

    response = as_user(nora).post("/admin/zohodocs/policy/add/", form)

    assert response.status_code == 302
    current = Policy.current(acme)
    assert (first.version, current.version, current.created_by) == (1, 2, "nora")


def test_a_connection_is_looked_at_here_and_changed_on_its_own_page(
    nora: User, acme: Organization
) -> None:
    connection = ConnectionFactory(
        organization=acme,
        client_id="canary-client",
        refresh_token_encrypted=clients.encrypt("canary-token"),
    )
    url = f"/admin/zohodocs/connection/{connection.pk}/change/"
    client = as_user(nora)

    page = client.get(url).text
    answer = client.post(url, {"organization": acme.pk, "books_url": "https://example.net"})

    assert reverse("connection", args=[acme.code]) in page
    assert connection.refresh_token_encrypted not in page
    assert "canary" not in page
    assert answer.status_code == 403
    assert Connection.objects.get().books_url == connection.books_url


def test_a_flag_changes_through_one_door_with_its_reason(nora: User) -> None:
    boss = UserFactory(username="boss", is_staff=True, is_superuser=True)
    form = {"name": "auto_approve", "mode": "percent", "percent": "5.00", "why": "first step"}

    assert as_user(nora).get("/admin/zohodocs/flag/").status_code == 403
    assert as_user(boss).post("/admin/zohodocs/flag/add/", form).status_code == 302
    assert as_user(boss).post("/admin/zohodocs/flag/add/", form | {"why": ""}).status_code == 200

    flag = Flag.objects.get()
    assert (flag.mode, str(flag.percent), flag.changed_by) == ("percent", "5.00", "boss")
    assert AuditEvent.objects.filter(verb="flag.changed", actor="boss").count() == 1


@pytest.mark.parametrize(("mode", "percent"), [("percent", "10.01"), ("on", "0")])
def test_one_person_alone_cannot_let_a_flag_in_widely_here(mode: str, percent: str) -> None:
    boss = UserFactory(username="boss", is_staff=True, is_superuser=True)
    form = {"name": "auto_approve", "mode": mode, "percent": percent, "why": "all at once"}

    answer = as_user(boss).post("/admin/zohodocs/flag/add/", form)

    assert "A second person confirms" in answer.text
    assert not Flag.objects.exists()


def test_the_admins_wider_content_policy_ends_at_its_door(nora: User) -> None:
    client = as_user(nora)

    inside = client.get("/admin/")["Content-Security-Policy"]
    outside = client.get("/")["Content-Security-Policy"]

    assert "unsafe-eval" in inside
    assert "unsafe" not in outside
