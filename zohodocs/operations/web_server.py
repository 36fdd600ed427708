"""gunicorn's configuration: `gunicorn -c python:zohodocs.operations.web_server …`."""

import os
from itertools import count
from typing import Protocol

from zohodocs.operations import metric_files

# Without ALLOWED_HOSTS nobody has said yet who may come: this machine only.
_host = "0.0.0.0" if os.environ.get("ALLOWED_HOSTS") else "127.0.0.1"  # noqa: S104 - asked for by ALLOWED_HOSTS
bind = f"{_host}:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
loglevel = "warning"
control_socket_disable = True


class _Worker(Protocol):
    place: int


class _Arbiter(Protocol):
    WORKERS: dict[int, _Worker]


def pre_fork(server: _Arbiter, worker: _Worker) -> None:
    """Give the worker the lowest place that no living one holds."""
    taken = {living.place for living in server.WORKERS.values()}
    worker.place = next(place for place in count(1) if place not in taken)


def post_fork(server: _Arbiter, worker: _Worker) -> None:
    """Before the application is loaded: count where the worker before it counted."""
    metric_files.take_place(f"web-{worker.place}")
