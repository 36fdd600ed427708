"""Runs several processes of one worker program, and starts them at the same moment."""

import subprocess
import sys
from pathlib import Path

from redis import Redis

ROOT = Path(__file__).parents[2]


def crowd(redis: Redis, program: str, arguments: list[list[str]]) -> list[str]:
    """What each printed; they begin when all are ready."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"tests.integrations.workers.{program}", *each],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for each in arguments
    ]
    try:
        while int(redis.get("ready") or 0) < len(processes):
            assert all(process.poll() is None for process in processes), "a worker died"
        redis.set("start", 1)
        return [process.communicate(timeout=60)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
