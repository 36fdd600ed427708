"""Run the tests: all on PostgreSQL and Redis, then a marked part on SQLite and the embedded Redis.

    python -m scripts.run_tests [pytest arguments]

Both servers are private to the run and gone after it. FAST=1 leaves out the tests that need a
browser or much time, and does without PostgreSQL where it is missing.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from scripts import postgresql
from zohodocs.operations import embedded_redis

FAST = os.environ.get("FAST", "") not in {"", "0"}
WORKERS = "2"


def main() -> int:
    arguments = sys.argv[1:]
    # Ended from outside, it still takes its servers down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as stack:
        services: dict[str, str] = {}
        try:
            services["REDIS_URL"] = stack.enter_context(
                embedded_redis.serving(
                    Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zohodocs-redis-")))
                )
            )
            services["DATABASE_URL"] = stack.enter_context(postgresql.cluster())
            require_chromium()
        except (postgresql.NoPostgres, embedded_redis.NoRedisServer, NoChromium) as reason:
            if not FAST:
                print(f"make test: {reason} (FAST=1 leaves out what needs it)", file=sys.stderr)
                return 1
            print(f"make test: left out: {reason}", file=sys.stderr)
        status = pytest(services, "-n", WORKERS, *fast_choice(), *arguments)
    # A chosen few tests are run once; the second pair of servers is for the whole.
    if status or arguments:
        return status
    return pytest({}, "-m", "embedded and not browser", "-q")


class NoChromium(Exception):
    """No browser; the message says what to do."""


def require_chromium() -> None:
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        raise NoChromium("Chromium is not installed: sudo apt install chromium")


def fast_choice() -> list[str]:
    return ["-m", "not browser and not slow"] if FAST else []


def pytest(services: dict[str, str], *arguments: str) -> int:
    """Run pytest with these servers and none that the environment may name."""
    ours = {"DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = (sys.executable, "-m", "pytest", *arguments)
    return subprocess.run(command, env={**environment, **services}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
