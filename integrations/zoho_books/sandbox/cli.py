"""The sandbox from a command line; the Django command and `python -m` share this."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from ._sandbox import Sandbox


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="directory that keeps everything")
    parser.add_argument("--latency-ms", type=float, default=0, help="added to every answer")
    parser.add_argument("--faults", type=Path, help="JSON file: a list of fault rules")
    parser.add_argument("--requests-per-minute", type=int, default=100)
    parser.add_argument("--daily-limit", type=int, default=5000)
    parser.add_argument("--time-scale", type=float, default=1, help="divides every time")


def run(options: dict[str, Any]) -> int:
    """Serve until SIGINT or SIGTERM; the exit status."""
    try:
        sandbox = Sandbox(
            state=options["state"],
            port=options["port"],
            host=options["host"],
            latency_ms=options["latency_ms"],
            requests_per_minute=options["requests_per_minute"],
            daily_limit=options["daily_limit"],
            time_scale=options["time_scale"],
            faults=_rules(options["faults"]),
        )
    except (OSError, ValueError, TypeError) as exc:
        sys.stderr.write(f"The Zoho sandbox cannot start: {exc}\n")
        return 2
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with sandbox:
        sys.stdout.write(
            f"Zoho Books sandbox: {sandbox.url} client_id={sandbox.client_id} "
            f"client_secret={sandbox.client_secret} refresh_token={sandbox.refresh_token} "
            f"organizations={','.join(sandbox.organization_ids)}\n"
        )
        sys.stdout.flush()
        done.wait()
    return 0


def _rules(path: Path | None) -> list[dict[str, Any]]:
    if path is None:
        return []
    content = json.loads(path.read_text())
    rules = content.get("rules", []) if isinstance(content, dict) else content
    if not isinstance(rules, list):
        raise ValueError(f"{path} holds no list of fault rules")
    return rules
