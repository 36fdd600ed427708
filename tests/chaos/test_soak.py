"""A seeded soak: papers flow, people approve, and every few seconds something goes wrong.

`make chaos` runs it for half an hour; CHAOS_SECONDS and CHAOS_SEED choose otherwise.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from integrations.zoho_books.sandbox import Sandbox
from tests.chaos.papers import BUYER, papers
from tests.chaos.trouble import NOBODY, Scene
from tests.journeys import company, oracle
from tests.journeys.service import RunningService, serving
from zohodocs.operations.benchmarks.footprint import megabytes

pytestmark = [pytest.mark.slow]

SECONDS = float(os.environ.get("CHAOS_SECONDS", "100"))
SEED = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(1_000_000))
TIME_SCALE = 15
_BATCH = 6
_PAUSE_SECONDS = 5.0
# However long it runs, what it keeps stays small.
_MOST_FILES = 3000
_REST_SECONDS = max(240.0, SECONDS / 3)
_UNDER_WAY = {"received", "processing", "approved", "posting"}


@dataclass
class Soak:
    """What was sent and what went wrong."""

    service: RunningService
    files: Iterator[tuple[str, bytes]]
    inbox: Path
    digests: set[str] = field(default_factory=set)
    sent: int = 0
    broke: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def kept_up(self, work: Callable[[], None]) -> None:
        """Do it to the end; that nobody worked any more must not pass for calm."""
        try:
            work()
        except Exception as problem:  # whatever it is, the test says so
            self.broke.append(repr(problem))

    def hand_in(self) -> None:
        """Batch after batch; one that broke off is sent again, as any sender would."""
        while not self.over.is_set() and self.sent < _MOST_FILES:
            batch = [self._written(*next(self.files)) for _ in range(_BATCH)]
            self.sent += len(batch)
            while not self._ingested(batch):
                time.sleep(1)  # what broke off may need a moment to come back
            self.over.wait(_PAUSE_SECONDS)

    def approve(self) -> None:
        """Two people take turns with all that may be approved."""
        while not self.over.wait(_PAUSE_SECONDS):
            for name in ("rita", "adam"):
                self.approve_as(name)

    def approve_as(self, name: str) -> None:
        """One person approves what may be; interrupted, the next round goes on."""
        _end(self.service.start("approve", "--all", "--organization", "ours", "--as", name))

    def _written(self, name: str, content: bytes) -> str:
        path = self.inbox / name
        path.write_bytes(content)
        self.digests.add(hashlib.sha256(content).hexdigest())
        return str(path)

    def _ingested(self, batch: list[str]) -> bool:
        # 1: a file was refused, and said so; anything else broke off.
        command = ("ingest", *batch, "--organization", "ours", "--json")
        out, status = _end(self.service.start(*command))
        return status in (0, 1) and out.count('"arrival"') == len(batch)


def _end(process: subprocess.Popen[str]) -> tuple[str, int]:
    out, _ = process.communicate(timeout=300)
    return out, process.returncode


def test_whatever_goes_wrong_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    # Of their own each: whoever draws first in one of the threads changes nothing for the other.
    chance, of_papers = Random(SEED), Random(SEED)
    print(f"CHAOS_SEED={SEED}, {SECONDS:g} s")  # noqa: T201  # to run the same again
    with (
        Sandbox(
            state=tmp_path / "zoho",
            credentials=oracle.SECRETS,
            requests_per_minute=5000,
            time_scale=TIME_SCALE,
        ) as zoho,
        serving(tmp_path / "data", zoho, WORKERS="2", TIME_SCALE=str(TIME_SCALE)) as service,
    ):
        people = {"rita": "approver", "adam": "approver"}
        company.found(service, "--name", BUYER.name, "--vat", BUYER.vat, people=people)
        inbox = tmp_path / "inbox"
        inbox.mkdir()
        soak = Soak(service, papers(of_papers), inbox)
        struck = _suffer(soak, Scene(service, zoho, chance))
        _come_to_rest(soak)
        print(_figures(soak, zoho, struck))  # noqa: T201  # what people ask for
        assert soak.broke == []

        oracle.every_file_is_kept(service, _kept(soak))
        oracle.nothing_is_stuck(service)
        oracle.no_entry_stands_twice_and_each_has_its_file(service, zoho)
        oracle.no_vendor_was_made_twice(zoho)
        assert "all as written" in service.manage("audit", "verify")
        # So that it says something: most papers became a bill.
        assert service.states()["posted"] >= len(soak.digests) / 3
    oracle.no_secret_was_said(service.said)


def _suffer(soak: Soak, scene: Scene) -> Counter[str]:
    """Something of the list every 5 to 20 seconds, sooner in a short run."""
    people = [
        threading.Thread(target=soak.kept_up, args=(work,)) for work in (soak.hand_in, soak.approve)
    ]
    for person in people:
        person.start()
    struck: Counter[str] = Counter()
    shortest, longest = (5, 20) if SECONDS >= 600 else (2, 6)
    ends_at = time.monotonic() + SECONDS
    minute = 1
    try:
        while time.monotonic() < ends_at:
            if (passed := time.monotonic() - ends_at + SECONDS) >= 60 * minute:
                print(_progress(soak, struck, passed))  # noqa: T201  # for who waits
                minute = int(passed // 60) + 1
            time.sleep(scene.chance.uniform(shortest, longest))  # how often trouble comes
            said = scene.strike()
            print(f"  {time.monotonic() - ends_at + SECONDS:6.1f} {said}")  # noqa: T201  # the log
            if not said.endswith(NOBODY):
                struck[said.partition(":")[0]] += 1
    finally:
        scene.zoho.clear_faults()
        soak.over.set()
        for person in people:
            person.join()
    return struck


def _come_to_rest(soak: Soak) -> None:
    service = soak.service

    def at_rest() -> bool:
        held = service.rows("SELECT id FROM zohodocs_posting WHERE lease_until IS NOT NULL")
        return not _UNDER_WAY & service.states().keys() and not held

    service.until(at_rest, what="rest", seconds=_REST_SECONDS)
    for name in ("rita", "adam"):
        soak.approve_as(name)
    service.until(at_rest, what="the last posting", seconds=_REST_SECONDS)


def _kept(soak: Soak) -> set[str]:
    """What was sent, without what was refused at the door."""
    refused = soak.service.rows("SELECT sha256 FROM zohodocs_arrival WHERE result = 'refused'")
    return soak.digests - {str(sha256) for (sha256,) in refused}


def _progress(soak: Soak, struck: Counter[str], seconds: float) -> str:
    held = 0.0
    with suppress(OSError):  # one of them may have ended meanwhile
        held = megabytes(soak.service.pid)
    files = [path for path in soak.inbox.parent.rglob("*") if path.is_file()]
    disk = sum(_size(path) for path in files) / 1e6
    return (
        f"minute {seconds / 60:.0f}: {soak.sent} files, {soak.service.states()},"
        f" {struck.total()} faults; {held:.0f} MB of memory, {disk:.0f} MB on disk; seed {SEED}"
    )


def _size(path: Path) -> int:
    with suppress(OSError):  # it may be gone again
        return path.stat().st_size
    return 0


def _figures(soak: Soak, zoho: Sandbox, struck: Counter[str]) -> str:
    found = zoho.snapshot()
    rows = [f"  {times:4} {name}" for name, times in sorted(struck.items())]
    last = (
        f"{soak.sent} files sent, {len(soak.digests)} different; {soak.service.states()};"
        f" bills {len(found['bills'])}, doubles {len(found['doubles'])};"
        f" {struck.total()} faults of {len(struck)} kinds; seed {SEED}"
    )
    return "\n".join(["faults:", *rows, last])
