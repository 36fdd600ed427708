"""The real child with tasks that misbehave on order: `python -m tests.reading.probe PARENT`."""

import os
import socket
import time
from pathlib import Path

from zohodocs.pipeline.reading import child
from zohodocs.pipeline.reading.serving import Answer


def _environment(body: bytes) -> Answer:
    return {"names": sorted(os.environ)}, b""


def _connect(body: bytes, *, port: int) -> Answer:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError as error:
        return {"refused": type(error).__name__}, b""
    return {"refused": ""}, b""


def _spin(body: bytes) -> Answer:
    while True:
        pass


def _abort(body: bytes) -> Answer:
    os.abort()


_LEAK: list[bytearray] = []


def _hold(body: bytes, *, megabytes: int) -> Answer:
    _LEAK.append(bytearray(b"x") * (megabytes << 20))
    return {}, b""


def _write(body: bytes, *, path: str) -> Answer:
    try:
        Path(path).write_bytes(b"x")
    except OSError as error:
        return {"refused": type(error).__name__}, b""
    return {"refused": ""}, b""


def _sleep(body: bytes, *, for_seconds: float) -> Answer:
    time.sleep(for_seconds)  # the task that takes too long
    return {}, body


def _say(body: bytes) -> Answer:
    os.write(1, b"a library that prints")
    return {}, body


child.TASKS.update(
    environment=_environment,
    connect=_connect,
    spin=_spin,
    abort=_abort,
    hold=_hold,
    write=_write,
    say=_say,
    sleep=_sleep,
)

if __name__ == "__main__":
    child.main()
