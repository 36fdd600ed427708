"""What a drill measured: printed, and kept for the table of `make drill`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

FILE = "DRILL_FIGURES"


def figure(what: str, seconds: float, *, asked: float, how: str = "") -> None:
    """Say how long something took, and how long it may; where `FILE` names a file, write it down.

    `how`: what happened meanwhile, in a few words.
    """
    found = {"what": what, "seconds": round(seconds, 1), "asked": asked, "how": how}
    sys.stdout.write(f"\n{what}: {seconds:.1f} s of {asked:g} s; {how}\n")
    if name := os.environ.get(FILE):
        with Path(name).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(found) + "\n")
