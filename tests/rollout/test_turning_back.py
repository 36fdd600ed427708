"""Going back by hand, and giving people what was touched."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from prometheus_client import REGISTRY

from tests.rollout.test_evidence import FLAG, let_in, organization, papers
from zohodocs.models import (
    AuditEvent,
    Flag,
    FlagMode,
    Organization,
    ReviewItem,
    Rollback,
)
from zohodocs.operations import repairing, rollouts
from zohodocs.rollout.flags import set_flag

__all__ = ["organization"]
pytestmark = pytest.mark.django_db


def turned_back() -> Rollback:
    made = rollouts.turn_back(FLAG, by="ana", why="Strange totals.")
    assert made is not None
    return made


def test_by_hand_it_goes_back_with_the_same_list(organization: Organization) -> None:
    let_in()
    papers(organization, "candidate", 3, 0)
    papers(organization, "control", 2, 0)

    made = turned_back()

    assert made.items.count() == 3
    assert made.by == "ana"


def rollbacks() -> float:
    return REGISTRY.get_sample_value("zohodocs_rollbacks_total", {"flag": FLAG}) or 0


def test_what_is_off_already_does_not_go_back_again(organization: Organization) -> None:
    before = rollbacks()
    assert rollouts.turn_back(FLAG, by="ana", why="To be sure.") is None
    let_in()
    turned_back()
    changed = AuditEvent.objects.count()

    again = rollouts.turn_back(FLAG, by="bob", why="To be sure.")
    said = StringIO()
    call_command("flag", "off", FLAG, "--why", "To be sure.", stdout=said)

    assert again is None
    assert json.loads(said.getvalue()) == {
        "name": FLAG,
        "mode": "off",
        "touched": 0,
        "rollback": None,
    }
    assert Rollback.objects.count() == 1
    assert rollbacks() == before + 1
    assert AuditEvent.objects.count() == changed
    with pytest.raises(ValueError, match="Say why"):
        rollouts.turn_back(FLAG, by="bob", why=" ")


def test_a_company_of_its_own_setting_still_goes_back(organization: Organization) -> None:
    let_in()
    turned_back()
    set_flag(name=FLAG, mode=FlagMode.ON, organization=organization, why="Try.", by="ana + bob")

    turned_back()

    assert set(Flag.objects.values_list("mode", flat=True)) == {"off"}


def test_the_list_has_every_document_however_many_there_are(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollouts, "_BATCH", 3)
    let_in()
    touched = papers(organization, "candidate", 7, 0)

    made = turned_back()

    listed = set(made.items.values_list("document_id", flat=True))
    assert listed == {document.pk for document in touched}


def test_repairing_gives_every_document_to_a_person_once(organization: Organization) -> None:
    let_in()
    held = papers(organization, "candidate", 1, 0)[0]
    papers(organization, "candidate", 1, 0, state="posted")
    papers(organization, "candidate", 1, 0, state="rejected")
    made = turned_back()

    counted = repairing.repair(made, by="bob")

    assert counted == {"opened": 2, "fine": 1}
    held.refresh_from_db()
    assert held.state == "in_review"
    assert sorted(ReviewItem.objects.values_list("kind", flat=True)) == ["audit", "decide"]
    assert repairing.repair(made, by="bob") == {"opened": 0, "fine": 0}


def test_two_who_repair_at_once_do_it_once(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in()
    papers(organization, "candidate", 1, 0)
    made = turned_back()
    honest, counted = repairing._see_to, []

    def with_company(*arguments: Any) -> Any:
        counted.append(repairing.repair(made, by="bob"))
        return honest(*arguments)

    monkeypatch.setattr(repairing, "_see_to", with_company)

    assert repairing.repair(made, by="ana") == {"opened": 1, "fine": 0}
    assert counted == [{"opened": 0, "fine": 0}]
    assert AuditEvent.objects.filter(verb="document.repair.opened").count() == 1
