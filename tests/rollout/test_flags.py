"""What a document is answered, and what a change leaves behind."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError
from pytest_django import DjangoAssertNumQueries, Settings

from tests.factories import OrganizationFactory
from zohodocs.models import AuditEvent, Flag, FlagMode
from zohodocs.rollout import flags, provider
from zohodocs.rollout.definitions import DEFINITIONS

pytestmark = pytest.mark.django_db
FLAG = "parallel_processing"


def set_mode(mode: FlagMode, **options: object) -> Flag:
    return flags.set_flag(name=FLAG, mode=mode, why="test", by="omar", **options)  # type: ignore[arg-type]  # passed on


@pytest.mark.embedded
def test_every_flag_is_off_on_a_fresh_system() -> None:
    answers = flags.answers_for(OrganizationFactory(), "unit")

    assert set(answers) == set(flags.DEFINITIONS)
    assert {answer["arm"] for answer in answers.values()} == {"control"}


def test_on_and_a_full_percentage_give_the_candidate_and_shadow_does_not() -> None:
    organization = OrganizationFactory()

    arms = []
    for mode, percent in (
        (FlagMode.ON, None),
        (FlagMode.PERCENT, Decimal(100)),
        (FlagMode.PERCENT, Decimal(0)),
        (FlagMode.SHADOW, Decimal(100)),
        (FlagMode.OFF, None),
    ):
        set_mode(mode, percent=percent)
        arms.append(flags.answers_for(organization, "unit")[FLAG]["arm"])

    assert arms == ["candidate", "candidate", "control", "control", "control"]


def test_an_organisations_own_setting_overrules_the_one_for_everyone() -> None:
    organization = OrganizationFactory()
    set_mode(FlagMode.ON)
    set_mode(FlagMode.OFF, organization=organization)

    assert flags.answers_for(organization, "unit")[FLAG]["arm"] == "control"
    assert flags.answers_for(OrganizationFactory(), "unit")[FLAG]["arm"] == "candidate"


def test_a_store_that_cannot_be_read_gives_control(monkeypatch: pytest.MonkeyPatch) -> None:
    organization = OrganizationFactory()
    set_mode(FlagMode.ON)

    def broken(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(provider, "settings_of", broken)

    assert flags.answers_for(organization, "unit")[FLAG]["arm"] == "control"


def test_a_change_counts_a_version_and_is_audited_with_before_and_after() -> None:
    set_mode(FlagMode.SHADOW)

    changed = set_mode(FlagMode.PERCENT, percent=Decimal("2.5"))

    event = AuditEvent.objects.filter(verb="flag.changed").latest("pk")
    assert changed.version == 2
    assert event.actor == "omar"
    assert event.data["before"]["mode"] == "shadow"
    assert event.data["after"] == {"mode": "percent", "percent": "2.50"}


@pytest.mark.parametrize(
    ("percent", "why"),
    [(Decimal("100.01"), "x"), (Decimal("-1"), "x"), (Decimal("1.234"), "x"), (None, "x")],
)
def test_a_percentage_outside_its_bounds_is_refused(percent: Decimal | None, why: str) -> None:
    with pytest.raises(ValueError, match="percentage"):
        flags.set_flag(name=FLAG, mode=FlagMode.PERCENT, percent=percent, why=why, by="omar")


def test_a_change_without_a_reason_and_an_unknown_flag_are_refused() -> None:
    with pytest.raises(ValueError, match="why"):
        flags.set_flag(name=FLAG, mode=FlagMode.ON, why="  ", by="omar")
    with pytest.raises(flags.UnknownFlag, match=FLAG):
        flags.set_flag(name="warp_drive", mode=FlagMode.ON, why="x", by="omar")


def test_in_shadow_the_percentage_is_the_share_that_is_compared() -> None:
    organization = OrganizationFactory()

    shadows = []
    for mode, percent in (
        (FlagMode.SHADOW, None),  # nobody said less than all
        (FlagMode.SHADOW, Decimal(0)),
        (FlagMode.ON, None),
        (FlagMode.PERCENT, Decimal(100)),
    ):
        set_mode(mode, percent=percent)
        shadows.append(flags.answers_for(organization, "unit")[FLAG]["shadow"])

    assert shadows == [True, False, False, False]


def test_what_needs_another_flag_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    organization = OrganizationFactory()
    needy = replace(flags.DEFINITIONS[FLAG], prerequisites=("new_cache",))
    monkeypatch.setitem(DEFINITIONS, FLAG, needy)
    set_mode(FlagMode.ON)
    assert flags.answers_for(organization, "unit")[FLAG]["arm"] == "control"

    flags.set_flag(name="new_cache", mode=FlagMode.ON, why="first this", by="omar")

    assert flags.answers_for(organization, "unit")[FLAG]["arm"] == "candidate"


def test_another_provider_takes_its_place_by_a_setting(settings: Settings) -> None:
    settings.FLAG_PROVIDER = "tests.rollout.other_provider.Other"
    flags._client.cache_clear()
    try:
        answers = flags.answers_for(OrganizationFactory(), "unit")
    finally:
        settings.FLAG_PROVIDER = "zohodocs.rollout.provider.DatabaseProvider"
        flags._client.cache_clear()

    given = {name: answer["arm"] for name, answer in answers.items()}
    assert given == dict.fromkeys(flags.DEFINITIONS, "control") | {"new_cache": "candidate"}


def test_the_row_is_read_once_for_many_documents(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    organization = OrganizationFactory()
    flags.answers_for(organization, "first")

    with django_assert_num_queries(0):
        flags.answers_for(organization, "second")
