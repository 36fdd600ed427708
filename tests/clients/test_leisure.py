"""A long walk waits for calls to spare, page by page, instead of being thrown away."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from integrations.errors import OverBudget
from tests.factories import ConnectionFactory
from zohodocs import clients
from zohodocs.clients.building import _budget
from zohodocs.models import Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return ConnectionFactory(zoho_organization_id="77")


def test_with_calls_to_spare_nothing_is_waited_for(connection: Connection) -> None:
    began = time.monotonic()

    rows = list(clients.at_leisure(iter(range(1000)), connection.organization))

    assert rows == list(range(1000))
    assert time.monotonic() - began < 2


def test_each_page_waits_until_there_is_room(connection: Connection, settings: Any) -> None:
    settings.TIME_SCALE = 10
    rows = clients.at_leisure(iter(range(201)), connection.organization)
    first = [next(rows) for _ in range(200)]
    _budget(connection).pause(1.2)
    began = time.monotonic()

    rest = list(rows)

    assert (len(first), rest) == (200, [200])
    assert time.monotonic() - began > 1


def test_what_takes_longer_than_a_minute_is_not_waited_for(connection: Connection) -> None:
    _budget(connection).pause(7200)
    began = time.monotonic()

    clients.wait_for_calls(connection.organization)

    assert time.monotonic() - began < 2


def test_nobody_waits_once_the_process_stops(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zohodocs.clients.leisure._closing", threading.Event())
    _budget(connection).pause(50)
    began = time.monotonic()
    stop = threading.Timer(0.2, clients.close)
    stop.start()

    with pytest.raises(OverBudget):
        clients.wait_for_calls(connection.organization)

    stop.join()
    assert time.monotonic() - began < 10
