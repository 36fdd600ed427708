"""What every test stands on: servers and a data directory of its own, and no network.

`make test` names a private PostgreSQL and Redis. A bare `pytest` runs on SQLite and an embedded
Redis that lives as long as the session. Nothing of the machine's own is read or written.
"""

import atexit
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from zohodocs.operations import embedded_redis

if "zohodocs.settings" in sys.modules or os.environ.get("DJANGO_SETTINGS_MODULE"):
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests choose their own settings.")

_DATA_DIR = Path(tempfile.mkdtemp(prefix="zohodocs-test-"))
atexit.register(shutil.rmtree, _DATA_DIR, ignore_errors=True)


def _chosen_environment(data_dir: Path) -> dict[str, str]:
    """The whole environment that the settings see: what is not here is unset."""
    chosen = {
        "DJANGO_SETTINGS_MODULE": "zohodocs.settings",
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": "only-for-tests",
        # Tests of it say so (tests/web/test_second_factor.py).
        "SECOND_FACTOR": "offered",
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
    }
    redis_url = os.environ.get("REDIS_URL", "")
    if redis_url and (worker := os.environ.get("PYTEST_XDIST_WORKER")):
        # Two workers of pytest-xdist must not take each other's jobs: gw0 -> 1, gw1 -> 2 …
        number = int(worker.removeprefix("gw")) + 1
        redis_url += ("?db=" if redis_url.startswith("unix:") else "/") + str(number)
    chosen["REDIS_URL"] = redis_url
    return chosen


def _names_of_settings() -> list[str]:
    prefixes = ("ZOHO_", "LLM_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PROMETHEUS_")
    single = {"PORT", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DATA_DIR", "METRICS_TOKEN"}
    single |= {"FIELD_ENCRYPTION_KEYS", "EMAIL_URL", "S3_URL", "BACKUP_URL", "TIME_SCALE"}
    single |= {"BACKUP_KEYS", "BACKUP_KEEP_DAYS", "MINUTES_BY_HAND", "SECOND_FACTOR"}
    single |= {"HOLD_SECONDS", "WORKERS", "PROCESS_NAME"}
    return [
        name
        for name in os.environ
        if name.startswith(prefixes) or name.removesuffix("_FILE") in single
    ]


_CHOSEN = _chosen_environment(_DATA_DIR)
for _name in _names_of_settings():
    del os.environ[_name]
os.environ.update(_CHOSEN)

# After the environment is settled, before pytest-django looks whether there are settings.
import django
import django_rq
import redis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

django.setup()
from tests.gate import Gate
from zohodocs.rollout import provider

# pytest-xdist's workers inherit the environment, and must choose for themselves as well.
del os.environ["DJANGO_SETTINGS_MODULE"]


# --- No network -----------------------------------------------------------------------------------

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo
_LOOPBACK = ("127.", "::1", "localhost", "testserver")


class NetworkUsed(RuntimeError):
    """A test tried to leave this machine."""


def _stay_here(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if not name.startswith(_LOOPBACK):
        raise NetworkUsed(f"This test tried to reach {name}; only loopback is open to tests.")


def _guarded_connect(sock: socket.socket, address: object) -> None:
    if isinstance(address, tuple):
        _stay_here(address[0])
    _connect(sock, address)  # type: ignore[arg-type]  # typeshed hides the type of an address


def _guarded_connect_ex(sock: socket.socket, address: object) -> int:
    if isinstance(address, tuple):
        _stay_here(address[0])
    return _connect_ex(sock, address)  # type: ignore[arg-type]  # as above


def _guarded_getaddrinfo(host: object, *args: object, **options: object) -> object:
    _stay_here(host)
    return _getaddrinfo(host, *args, **options)  # type: ignore[arg-type]  # passed on as it came


# --- The session ----------------------------------------------------------------------------------

_session = ExitStack()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Close the network; bring up a Redis unless one was named."""
    socket.socket.connect = _guarded_connect  # type: ignore[assignment,method-assign]  # the guard
    socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[assignment,method-assign]  # the guard
    socket.getaddrinfo = _guarded_getaddrinfo  # type: ignore[assignment]  # the guard
    is_controller = getattr(session.config.option, "numprocesses", None)
    if is_controller:
        return
    if not os.environ["REDIS_URL"]:
        _session.enter_context(embedded_redis.serving(_DATA_DIR))
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        if client.dbsize():
            pytest.exit("REDIS_URL names a Redis with data in it; the tests would empty it.", 4)


def pytest_sessionfinish() -> None:
    """Take down what the session brought up."""
    _session.close()


@pytest.fixture(autouse=True)
def _flags_anew() -> None:
    """No test sees another one's flags."""
    provider.forget()


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    """The language that a test's last page was shown in ends with it."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Jobs and cache entries of a database test end with it."""
    yield
    if request.node.get_closest_marker("django_db"):
        django_rq.get_connection("pipeline").flushdb()


@pytest.fixture(autouse=True, scope="session")
def _flushed_alone() -> Iterator[None]:
    """Let a transactional test clean up while no request of its browser runs any more.

    On SQLite the flush deletes row by row, which the product's triggers of append-only tables
    refuse; PostgreSQL's TRUNCATE does not ask them.
    """
    case_class: Any = TransactionTestCase  # its tear-down is not part of the typed face
    handler_class: Any = WSGIHandler  # nor is its call to be replaced
    teardown, answer = case_class._fixture_teardown, handler_class.__call__
    triggers = import_module("zohodocs.migrations.0002_append_only")
    gate = Gate()

    def alone(case: TransactionTestCase) -> None:
        with gate.shut():
            if connection.vendor != "sqlite":
                teardown(case)
                return
            with connection.cursor() as cursor:
                editor = SimpleNamespace(connection=connection, execute=cursor.execute)
                triggers.allow(None, editor)
                teardown(case)
                triggers.forbid(None, editor)

    case_class._fixture_teardown = alone
    handler_class.__call__ = gate.passing(answer)
    yield
    case_class._fixture_teardown, handler_class.__call__ = teardown, answer
