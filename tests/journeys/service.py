"""The real service for a journey: `manage.py run` on data, database, Redis and port of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from redis import Redis

from integrations.zoho_books.sandbox import Sandbox
from zohodocs.operations import claims, embedded_redis

ROOT = Path(__file__).resolve().parents[2]
Row = tuple[Any, ...]
Answer = TypeVar("Answer")


class RunningService:
    """A service that has said it is ready, and the handles a test pulls it by."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.data_dir = Path(environment["DATA_DIR"])
        self.port = int(environment["PORT"])
        self._said: list[str] = []
        self._is_ready = threading.Event()
        self._process = subprocess.Popen(
            (sys.executable, str(ROOT / "manage.py"), "run"),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """Of its supervisor."""
        return self._process.pid

    @property
    def said(self) -> str:
        """Everything that came out of any of its processes so far."""
        return "".join(self._said)

    def await_ready(self, seconds: float = 90) -> None:
        """Return when it serves; fail the test if it does not."""
        if not self._is_ready.wait(seconds) or self._process.poll() is not None:
            pytest.fail(f"the service did not become ready:\n{self.said[-3000:]}")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """One of our commands, in the service's environment, not waited for."""
        return subprocess.Popen(
            (sys.executable, str(ROOT / "manage.py"), *arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str, status: int = 0) -> str:
        """What the command printed; it must end with this status."""
        out, _ = self.talk(*arguments, status=status)
        return out

    def talk(self, *arguments: str, status: int = 0) -> tuple[str, str]:
        """Standard output and error of the command; it must end with this status."""
        process = self.start(*arguments)
        out, errors = process.communicate(timeout=300)
        assert process.returncode == status, f"{' '.join(arguments)}: {out[-1500:]}{errors[-1500:]}"
        return out, errors

    def shell(self, code: str) -> str:
        """What this Python printed inside the service's Django."""
        return self.manage("shell", "--no-imports", "-c", code)

    def json(self, *arguments: str, status: int = 0) -> Any:
        """The one JSON line of the command."""
        return json.loads(self.manage(*arguments, status=status))

    def rows(self, query: str) -> list[Row]:
        """What the database holds now, read beside the service."""
        url = self.environment["DATABASE_URL"]
        if url:
            with psycopg.connect(for_psycopg(url), autocommit=True) as connection:
                return connection.execute(query.encode()).fetchall()
        path = self.data_dir / "zohodocs.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as reader:
            return reader.execute(query).fetchall()

    def states(self) -> dict[str, int]:
        """How many documents stand in which state."""
        counted = self.rows("SELECT state, count(*) FROM zohodocs_document GROUP BY state")
        return {str(state): int(number) for state, number in counted}

    def redis(self) -> Redis:
        """A client of its Redis."""
        return Redis.from_url(embedded_redis.url(self.data_dir))

    def workers(self, queue: str) -> list[int]:
        """Process ids of the living workers of a queue."""
        return sorted(
            pid for pid, command in self.processes() if command.endswith(f"rqworker {queue}")
        )

    def kill_at_work(self, owners: str, *, seconds: float = 60) -> int:
        """kill -9 a worker that this query names as a lease's owner; its process id.

        It is stopped first and looked at again, so that it surely dies in the middle of its work.
        """

        def caught() -> int | None:
            for pid in self._owners(owners):
                os.kill(pid, signal.SIGSTOP)
                if pid in self._owners(owners):
                    os.kill(pid, signal.SIGKILL)
                    return pid
                os.kill(pid, signal.SIGCONT)
            return None

        found = self.until(caught, what=f"a worker of {owners}", seconds=seconds, pause=0.005)
        assert found is not None
        return found

    def _owners(self, query: str) -> list[int]:
        living = {pid for pid, _ in self.processes()}
        named = [str(owner).split(":") for (owner,) in self.rows(query)]
        return [int(parts[1]) for parts in named if len(parts) > 1 and int(parts[1]) in living]

    def processes(self) -> Iterator[tuple[int, str]]:
        """Process id and command of everything that runs for it, commands of a test included."""
        ours = f"DATA_DIR={self.data_dir}\0".encode()
        # Redis writes its title over its environment, and readers are given none.
        below = set(_below(self.pid))
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                known = int(entry.name) in below
                if known or ours in (entry / "environ").read_bytes() + b"\0":
                    words = (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
                    line = re.sub(r" --verbosity 0$", "", b" ".join(words).decode())
                    yield int(entry.name), line
            except OSError:
                continue

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._said.append(line)
            if "is ready" in line:
                self._is_ready.set()
        self._is_ready.set()

    def until(
        self,
        asked: Callable[[], Answer],
        *,
        what: str,
        seconds: float = 120,
        pause: float = 0.2,
    ) -> Answer:
        """The first answer that is true; the test fails where none comes in time."""
        ends_at = time.monotonic() + seconds
        while not (answer := asked()):
            if time.monotonic() > ends_at or self._process.poll() is not None:
                states = self.states()
                pytest.fail(f"{seconds:g} s without {what}: {states}\n{self.said[-3000:]}")
            time.sleep(pause)  # the service's processes tell us nothing
        return answer

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(timeout=90)
        self._listener.join(timeout=10)
        if self._process.stdout:
            self._process.stdout.close()
        return status


def _below(pid: int) -> Iterator[int]:
    """Every process that this one started, and theirs."""
    children: list[str] = []
    with suppress(OSError):  # it has ended
        for one in Path(f"/proc/{pid}/task").glob("*/children"):
            children += one.read_text(encoding="ascii").split()
    for child in map(int, children):
        yield child
        yield from _below(child)


@contextmanager
def serving(
    home: Path, zoho: Sandbox | None = None, **environment: str
) -> Iterator[RunningService]:
    """The service, ready; on PostgreSQL with a database that is made for it and dropped."""
    with database(os.environ.get("DATABASE_URL", "")) as url:
        service = RunningService(
            {
                "PATH": os.environ["PATH"],
                "DATA_DIR": str(home),
                "DATABASE_URL": url,
                "PORT": str(claims.free_port_after(21_000)),
                # People log in with a password alone, as in the demo.
                "SECOND_FACTOR": "offered",
                **(_connected(zoho) if zoho else {}),
                **environment,
            }
        )
        try:
            service.await_ready()
            yield service
        finally:
            service.stop()


def _connected(zoho: Sandbox) -> dict[str, str]:
    return {
        "ZOHO_ACCOUNTS_URL": zoho.accounts_url,
        "ZOHO_BOOKS_URL": zoho.books_url,
        "ZOHO_CLIENT_ID": zoho.client_id,
        "ZOHO_CLIENT_SECRET": zoho.client_secret,
        "ZOHO_REFRESH_TOKEN": zoho.refresh_token,
        "ZOHO_ORGANIZATION_ID": zoho.organization_ids[0],
        "ZOHO_VAT_FIELD": "cf_vat_id",
        "ZOHO_DOCUMENT_FIELD": "cf_document_id",
    }


@contextmanager
def database(url: str) -> Iterator[str]:
    """A database that is made for the block and dropped; "" = SQLite in the data directory."""
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"journey_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(for_psycopg(url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def for_psycopg(url: str) -> str:
    """The same address, as psycopg writes it."""
    return url.replace("postgres://", "postgresql://", 1)
