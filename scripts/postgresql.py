"""A PostgreSQL cluster that lives as long as a block: nothing of the machine's own is touched."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from zohodocs.operations.process import end_with_parent

# Speed instead of safety: nobody needs this data after a crash.
_SETTINGS = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60"),
    # So that half an hour of writing fills no small disk.
    "max_wal_size=256MB",
)


class NoPostgres(Exception):
    """No cluster can be had here; the message says what to do."""


def find_binaries() -> Path:
    """The directory with initdb and postgres: the newest version of Debian's, else PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    found = debian[-1] if debian else shutil.which("initdb")
    if not found:
        raise NoPostgres("PostgreSQL is not installed: sudo apt install postgresql")
    return Path(found).parent


@contextmanager
def cluster() -> Iterator[str]:
    """Serve a fresh cluster on loopback; gives its DATABASE_URL."""
    binaries = find_binaries()
    # PostgreSQL refuses to run as root; Debian's package has made a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="zohodocs-postgres-") as home:
        if user:
            shutil.chown(home, user, user)
        data = Path(home) / "data"
        start = partial(_start, user=user, home=Path(home))
        made = start(
            *(binaries / "initdb", "-D", data, "-U", "zohodocs", "-A", "trust", "-E", "UTF8"),
            *("--locale=C.UTF-8", "--no-sync"),
        )
        if made.wait():
            raise NoPostgres((Path(home) / "log").read_text().strip()[-500:])
        port = _free_port()
        server = start(
            *(binaries / "postgres", "-D", data, "-k", home, "-h", "127.0.0.1", "-p", str(port)),
            *(part for setting in _SETTINGS for part in ("-c", setting)),
        )
        try:
            _await_ready(
                server, (binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port))
            )
            yield f"postgres://zohodocs@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()


def _start(*command: str | Path, user: str | None, home: Path) -> subprocess.Popen[bytes]:
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=user,
            group=user,
            cwd=home,
            # Ctrl-C is for the tests; the cluster ends after them, however they end.
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGQUIT),
        )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_ready(server: subprocess.Popen[bytes], ask: tuple[str | Path, ...]) -> None:
    deadline = time.monotonic() + 60
    while subprocess.run(ask, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoPostgres("PostgreSQL did not start.")
        time.sleep(0.05)  # The server has no other way to say that it is up.
