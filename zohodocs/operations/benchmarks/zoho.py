"""A Zoho sandbox in a process of its own, so that it does not share a core's time slice with us."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Zoho:
    """Where it answers and how one logs in there."""

    url: str
    client_id: str
    client_secret: str
    refresh_token: str
    organizations: tuple[str, ...]

    def calls(self) -> int:
        """Calls of its API until now, refused ones too."""
        counted: dict[str, int] = self._asked("calls")
        return sum(number for name, number in counted.items() if "/oauth/" not in name)

    def state(self) -> dict[str, Any]:
        """Everything it holds."""
        held: dict[str, Any] = self._asked("state")
        return held

    def _asked(self, what: str) -> Any:
        # The address is the one that our own process printed.
        with urllib.request.urlopen(f"{self.url}/_sandbox/{what}", timeout=_SECONDS) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def zoho(**options: float) -> Iterator[Zoho]:
    """A sandbox with these options of `manage.py zoho_sandbox`, for the length of the block."""
    named = [part for name, value in options.items() for part in (_option(name), str(value))]
    command = [sys.executable, str(_MANAGE), "zoho_sandbox", "--port", "0", *named]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            words = line.partition("sandbox: ")[2].split()
            if not words:
                raise AssertionError("The benchmark's Zoho sandbox did not start.")
            facts = dict(word.split("=", 1) for word in words[1:])
            yield Zoho(
                url=words[0],
                client_id=facts["client_id"],
                client_secret=facts["client_secret"],
                refresh_token=facts["refresh_token"],
                organizations=tuple(facts["organizations"].split(",")),
            )
        finally:
            process.terminate()


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
