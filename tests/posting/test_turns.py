"""Whose turn it is: who finds no room is not taken up, and keeps no other company waiting."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from tests.factories import ConnectionFactory, DocumentFactory
from tests.posting.conftest import Desk
from zohodocs.clients import room_in
from zohodocs.clients.building import _budget
from zohodocs.models import Connection
from zohodocs.posting import turns
from zohodocs.posting.push import due

pytestmark = pytest.mark.django_db(transaction=True)


def use_up(desk: Desk, seconds: float) -> None:
    """Nobody may call for so long."""
    connection = Connection.objects.select_related("organization").get(
        organization=desk.organization
    )
    _budget(connection).pause(seconds)


def test_with_room_it_is_everybodys_turn(desk: Desk) -> None:
    assert turns.comes(desk.organization.pk, places=0)


def test_without_a_place_one_turns_back_and_is_not_rung_for(desk: Desk) -> None:
    document = desk.approved()
    assert due(timezone.now()) == [document.pk]
    use_up(desk, 30)

    assert not turns.comes(desk.organization.pk, places=0)
    assert due(timezone.now()) == []


def test_with_a_place_one_waits_until_there_is_room(desk: Desk, settings: Any) -> None:
    settings.TIME_SCALE = 10
    use_up(desk, 1.2)
    started = time.monotonic()

    assert turns.comes(desk.organization.pk, places=1)

    assert time.monotonic() - started >= 1


def test_a_place_is_for_one(desk: Desk, settings: Any) -> None:
    settings.TIME_SCALE = 10
    use_up(desk, 2.5)
    answers: list[bool] = []

    def wait() -> None:
        try:
            answers.append(turns.comes(desk.organization.pk, places=1))
        finally:
            connections.close_all()

    hands = [threading.Thread(target=wait) for _ in range(3)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(timeout=20)

    assert sorted(answers) == [False, False, True]


def test_a_wait_longer_than_a_minute_is_told_to_the_document(desk: Desk) -> None:
    use_up(desk, 7200)
    document = desk.approved()

    assert turns.comes(desk.organization.pk, places=0)
    assert due(timezone.now()) == [document.pk]
    outcome = desk.push(document)

    assert outcome.not_before is not None
    assert desk.posting(document).error_code == "overbudget"


def test_a_company_whose_day_is_over_is_probed_by_one_document(desk: Desk) -> None:
    mine = [desk.approved(number=number).pk for number in ("A-1", "A-2", "A-3")]
    others = [DocumentFactory(approved=True, hold_until=None).pk for _ in range(2)]
    use_up(desk, 7200)

    found = due(timezone.now(), limit=3)

    assert len(set(mine) & set(found)) == 1
    assert set(others) <= set(found)


def test_the_places_are_shared_by_all_companies(desk: Desk, settings: Any) -> None:
    settings.TIME_SCALE = 10
    other = ConnectionFactory(zoho_organization_id="another").organization
    for organization in (desk.organization, other):
        _budget(Connection.objects.get(organization=organization)).pause(2.5)
    answers: list[bool] = []

    def wait(organization_id: int) -> None:
        try:
            answers.append(turns.comes(organization_id, places=1))
        finally:
            connections.close_all()

    hands = [threading.Thread(target=wait, args=(each.pk,)) for each in (desk.organization, other)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(timeout=20)

    assert sorted(answers) == [False, True]


def test_whoever_waits_goes_home_when_told_to_stop(desk: Desk) -> None:
    use_up(desk, 30)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()

    assert not turns.comes(desk.organization.pk, places=1, stop=stop)

    assert time.monotonic() - started < 30  # when there is room


def test_no_other_companys_number_touches_a_budget(desk: Desk) -> None:
    connection = Connection.objects.select_related("organization").get(
        organization=desk.organization
    )
    stranger = ConnectionFactory(
        zoho_organization_id=connection.zoho_organization_id, books_url="https://zoho.example/v3"
    )

    _budget(stranger).pause(30)

    assert room_in(connection) == 0
    assert room_in(stranger) > 0
