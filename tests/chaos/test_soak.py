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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from integrations.zoho_books.sandbox import Sandbox
from tests.chaos.papers import BUYER, papers
from tests.chaos.trouble import Scene
from tests.journeys import company, oracle
from tests.journeys.service import RunningService, serving

pytestmark = [pytest.mark.slow]

SECONDS = float(os.environ.get("CHAOS_SECONDS", "100"))
SEED = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(1_000_000))
TIME_SCALE = 15
_BATCH = 6
_PAUSE_SECONDS = 5.0
_UNDER_WAY = {"received", "processing", "approved", "posting"}


@dataclass
class Soak:
    """What was sent and what went wrong."""

    service: RunningService
    files: Iterator[tuple[str, bytes]]
    inbox: Path
    digests: set[str] = field(default_factory=set)
    sent: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def hand_in(self) -> None:
        """Batch after batch; one that broke off is sent again, as any sender would."""
        while not self.over.is_set():
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
    chance = Random(SEED)
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
        soak = Soak(service, papers(chance), inbox)
        struck = _suffer(soak, Scene(service, zoho, chance))
        _come_to_rest(soak)
        print(_figures(soak, zoho, struck))  # noqa: T201  # what people ask for

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
    people = [threading.Thread(target=soak.hand_in), threading.Thread(target=soak.approve)]
    for person in people:
        person.start()
    struck: Counter[str] = Counter()
    shortest, longest = (5, 20) if SECONDS >= 600 else (2, 6)
    ends_at = time.monotonic() + SECONDS
    try:
        while time.monotonic() < ends_at:
            time.sleep(scene.chance.uniform(shortest, longest))  # how often trouble comes
            said = scene.strike()
            print(f"  {time.monotonic() - ends_at + SECONDS:6.1f} {said}")  # noqa: T201  # the log
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

    service.until(at_rest, what="rest", seconds=240)
    for name in ("rita", "adam"):
        soak.approve_as(name)
    service.until(at_rest, what="the last posting", seconds=240)


def _kept(soak: Soak) -> set[str]:
    """What was sent, without what was refused at the door."""
    refused = soak.service.rows("SELECT sha256 FROM zohodocs_arrival WHERE result = 'refused'")
    return soak.digests - {str(sha256) for (sha256,) in refused}


def _figures(soak: Soak, zoho: Sandbox, struck: Counter[str]) -> str:
    found = zoho.snapshot()
    return (
        f"{soak.sent} files sent, {len(soak.digests)} different; {soak.service.states()};"
        f" bills {len(found['bills'])}, doubles {len(found['doubles'])};"
        f" {struck.total()} faults of {len(struck)} kinds; seed {SEED}"
    )
