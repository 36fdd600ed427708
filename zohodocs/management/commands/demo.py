"""`manage.py demo`: the whole service on data of its own, with a Zoho sandbox beside it."""

import argparse
import os
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.zoho_books.sandbox import Credentials
from zohodocs.operations import claims, demo, embedded_redis, metric_files, services
from zohodocs.operations.process import Service
from zohodocs.operations.supervisor import Supervisor

_SANDBOX = Credentials()
# The demo must neither read nor touch what the environment names for real work.
_NOT_OURS = (
    *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "S3_URL", "BACKUP_URL", "LLM_BASE_URL"),
    *("ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN", "ZOHO_ORGANIZATION_ID"),
)


class Command(BaseCommand):
    """Sandbox, two organisations, log-ins, sample documents sent through to bills."""

    help = "Try ZohoDocs: a Zoho sandbox, sample documents, log-ins printed. Ctrl-C stops all."

    def add_arguments(self, parser: CommandParser) -> None:
        # The command starts itself for these, in processes that see the demo's own settings.
        parser.add_argument("--step", choices=("seed", "samples"), help=argparse.SUPPRESS)

    def handle(self, *args: Any, step: str | None, **options: Any) -> None:
        match step:
            case "seed":
                _keep_log_ins(settings.DATA_DIR, demo.seed())
            case "samples":
                demo.send_samples()
            case _:
                self._supervise()

    def _supervise(self) -> None:
        # What it keeps is nobody else's on this machine; every process inherits this.
        os.umask(0o077)
        data_dir = settings.DATA_DIR / "demo"
        try:
            with claims.data_directory(data_dir):
                claims.check_port(settings.PORT)
                sandbox_port = claims.free_port_after(settings.PORT)
                site = _site(data_dir, sandbox_port)
                metric_files.empty(site.metrics_dir)
                sys.exit(self._run(site, sandbox_port))
        except (claims.AlreadyTaken, embedded_redis.NoRedisServer) as exc:
            raise CommandError(str(exc)) from exc

    def _run(self, site: services.Site, sandbox_port: int) -> int:
        """Run the plan; the terminal is for people, what the processes write goes to a file."""
        self.stdout.write("Preparing the demo: half a minute, the first time.")
        self.stdout.flush()
        path = site.data_dir / "demo.log"
        with path.open("w", buffering=1) as log:
            status = Supervisor(
                _plan(site, sandbox_port),
                on_ready=lambda: self._announce(site, sandbox_port),
                write_output=lambda line: log.write(f"{line}\n"),
            ).run()
        if status:
            self.stderr.write("".join(path.read_text().splitlines(keepends=True)[-20:]))
        return status

    def _announce(self, site: services.Site, sandbox_port: int) -> None:
        log_ins = _log_ins_file(site.data_dir).read_text()
        self.stdout.write(
            f"\nZohoDocs is ready: http://localhost:{site.port}\n"
            f"Zoho sandbox:      http://localhost:{sandbox_port}\n"
            f"{log_ins}"
            f"Ctrl-C stops all. The data stays in {site.data_dir}, with what was said in demo.log\n"
        )
        self.stdout.flush()


def _site(data_dir: Path, sandbox_port: int) -> services.Site:
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    unset = {name: "" for secret in _NOT_OURS for name in (secret, f"{secret}_FILE")}
    return services.Site(
        data_dir=data_dir,
        port=settings.PORT,
        workers=settings.WORKERS,
        allowed_hosts=settings.ALLOWED_HOSTS,
        environment={
            **unset,
            "DATA_DIR": str(data_dir),
            # Its people log in with the passwords that are printed.
            "SECOND_FACTOR": "offered",
            "ZOHO_CLIENT_ID": _SANDBOX.client_id,
            "ZOHO_CLIENT_SECRET": _SANDBOX.client_secret,
            "ZOHO_REFRESH_TOKEN": _SANDBOX.refresh_token,
            "ZOHO_VAT_FIELD": "cf_vat_id",
            "ZOHO_DOCUMENT_FIELD": "cf_document_id",
            "ZOHO_ACCOUNTS_URL": sandbox,
            "ZOHO_BOOKS_URL": f"{sandbox}/books/v3",
        },
    )


def _plan(site: services.Site, sandbox_port: int) -> list[Service]:
    return [
        services.redis(site),
        _sandbox(site, sandbox_port),
        *services.preparation(site),
        services.manage(site, "seed", "demo", "--step", "seed", once=True),
        *services.parts(site),
        services.manage(site, "samples", "demo", "--step", "samples", once=True),
    ]


def _sandbox(site: services.Site, port: int) -> Service:
    state = str(site.data_dir / "zoho")
    command = ("zoho_sandbox", "--port", str(port), "--state", state)
    # The others may still be talking to it while they end.
    return replace(services.manage(site, "zoho", *command), ready=lambda: _listens(port), last=True)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _log_ins_file(data_dir: Path) -> Path:
    return data_dir / "log-ins.txt"


def _keep_log_ins(data_dir: Path, lines: list[str]) -> None:
    """Keep the log-ins for the last words of the terminal, readable by nobody else."""
    path = _log_ins_file(data_dir)
    path.touch(mode=0o600)
    path.write_text("".join(f"  {line}\n" for line in lines))
