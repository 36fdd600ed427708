"""What a service takes for itself before it starts: its data directory and its port."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class AlreadyTaken(Exception):
    """Somebody else has it; the message says what to do."""


@contextmanager
def data_directory(path: Path) -> Iterator[None]:
    """Hold the directory; the kernel gives it back even if this process is killed."""
    path.mkdir(parents=True, exist_ok=True)
    with (path / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise AlreadyTaken(
                f"ZohoDocs already runs on {path}. Stop it first, or set DATA_DIR."
            ) from exc
        yield


def check_port(port: int) -> None:
    """Refuse a port that somebody listens on."""
    if not _is_free(port):
        raise AlreadyTaken(f"Port {port} is in use. Set PORT to another one.")


def free_port_after(port: int) -> int:
    """The first free port above `port`, so that a restart most often finds the same one."""
    return next(candidate for candidate in range(port + 1, port + 1000) if _is_free(candidate))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        # As servers do it: a connection that is still closing is no reason to refuse.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
