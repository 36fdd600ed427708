"""Which processes make up the service, in the order in which they start."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from zohodocs.operations import embedded_redis, metric_files, probe
from zohodocs.operations.process import Service

PARTS = ("pipeline", "sequential", "sync", "shadow", "sweep", "scheduler", "web")
_MANAGE = Path(__file__).resolve().parents[2] / "manage.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where and how large this service runs."""

    data_dir: Path
    port: int
    workers: int
    allowed_hosts: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def metrics_dir(self) -> Path:
        return self.data_dir / "metrics"


def manage(site: Site, name: str, *arguments: str, once: bool = False) -> Service:
    """A process that runs one of our commands."""
    return Service(
        name=name,
        command=(sys.executable, str(_MANAGE), *arguments),
        environment={"PYTHONUNBUFFERED": "1", **site.environment},
        once=once,
    )


def redis(site: Site) -> Service:
    """The embedded Redis; the others need it until they have ended."""
    socket = embedded_redis.socket_path(site.data_dir)
    return Service(
        name="redis",
        command=embedded_redis.prepare(site.data_dir),
        ready=lambda: embedded_redis.answers(socket),
        last=True,
    )


def preparation(site: Site) -> list[Service]:
    """What must be done once before anything serves."""
    return [
        manage(site, "backup", "backup", "create", "--before-migrations", once=True),
        manage(site, "migrate", "migrate", "--no-input", "--verbosity", "0", once=True),
        manage(site, "static", "collectstatic", "--no-input", "--verbosity", "0", once=True),
    ]


def parts(site: Site, *names: str) -> list[Service]:
    """The processes that stay; by default all of them."""
    return [service for name in names or PARTS for service in _part(site, name)]


def _part(site: Site, name: str) -> list[Service]:
    match name:
        case "web":
            return [_web(site)]
        case "sweep":
            return [_counted(site, "sweep", "sweep", "--loop")]
        case "scheduler":
            return [_counted(site, "scheduler", "scheduler")]
        case "pipeline":
            return [_worker(site, f"pipeline-{n}", "pipeline") for n in range(1, site.workers + 1)]
        case "shadow":
            # A tenth of the processor where others want it: nobody waits for what is only tried.
            return [replace(_worker(site, "shadow", "shadow"), nice=10)]
        case queue:
            return [_worker(site, queue, queue)]


def _worker(site: Site, place: str, queue: str) -> Service:
    # Quiet: RQ would write two lines for every job.
    return _counted(site, place, "rqworker", queue, "--verbosity", "0")


def _counted(site: Site, place: str, *arguments: str) -> Service:
    """A command whose metrics are part of the service's, under a place of its own."""
    service = manage(site, place, *arguments)
    return Service(
        name=place,
        command=service.command,
        environment={
            **service.environment,
            metric_files.DIRECTORY: str(site.metrics_dir),
            metric_files.PLACE: place,
        },
        buried=lambda: metric_files.leave_place(place, site.metrics_dir),
    )


def _web(site: Site) -> Service:
    configuration = "python:zohodocs.operations.web_server"
    return Service(
        name="web",
        command=(sys.executable, "-m", "gunicorn", "-c", configuration, "zohodocs.wsgi"),
        environment={
            "PYTHONUNBUFFERED": "1",
            **site.environment,
            "PORT": str(site.port),
            metric_files.DIRECTORY: str(site.metrics_dir),
        },
        ready=lambda: probe.is_live(port=site.port, allowed_hosts=site.allowed_hosts),
        buried=lambda: metric_files.leave_place("web-*", site.metrics_dir),
    )
