"""The page of the flags: what an admin does there, and what stays after."""

from __future__ import annotations

import getpass
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.cast import client_of
from tests.factories import DocumentFactory, OrganizationFactory, UserFactory
from tests.page import part, plain_static
from tests.web.flags_page import FLAG, admin, post, root
from zohodocs.models import (
    AuditEvent,
    EvidenceSnapshot,
    Experiment,
    Flag,
    FlagMode,
    IgnoredDifference,
    Organization,
    Ramp,
    Rollback,
    ShadowDifference,
)
from zohodocs.rollout import changes
from zohodocs.rollout.flags import set_flag

__all__ = ["plain_static", "root"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


def seen(organization: Organization | None = None) -> int:
    """The proposal that stands on the page."""
    return next(each.event for each in changes.waiting(FLAG) if each.organization == organization)


def setting() -> tuple[str, str]:
    row = Flag.objects.filter(name=FLAG).first()
    return (row.mode, f"{row.percent:.2f}") if row else ("off", "0.00")


def test_every_flag_is_there_with_its_words(root: Client) -> None:
    page = root.get(reverse("rollout")).content.decode()

    assert "Pages are read by rules alone." in page
    for name in ("parallel_processing", "new_cache", "auto_approve", "layout_memory"):
        assert name in page


def test_a_small_share_is_set_at_once_and_a_large_one_waits_for_a_second(root: Client) -> None:
    assert "Changed." in post(root, "rollout_set", mode="percent", percent="10")
    assert setting() == ("percent", "10.00")

    said = post(root, "rollout_set", mode="percent", percent="25")
    assert "a second person confirms it" in said
    assert "root proposes" in said
    assert setting() == ("percent", "10.00")
    assert "Another person confirms" in post(root, "rollout_proposal", "confirm", event=seen())

    post(admin("vera"), "rollout_proposal", "confirm", event=seen())

    assert setting() == ("percent", "25.00")
    assert Flag.objects.get(name=FLAG).changed_by == "root + vera"


def test_a_share_for_one_company_waits_for_a_second_as_well(root: Client) -> None:
    company = OrganizationFactory(code="acme", name="Acme")

    said = post(root, "rollout_set", mode="on", organization="acme")
    assert "a second person confirms it" in said
    assert "Acme: root proposes" in said
    assert not Flag.objects.exists()
    own = seen(company)
    assert "Nothing waits" in post(admin("vera"), "rollout_proposal", "confirm", event=own)

    post(admin("vida"), "rollout_proposal", "confirm", organization="acme", event=own)

    row = Flag.objects.get()
    assert (row.organization, row.mode, row.changed_by) == (company, "on", "root + vida")
    post(root, "rollout_set", mode="percent", percent="5", organization="acme")
    assert Flag.objects.get().percent == 5


def test_what_everybody_has_a_company_may_have_by_one_word(root: Client) -> None:
    OrganizationFactory(code="acme")
    set_flag(name=FLAG, mode=FlagMode.PERCENT, percent=Decimal(50), why="x", by="x")

    post(root, "rollout_set", mode="percent", percent="50", organization="acme")
    assert "a second person" in post(root, "rollout_set", mode="on", organization="acme")

    assert Flag.objects.get(organization__code="acme").percent == 50


@pytest.mark.parametrize("whom", [(), ("--organization", "acme")])
def test_the_command_goes_no_way_round_the_second_person(whom: tuple[str, ...]) -> None:
    company = OrganizationFactory(code="acme")
    organization = company if whom else None
    words = ("flag", "set", FLAG, "--mode", "on", "--why", "x", *whom)
    vera = admin("vera")

    with pytest.raises(CommandError, match="a second person confirms"):
        call_command(*words, stdout=StringIO())
    assert not Flag.objects.exists()
    words = ("flag", "confirm", FLAG, "--proposal", str(seen(organization)), *whom)
    with pytest.raises(CommandError, match="Another person confirms"):
        call_command(*words, stdout=StringIO())

    whose = "acme" if whom else ""
    post(vera, "rollout_proposal", "confirm", organization=whose, event=seen(organization))

    row = Flag.objects.get(organization=organization)
    assert (row.mode, row.changed_by) == ("on", f"{getpass.getuser()} + vera")


def test_the_admin_lets_nobody_round_it_either_and_leads_to_the_card() -> None:
    OrganizationFactory(code="acme")
    boss = client_of(UserFactory(is_superuser=True, is_staff=True))
    sent = {"name": FLAG, "mode": "on", "percent": "0", "why": "x"}
    acme = Organization.objects.get().pk

    page = boss.post(reverse("admin:zohodocs_flag_add"), {**sent, "organization": acme})
    assert "A second person confirms a share this large" in page.content.decode()
    set_flag(name=FLAG, mode=FlagMode.OFF, why="x", by="x")

    for address in (
        reverse("admin:zohodocs_flag_changelist"),
        reverse("admin:zohodocs_flag_change", args=[Flag.objects.get().pk]),
    ):
        assert f'href="/rollout/{FLAG}/"' in boss.get(address).content.decode()


def test_a_proposal_can_be_withdrawn(root: Client) -> None:
    post(root, "rollout_set", mode="on")
    post(root, "rollout_proposal", "withdraw")

    assert "Nothing waits" in post(admin("vera"), "rollout_proposal", "confirm", event=1)
    assert setting() == ("off", "0.00")


def test_going_down_needs_nobody_else(root: Client) -> None:
    set_flag(name=FLAG, mode=FlagMode.ON, why="x", by="x")

    post(root, "rollout_set", mode="percent", percent="50")

    assert setting() == ("percent", "50.00")


def test_a_change_says_why(root: Client) -> None:
    post(root, "rollout_set", mode="shadow", why=" ")

    assert setting() == ("off", "0.00")


def test_off_now_lists_what_was_touched_and_people_get_it(root: Client) -> None:
    post(root, "rollout_set", mode="percent", percent="10")
    Flag.objects.update(changed_at="2020-01-01T00:00Z")
    DocumentFactory(approved=True, flags={FLAG: {"arm": "candidate"}})

    assert "1 document had the new way" in post(root, "rollout_off")
    assert setting() == ("off", "0.00")
    made = Rollback.objects.get()
    assert "1 given to people" in post(root, "rollout_repair", made.code)


def test_where_nothing_was_touched_or_measured_nothing_else_is_said(root: Client) -> None:
    post(root, "rollout_set", mode="shadow", percent="100")

    page = post(root, "rollout_off")

    assert "0 documents had the new way" in page
    assert "Give them to people" not in page
    assert "<del>shadow</del> → <ins>off</ins>" in page
    card = part(root.get(reverse("rollout_flag", args=[FLAG])))
    latency = card.all("#flag-card tbody tr")[3].text
    assert "95 % within (s)–––◆ not yet" in latency


def test_a_ramp_from_the_page(root: Client) -> None:
    plan = {"steps": "0, 5, 10", "hold_hours": "1", "min_sample": "5"}
    assert "The ramp has begun." in post(root, "rollout_ramp", **plan)
    assert setting() == ("shadow", "100.00")
    assert "held 0.0 h of 1.00 h" in root.get(reverse("rollout_flag", args=[FLAG])).content.decode()

    post(root, "rollout_ramp_verb", "pause")
    assert Ramp.objects.get().state == "paused"
    post(root, "rollout_ramp_verb", "resume")
    post(root, "rollout_ramp_verb", "abort")
    assert Ramp.objects.get().state == "aborted"
    assert "No ramp is under way" in post(root, "rollout_ramp_verb", "pause")


def test_history_shows_before_and_after_and_takes_back(root: Client) -> None:
    post(root, "rollout_set", mode="percent", percent="5")
    post(root, "rollout_set", mode="percent", percent="8")
    first = AuditEvent.objects.filter(verb="flag.changed").earliest("pk")

    page = root.get(reverse("rollout_flag", args=[FLAG])).content.decode()
    assert "<del>5 %</del> → <ins>8 %</ins>" in page
    post(root, "rollout_revert", first.pk)

    assert setting() == ("percent", "5.00")


def test_history_shows_a_companys_own_changes_and_takes_them_back_for_it_alone(
    root: Client,
) -> None:
    company = OrganizationFactory(code="acme", name="Acme")
    post(root, "rollout_set", mode="shadow")
    post(root, "rollout_set", mode="percent", percent="5", organization="acme")
    page = post(root, "rollout_set", mode="percent", percent="8", organization="acme")
    first = AuditEvent.objects.filter(verb="flag.changed", organization=company).earliest("pk")

    assert '<span class="state">Acme</span> changed: <del>5 %</del>' in page
    # What is in force is offered for nobody, neither for Acme nor for everybody.
    assert page.count("Revert to this") == 1
    post(root, "rollout_revert", first.pk)

    assert Flag.objects.get(organization=company).percent == 5
    assert Flag.objects.get(organization=None).mode == FlagMode.SHADOW


def test_a_companys_large_share_comes_back_by_two_people_alone(root: Client) -> None:
    company = OrganizationFactory(code="acme", name="Acme")
    set_flag(name=FLAG, mode=FlagMode.ON, organization=company, why="x", by="x")
    set_flag(name=FLAG, mode=FlagMode.OFF, organization=company, why="x", by="x")
    on = AuditEvent.objects.filter(verb="flag.changed", organization=company).earliest("pk")

    assert "Acme: root proposes" in post(root, "rollout_revert", on.pk)

    assert Flag.objects.get(organization=company).mode == FlagMode.OFF


def test_a_known_difference_is_ignored_from_then_on(root: Client) -> None:
    document = DocumentFactory(in_review=True)
    ShadowDifference.objects.create(
        organization=document.organization,
        document=document,
        flag=FLAG,
        field="iban",
        control="A",
        candidate="B",
    )
    page = root.get(reverse("rollout_flag", args=[FLAG]) + "?field=iban").content.decode()
    assert "is known" in page

    post(root, "rollout_ignore", field="iban", control="A", candidate="B")

    assert IgnoredDifference.objects.get().why == "To try it."


def test_the_chart_is_drawn_from_what_was_kept(root: Client) -> None:
    for wins in (3, 9):
        figure = {"name": "pairs", "candidate": wins / 10, "low": 0.1, "high": 0.95}
        said = {"control": 10 - wins, "candidate": wins, "neither": 0}
        EvidenceSnapshot.objects.create(flag=FLAG, data={"figures": [figure], "pairs": said})

    page = root.get(reverse("rollout_flag", args=[FLAG])).content.decode()

    assert 'points="0.0,84.0 400.0,12.0"' in page


def test_an_experiment_from_the_page(root: Client) -> None:
    plan = {"percent": "50", "smallest_effect": "5", "base_rate": "15"}
    assert "takes a second person" in post(root, "rollout_experiment", "start", **plan)
    plan["percent"] = "10"
    assert "documents are planned" in post(root, "rollout_experiment", "start", **plan)
    assert "runs already" in post(root, "rollout_experiment", "start", **plan)

    post(root, "rollout_experiment", "decide", winner="control")

    assert Experiment.objects.get().winner == "control"
    assert setting() == ("off", "0.00")
