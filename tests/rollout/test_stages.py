"""Each of the four stages is turned back alone, by one command, for the next document on."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories import DocumentFactory, OrganizationFactory
from zohodocs.models import AuditEvent, FlagMode, Rollback
from zohodocs.rollout import flags
from zohodocs.rollout.definitions import CANDIDATE, CONTROL, DEFINITIONS, STAGES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_goes_back_alone_while_documents_flow(
    stage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in STAGES.values():
        flags.set_flag(name=name, mode=FlagMode.ON, why="All the way.", by="omar")
    organization = OrganizationFactory()
    before = DocumentFactory(
        organization=organization, flags=flags.answers_for(organization, "before")
    )

    call_command("flag", "stage", stage, "--why", "It harms.")
    after = flags.answers_for(organization, "after")

    said = json.loads(capsys.readouterr().out)
    assert (said["name"], said["mode"], said["touched"]) == (STAGES[stage], "off", 1)
    assert {name for name in STAGES.values() if after[name]["arm"] == CONTROL} == {STAGES[stage]}
    before.refresh_from_db()
    assert before.flags[STAGES[stage]]["arm"] == CANDIDATE
    assert Rollback.objects.get().items.get().document_id == before.pk
    assert AuditEvent.objects.filter(verb="flag.rolled_back", data__why="It harms.").count() == 1


def test_a_stage_needs_a_reason_and_every_stage_has_a_flag_of_its_own() -> None:
    with pytest.raises(CommandError):
        call_command("flag", "stage", "cache", "--why", " ")

    assert Rollback.objects.count() == 0
    assert len(STAGES) == len(set(STAGES.values())) == 4
    assert set(STAGES.values()) <= set(DEFINITIONS)


def test_the_other_verbs_of_the_way_back_answer_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    flags.set_flag(name="new_cache", mode=FlagMode.ON, why="All the way.", by="omar")
    organization = OrganizationFactory()
    DocumentFactory(organization=organization, flags=flags.answers_for(organization, "one"))

    call_command("flag", "evidence", "new_cache")
    call_command("flag", "off", "new_cache", "--why", "It harms.")
    call_command("flag", "repair", "new_cache")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    code = str(Rollback.objects.get().code)
    assert [line.get("rollback") for line in lines] == [None, code, code]


def test_back_for_everyone_reaches_a_company_with_a_setting_of_its_own() -> None:
    own, other = OrganizationFactory(), OrganizationFactory()
    flags.set_flag(
        name="new_cache", mode=FlagMode.ON, organization=own, why="They go first.", by="omar"
    )
    paper = DocumentFactory(organization=own, flags=flags.answers_for(own, "one"))

    call_command("flag", "stage", "cache", "--why", "It harms.")

    arms = [flags.answers_for(each, "two")["new_cache"]["arm"] for each in (own, other)]
    assert arms == [CONTROL, CONTROL]
    assert [item.document_id for item in Rollback.objects.get().items.all()] == [paper.pk]
    assert AuditEvent.objects.filter(verb="flag.changed", organization=own).count() == 2
