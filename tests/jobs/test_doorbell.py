"""Ringing where nobody answers: the paper is kept, and whoever hands it in does not wait."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import django_rq
import pytest
from django.conf import settings
from redis import Redis

from tests.factories import DocumentFactory
from zohodocs.environment import redis_address
from zohodocs.jobs import doorbell

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

WAIT = 0.5


@pytest.fixture
def hung() -> Iterator[None]:
    """A Redis that takes connections and never answers."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.MonkeyPatch.context() as monkeypatch,
    ):
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        for queue in settings.RQ_QUEUES.values():
            monkeypatch.setitem(queue, "URL", redis_address(address, timeout=WAIT))
        monkeypatch.setattr(settings, "REDIS_TIMEOUT_SECONDS", WAIT)
        monkeypatch.setattr(doorbell, "_rests_until", 0.0)
        yield


def test_a_hung_redis_costs_two_hundred_papers_one_short_wait(hung: None) -> None:
    document = DocumentFactory()
    began = time.monotonic()

    heard = [doorbell.ring(document) for _ in range(200)]

    assert not any(heard)
    # Each of them would wait as long: all of them together wait less than ten would.
    assert 0.8 * WAIT < time.monotonic() - began < 10 * WAIT


def test_a_bell_that_was_refused_is_rung_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = DocumentFactory()
    with monkeypatch.context() as away:
        for queue in settings.RQ_QUEUES.values():
            away.setitem(queue, "URL", "unix:///nowhere/redis.sock")
        assert not doorbell.ring(document)

    assert doorbell.ring(document)


@pytest.mark.parametrize("queue", ["pipeline", "sequential", "sync"])
def test_every_queue_s_client_waits_a_second_and_no_longer(queue: str) -> None:
    options = django_rq.get_connection(queue).connection_pool.connection_kwargs

    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("address", "option", "value"),
    [
        ("unix:///run/a b/redis.sock?db=3", "path", "/run/a b/redis.sock"),
        ("unix:///run/redis.sock?db=3", "db", 3),
        ("redis://:p%40ss@host:6380/1", "password", "p@ss"),
        ("redis://host/1?socket_timeout=7", "socket_timeout", 7.0),
    ],
)
def test_an_address_keeps_what_it_says_itself(address: str, option: str, value: object) -> None:
    client = Redis.from_url(redis_address(address, timeout=1.0))

    assert client.connection_pool.connection_kwargs[option] == value
