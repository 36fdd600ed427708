"""A whole service in processes of its own, as a person starts it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from zohodocs.operations import claims

ROOT = Path(__file__).resolve().parents[2]


def start(command: str, data_dir: Path, port: int) -> subprocess.Popen[str]:
    """`manage.py run` or `manage.py demo` with nothing configured but where."""
    return subprocess.Popen(
        (sys.executable, str(ROOT / "manage.py"), command),
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Running:
    """A service that has said it is ready."""

    def __init__(self, command: str, data_dir: Path, *, last_words: str) -> None:
        self.data_dir = data_dir
        self.port = claims.free_port_after(20_000)
        self.process = start(command, data_dir, self.port)
        self.said = ""
        for line in self.process.stdout or ():
            self.said += line
            if last_words in line:
                return
        _, errors = self.process.communicate()
        pytest.fail(f"it ended before it was ready: {self.said}{errors}")

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=90)
        return self.process.returncode


def processes_of(data_dir: Path) -> list[str]:
    """Command lines of living processes that know this data directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"DATA_DIR={data_dir}".encode() in environment and command:
            found.append(command)
    return found
