"""Every address, by role and company. A new address without a row here fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import cast as people
from tests.cast import Cast, client_of, fresh
from tests.factories import (
    ConnectionFactory,
    DocumentFactory,
    MembershipFactory,
    PostingFactory,
    UserFactory,
)
from tests.page import part, plain_static
from zohodocs.arrivals.receive import receive
from zohodocs.models import Amendment, AmendmentKind, Arrival, AuditEvent, Flag, ReviewItem, Role

__all__ = ["plain_static"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

# Who gets in:
#   open   everybody, logged in or not
#   own    whoever is logged in; it shows only one's own companies
#   read   whoever belongs to the company; for all others it is not there
#   write  the same, but who may only look has no effect
#   lead   whoever gives second approvals somewhere
#   back   where Zoho sends a browser back: without its own state nothing happens
#   first  a new installation: who has its code; later superusers: tests/web/test_setup.py
#   super  superusers: a flag reaches every company; for all others it is not there
#   staff  whoever sees the admin: it shows no paper of anybody
#   admin  whoever administers the company; for all others it is not there
ADDRESSES = {
    "language": "open",
    "live": "open",
    "ready": "open",
    "metrics": "open",  # from this machine, else with its token: tests/web/test_metrics.py
    "dashboard": "own",
    "documents": "own",
    "export": "own",
    "upload": "own",
    "postings": "own",
    "connection_consented": "back",
    "arrival": "read",
    "document": "read",
    "posting": "read",
    "original": "read",
    "page_picture": "read",
    "field_picture": "read",
    "people": "admin",
    "people_invite": "admin",
    "people_link": "admin",
    "people_forget_factors": "admin",
    "people_leave": "admin",
    "connection": "admin",
    "connection_client": "admin",
    "connection_code": "admin",
    "connection_consent": "admin",
    "connection_choose": "admin",
    "connection_fields": "admin",
    "connection_look": "admin",
    "connection_refresh": "admin",
    "connection_history": "admin",
    "review:queue": "own",
    "review:count": "own",
    "review:team": "lead",
    "review:item": "read",
    "review:paper": "read",
    "review:vendors": "read",
    "review:undo": "write",
    "review:reopen": "write",
    "review:correct": "write",
    "review:answer": "write",
    "review:vendor": "write",
    "review:account": "write",
    "review:lines": "write",
    "review:accept": "write",
    "review:decide": "write",
    "review:accept_entry": "write",
    "review:hold": "write",
    "review:release": "write",
    "review:retry": "write",
    "review:take_back": "write",
    "review:adopt": "write",
    "review:propose": "write",
    "review:confirm": "write",
    "review:withdraw": "write",
    "review:again": "write",
    "review:claim": "write",
    "review:ahead": "write",
    "review:kept": "read",
    "review:let_go_ahead": "own",
    "review:let_go": "write",
    "review:take_over": "write",
    "components": "staff",
    "preferences": "own",
    "setup": "first",
    "setup_admin": "first",
    "setup_company": "super",
    "setup_rule": "super",
    "rollout": "super",
    "rollout_flag": "super",
    "rollout_set": "super",
    "rollout_off": "super",
    "rollout_proposal": "super",
    "rollout_ramp": "super",
    "rollout_ramp_verb": "super",
    "rollout_revert": "super",
    "rollout_ignore": "super",
    "rollout_matter": "super",
    "rollout_repair": "super",
    "rollout_experiment": "super",
    "review:bulk": "own",
    "review:approve_several": "own",
    "review:keep_view": "own",
    "review:forget_view": "own",
    "review:notices": "own",
    "review:notice_count": "own",
    "review:read_notices": "own",
    "review:assign": "write",
    "review:postpone": "write",
    "review:escalate": "write",
    "review:comment": "write",
    "review:judge": "write",
    "review:pair": "write",
    "review:spot_check": "write",
    "review:vendor_aside": "read",
    "review:remember": "write",
    "review:why": "read",
    "review:what_if": "read",
    "review:pages": "read",
    "review:arrange": "write",
    "review:put_back": "write",
}
# Other people's pages, with tests of their own: log-in (allauth) and the admin (staff only).
_OTHERS = ("admin/", "accounts/")
_READS = {"connection_consented", "connection_consent", "rollout_flag"}
# What comes after the flag's name.
ROLLOUT_ARGUMENTS: dict[str, list[object]] = {
    "rollout_proposal": ["confirm"],
    "rollout_ramp_verb": ["pause"],
    "rollout_revert": [1],
    "rollout_repair": [uuid4()],
    "rollout_experiment": ["start"],
}


def names(patterns: Sequence[object] | None = None, prefix: str = "") -> Iterator[str]:
    """Every named address of ours."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) not in _OTHERS:
                inner = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from names(pattern.url_patterns, prefix + inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(names()) == set(ADDRESSES)


class House:
    """Nordlicht with a document, an arrival, a posting and a proposed change."""

    def __init__(self) -> None:
        self.cast: Cast = people.make()
        nordlicht = self.cast.nordlicht
        self.item: ReviewItem = people.in_review(nordlicht, people.paper())
        receive(organization=nordlicht, content=people.paper(), filename="a.pdf", channel="web")
        self.arrival = Arrival.objects.get(filename="a.pdf")
        posted = DocumentFactory(organization=nordlicht, approved=True)
        self.posting = PostingFactory(document=posted, organization=nordlicht)
        self.amendment = Amendment.objects.create(
            organization=nordlicht,
            posting=self.posting,
            kind=AmendmentKind.VOID,
            reason="Twice",
            proposed_by=self.cast.bob,
        )
        nowhere = "http://127.0.0.1:9"
        ConnectionFactory(organization=nordlicht, accounts_url=nowhere, books_url=nowhere)
        self.admin = MembershipFactory(
            organization=nordlicht, user=UserFactory(username="nora"), role=Role.ADMIN
        ).user

    def address(self, name: str) -> str:
        """The address of this name, of Nordlicht's things."""
        document = self.item.document
        if name.startswith("connection") and name != "connection_consented":
            return reverse(name, args=[self.cast.nordlicht.code])
        if name in ("people", "people_invite"):
            return reverse(name, args=[self.cast.nordlicht.code])
        if name.startswith("people_"):
            return reverse(name, args=[self.cast.nordlicht.code, self.cast.omar.pk])
        if name in ("document", "original", "review:undo", "review:put_back"):
            return reverse(name, args=[document.code])
        if name == "review:reopen":
            return reverse(name, args=[document.code])
        if name in ("posting", "review:hold", "review:release", "review:retry", "review:adopt"):
            return reverse(name, args=[self.posting.document.code])
        if name in ("review:propose", "review:take_back"):
            return reverse(name, args=[self.posting.document.code])
        if name in ("review:confirm", "review:withdraw"):
            return reverse(name, args=[self.amendment.code])
        if name == "arrival":
            return reverse(name, args=[self.arrival.code])
        if name == "page_picture":
            return reverse(name, args=[document.code, 1])
        if name == "field_picture":
            return reverse(name, args=[document.code, "invoice_number"])
        if name == "export":
            return reverse(name, args=["csv"])
        if name.startswith("rollout_"):
            return reverse(name, args=["new_cache", *ROLLOUT_ARGUMENTS.get(name, [])])
        if ADDRESSES[name] in ("read", "write"):
            return reverse(name, args=[self.item.code])
        return reverse(name)

    def sent(self, name: str, user: User | None) -> Any:
        """What this person is answered; verbs are sent empty."""
        client = client_of(user) if user else Client()
        posts = ADDRESSES[name] == "write" or name in ("language", "upload")
        verbs = ("connection_", "people_", "rollout_", "setup_")
        posts = posts or (name.startswith(verbs) and name not in _READS)
        answer: Any = (client.post if posts else client.get)(self.address(name))
        if answer.streaming:
            b"".join(answer.streaming_content)
        return answer


@pytest.fixture
def house() -> House:
    return House()


def named(*kinds: str) -> list[str]:
    return [name for name, kind in ADDRESSES.items() if kind in kinds]


def asks_to_log_in(answer: Any) -> bool:
    return answer.status_code in (302, 303) and "/accounts/login/" in answer["Location"]


def test_who_is_not_logged_in_gets_nothing_but_the_log_in(house: House) -> None:
    closed = [name for name, kind in ADDRESSES.items() if kind not in ("open", "first")]

    through = [name for name in closed if not asks_to_log_in(house.sent(name, None))]

    assert through == []


def test_for_a_stranger_nothing_of_another_company_is_there(house: House) -> None:
    found = {
        name: house.sent(name, house.cast.stine).status_code
        for name in named("read", "write", "admin")
    }

    assert {name: status for name, status in found.items() if status != 404} == {}


def test_who_may_only_look_sees_all_and_changes_nothing(house: House) -> None:
    seen = {name: house.sent(name, house.cast.omar).status_code for name in named("own", "read")}
    assert {name: status for name, status in seen.items() if status in (403, 404, 500)} == {}

    version = fresh(house.item.document).version
    happened = AuditEvent.objects.count()
    told = {name: house.sent(name, house.cast.omar).status_code for name in named("write")}

    refused = {303, 400, 403, 409, 422}  # 303: back to the page, with the word on it
    # The heartbeat of somebody who holds nothing, and the end of a claim that never was.
    quiet = {"review:claim": {204, 409}, "review:let_go": {204}, "review:ahead": {204}}
    had_effect = {
        name: status for name, status in told.items() if status not in quiet.get(name, refused)
    }
    assert had_effect == {}
    document = fresh(house.item.document)
    assert (document.version, document.state) == (version, "in_review")
    assert AuditEvent.objects.count() == happened
    assert ReviewItem.objects.get(pk=house.item.pk).claimed_by is None
    house.posting.refresh_from_db()
    house.amendment.refresh_from_db()
    assert (house.posting.held_at, house.amendment.confirmed_by) == (None, None)


def test_only_an_admin_of_the_company_sets_it_up(house: House) -> None:
    for user in (house.cast.omar, house.cast.ana, house.cast.bob):
        found = {name: house.sent(name, user).status_code for name in named("admin")}
        assert {name: status for name, status in found.items() if status != 404} == {}, user

    found = {name: house.sent(name, house.admin).status_code for name in named("admin")}
    assert {name: status for name, status in found.items() if status in (403, 404, 500)} == {}


def test_only_superusers_see_and_move_the_rollout(house: House) -> None:
    for user in (house.cast.omar, house.cast.bob, house.admin):
        found = {name: house.sent(name, user).status_code for name in named("super")}
        assert {name: status for name, status in found.items() if status != 404} == {}, user
    assert not Flag.objects.exists()

    root = UserFactory(username="root", is_superuser=True)
    found = {name: house.sent(name, root).status_code for name in named("super")}
    nothing_there = {"rollout_revert", "rollout_repair"}
    assert {name for name, status in found.items() if status == 404} == nothing_there
    assert not any(status >= 500 for status in found.values())


def test_only_staff_sees_the_components(house: House) -> None:
    everybody = (house.cast.omar, house.cast.ana, house.cast.bob, house.admin)
    assert {house.sent("components", user).status_code for user in everybody} == {404}

    staff = UserFactory(username="sven", is_staff=True)
    assert house.sent("components", staff).status_code == 200


def test_only_who_gives_second_approvals_sees_the_team(house: House) -> None:
    seen = {
        user.username: house.sent("review:team", user).status_code
        for user in (house.cast.omar, house.cast.ana, house.cast.bob, house.admin)
    }

    assert seen == {"omar": 403, "ana": 403, "bob": 200, "nora": 200}


def test_what_does_not_exist_and_what_is_another_s_look_alike(house: House) -> None:
    client = client_of(house.cast.stine)

    other = client.get(house.address("document"))
    nothing = client.get(reverse("document", args=[uuid4()]))

    assert (other.status_code, nothing.status_code) == (404, 404)
    said = [part(answer).one("main").text for answer in (other, nothing)]
    assert said[0] == said[1]
