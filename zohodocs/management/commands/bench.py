"""`bench [NAME…] [--json] [--database URL]`: each benchmark on data and services of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from zohodocs import telemetry
from zohodocs.operations import embedded_redis
from zohodocs.operations.benchmarks import BENCHMARKS, ON_POSTGRESQL

from ._arguments import PlainCommand

_PRIVATE = "ZOHODOCS_BENCH"


class Command(PlainCommand):
    """Measure the product against a baseline in the same run."""

    help = f"Benchmarks: {', '.join(BENCHMARKS)}. Ratio > 1 = better; `pipeline`: a share, 0..1."

    def add_arguments(self, parser: CommandParser) -> None:
        """Names, `--json`, and where to work."""
        parser.add_argument("name", nargs="*")
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--database",
            default="",
            metavar="URL",
            help="an empty PostgreSQL to measure on, filled by it (otherwise a SQLite of its own)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run each in a process that sees nothing of the real data."""
        unknown = sorted(set(options["name"]) - set(BENCHMARKS))
        if unknown:
            raise CommandError(
                f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.",
                returncode=2,
            )
        on_postgresql = options["database"].startswith("postgres")
        lacking = sorted(ON_POSTGRESQL & set(options["name"]))
        if lacking and not on_postgresql and not os.environ.get(_PRIVATE):
            raise CommandError(
                f"{', '.join(lacking)}: measured on PostgreSQL alone. Name an empty one with"
                " --database, or run `make bench`.",
                returncode=2,
            )
        names = options["name"] or [
            name for name in BENCHMARKS if on_postgresql or name not in ON_POSTGRESQL
        ]
        if os.environ.get(_PRIVATE):
            self._measure(names, as_json=options["json"])
            return
        with tempfile.TemporaryDirectory(prefix="zohodocs-bench-") as directory:
            home = Path(directory)
            with embedded_redis.serving(home) as redis_url:
                environment = os.environ | {
                    _PRIVATE: "1",
                    "DATA_DIR": directory,
                    "DATABASE_URL": options["database"],
                    "REDIS_URL": redis_url,
                    "ZOHO_BOOKS_URL": "",
                }
                command = [sys.executable, sys.argv[0], "bench", *names]
                done = subprocess.run(
                    [*command, "--json"] if options["json"] else command,
                    env=environment,
                    check=False,
                )
        sys.exit(done.returncode)

    def _measure(self, names: list[str], *, as_json: bool) -> None:
        telemetry.configure(level="WARNING")  # nobody reads a line for each of its documents
        results: dict[str, Any] = {}
        for name in names:
            call_command("migrate", verbosity=0, interactive=False)
            results[name] = BENCHMARKS[name]().to_json()
            if not as_json:
                facts = ", ".join(f"{key} {value}" for key, value in results[name].items())
                self.stdout.write(f"{name}: {facts}")
        if as_json:
            self.json_line(results)
