"""What goes wrong in a soak: processes, Redis, PostgreSQL, Zoho and its network."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random

import psycopg

from integrations.zoho_books.sandbox import Sandbox
from tests.journeys.service import RunningService, for_psycopg

# A fault that met no process is none.
NOBODY = "nobody was there"
Trouble = Callable[["Scene"], str]

# Paths of the calls that change something, then those that look, then the token.
_CALLS = (
    "PUT /bills",
    "PUT /bills",
    "POST /bills/{id}/attachment",
    "GET /bills",
    "GET /bills/{id}",
    "POST /oauth/v2/token",
)
_FAULTS = (
    "commit_then_reset",
    "commit_then_hang",
    "500_after_commit",
    "500_before",
    "502_before",
    "503",
    "429",
    "hang_before",
    "reset_before",
    "half_json",
    "html_200",
    "empty_200",
    "no_id",
    "wrong_total",
    "wrong_content_type",
    "late_commit",
    "expired_token",
)
_TOKEN_FAULTS = ("reset_before", "502_before", "html_200", "half_json", "commit_then_hang")


class Scene:
    """The service under trial, its Zoho, and the chance that decides."""

    def __init__(self, service: RunningService, zoho: Sandbox, chance: Random) -> None:
        self.service, self.zoho, self.chance = service, zoho, chance

    def strike(self) -> str:
        """One fault of the list; what it was."""
        name = self.chance.choice(list(TROUBLES))
        return f"{name}: {TROUBLES[name](self)}"

    def one(self, part: str) -> int | None:
        """A living process of this part, by chance."""
        found = [pid for pid, command in self.service.processes() if part in command]
        return self.chance.choice(sorted(found)) if found else None

    def send(self, pid: int | None, number: int) -> str:
        """A signal, if the process is still there."""
        with suppress(ProcessLookupError):
            if pid is not None:
                os.kill(pid, number)
        return f"pid {pid}" if pid is not None else NOBODY

    def stop(self, pid: int | None, seconds: float) -> str:
        """Stand still for a while, as in a pause of the machine."""
        if pid is None:
            return NOBODY
        self.send(pid, signal.SIGSTOP)
        time.sleep(seconds)  # as long as the pause lasts
        self.send(pid, signal.SIGCONT)
        return f"pid {pid} for {seconds:.1f} s"

    def database(self) -> psycopg.Connection:
        """A connection of our own to the service's database."""
        url = for_psycopg(self.service.environment["DATABASE_URL"])
        return psycopg.connect(url, autocommit=True, application_name="trouble")


def _kill(part: str) -> Trouble:
    return lambda scene: scene.send(scene.one(part), signal.SIGKILL)


def _worker_pauses(scene: Scene) -> str:
    # Longer than its lease: 120 s over TIME_SCALE.
    scale = float(scene.service.environment["TIME_SCALE"])
    return scene.stop(scene.one("rqworker"), 120 / scale + scene.chance.uniform(0.5, 3))


def _redis_forgets(scene: Scene) -> str:
    scene.service.redis().flushall()
    return "emptied"


def _redis_hangs(scene: Scene) -> str:
    return scene.stop(scene.one("redis-server"), scene.chance.uniform(2, 5))


def _connections_break(scene: Scene) -> str:
    with scene.database() as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name <> 'trouble'"
        ).fetchone()
    return f"{ended[0] if ended else 0} connections"


def _table_is_locked(scene: Scene) -> str:
    table = scene.chance.choice(["zohodocs_document", "zohodocs_posting", "zohodocs_auditevent"])
    seconds = scene.chance.uniform(1, 3)
    with scene.database() as connection, connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        with suppress(psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            time.sleep(seconds)  # as long as the lock is held
    return f"{table} for {seconds:.1f} s"


def _zoho_fails(scene: Scene) -> str:
    match = scene.chance.choice(_CALLS)
    fault = scene.chance.choice(_TOKEN_FAULTS if "oauth" in match else _FAULTS)
    times = scene.chance.randint(1, 4)
    scene.zoho.add_faults(
        [{"match": match, "fault": fault, "times": times, "seconds": 2, "retry_after": 2}]
    )
    return f"{times} x {fault} at {match}"


def _zoho_is_away(scene: Scene) -> str:
    seconds = scene.chance.uniform(3, 8)
    scene.zoho.add_faults([{"match": "*", "fault": "503", "times": 0}])
    time.sleep(seconds)  # as long as it is away
    scene.zoho.clear_faults()
    return f"{seconds:.1f} s"


TROUBLES: Mapping[str, Trouble] = {
    "kill -9 a pipeline worker": _kill("rqworker pipeline"),
    "kill -9 the sequential worker": _kill("rqworker sequential"),
    "kill -9 the sync worker": _kill("rqworker sync"),
    "kill -9 any worker": _kill("rqworker"),
    "kill -9 the sweep": _kill("sweep --loop"),
    "kill -9 the scheduler": _kill("manage.py scheduler"),
    "kill -9 a process of the web": _kill("gunicorn"),
    "kill -9 a reader": _kill("pipeline.reading.child"),
    "kill -9 Redis": _kill("redis-server"),
    "a worker stands still": _worker_pauses,
    "Redis is emptied": _redis_forgets,
    "Redis hangs": _redis_hangs,
    "PostgreSQL ends every connection": _connections_break,
    "a table is locked": _table_is_locked,
    "Zoho fails": _zoho_fails,
    "Zoho fails again": _zoho_fails,
    "Zoho is away": _zoho_is_away,
}
