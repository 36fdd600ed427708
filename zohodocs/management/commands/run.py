"""`manage.py run`: every service of this site in one terminal."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from zohodocs.operations import claims, embedded_redis, first_run, metric_files, services
from zohodocs.operations.supervisor import Supervisor


class Command(BaseCommand):
    """Embedded Redis if none is named, migrations, web, workers, sweep; Ctrl-C stops all."""

    help = "Run every service with the settings of the environment. Ctrl-C stops all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--only",
            choices=services.PARTS,
            help="this part alone, for a container of its own; whoever starts it migrates first",
        )

    def handle(self, *args: Any, only: str | None, **options: Any) -> None:
        site = services.Site(
            data_dir=settings.DATA_DIR,
            port=settings.PORT,
            workers=settings.WORKERS,
            allowed_hosts=settings.ALLOWED_HOSTS,
        )
        # Papers and secrets are nobody else's on this machine; every process inherits this.
        os.umask(0o077)
        try:
            if only:
                site.metrics_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
                sys.exit(Supervisor(services.parts(site, only)).run())
            with claims.data_directory(site.data_dir):
                sys.exit(self._run_all(site))
        except (claims.AlreadyTaken, embedded_redis.NoRedisServer) as exc:
            raise CommandError(str(exc)) from exc

    def _run_all(self, site: services.Site) -> int:
        claims.check_port(site.port)
        metric_files.empty(site.metrics_dir)
        is_embedded = embedded_redis.url(site.data_dir) == settings.REDIS_URL
        plan = [
            *([services.redis(site)] if is_embedded else []),
            *services.preparation(site),
            *services.parts(site),
        ]
        return Supervisor(plan, on_ready=lambda: self._announce(site)).run()

    def _announce(self, site: services.Site) -> None:
        self.stdout.write(f"\nZohoDocs is ready: http://localhost:{site.port}  (Ctrl-C stops it)\n")
        if first_run.is_new():
            first_run.code()
            self.stdout.write(
                f"Set it up: http://localhost:{site.port}/setup/ with the code in"
                f" {site.data_dir / 'setup-code'}\n"
            )
        connections.close_all()  # the supervisor asks the database nothing else
        self.stdout.flush()
