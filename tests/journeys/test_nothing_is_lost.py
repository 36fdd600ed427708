"""A hundred papers twice, workers killed, Redis emptied: nothing is lost, none is posted twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from integrations.zoho_books.sandbox import Sandbox, _seed
from tests.journeys import company, oracle
from tests.journeys.hundred import Paper, hundred
from tests.journeys.service import RunningService, serving

pytestmark = [pytest.mark.slow]

TIME_SCALE = 15
# The corpus buys all over Europe; the sandbox's own German company only knows German rates.
TAXES = (
    *_seed.TAXES[_seed.EURO],
    *((f"VAT {rate} %", rate, False) for rate in ("5", "6", "8", "10", "12")),
    *((f"VAT {rate} %", rate, False) for rate in ("15", "20", "21", "22", "23", "25", "27")),
)
READING = "SELECT lease_owner FROM zohodocs_document WHERE state = 'processing'"
POSTING = (
    "SELECT lease_owner FROM zohodocs_posting WHERE lease_until IS NOT NULL"
    " AND state IN ('planned', 'sending', 'confirmed_without_file')"
)
# What nobody may overrule, and copies, stay as they are.
ACCEPT = """
from django.contrib.auth.models import User
from review import actions
from zohodocs.models import Finding, ReviewItem
rita = User.objects.get(username="rita")
for item in ReviewItem.objects.filter(state="open", kind="decide").order_by("pk"):
    blocking = Finding.objects.filter(document=item.document, blocks=True)
    codes = set(blocking.values_list("code", flat=True))
    if codes and codes <= {"not_ours", "bank_details_changed"}:
        actions.accept(
            item=item,
            by=rita,
            version=item.document.version,
            codes=sorted(codes),
            reason="I called.",
        )
"""


@dataclass
class Journey:
    """What happened, for the questions asked afterwards."""

    service: RunningService
    zoho: Sandbox
    papers: list[Paper]
    answers: list[dict[str, Any]] = field(default_factory=list)
    killed: list[int] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)


def test_a_hundred_papers_twice_with_four_dead_workers_and_an_emptied_redis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_seed.TAXES, _seed.EURO, TAXES)
    papers = hundred()
    with (
        Sandbox(state=tmp_path / "zoho", credentials=oracle.SECRETS, time_scale=TIME_SCALE) as zoho,
        serving(tmp_path / "data", zoho, WORKERS="2", TIME_SCALE=str(TIME_SCALE)) as service,
    ):
        journey = Journey(service, zoho, papers)
        _found_company(service, papers)
        _hand_in_twice(journey)
        _approve(journey)
        print(_figures(journey))  # noqa: T201  # the figures of the run are what people ask for

        _every_file_has_its_answer(journey)
        _workers_died_at_work(journey)
        oracle.every_file_is_kept(service, [paper.sha256 for paper in papers])
        oracle.nothing_is_stuck(service)
        assert service.states().get("failed", 0) == 0
        oracle.no_entry_stands_twice_and_each_has_its_file(service, zoho)
        assert len(zoho.snapshot()["bills"]) >= 40
        oracle.no_vendor_was_made_twice(zoho)
        assert "all as written" in service.manage("audit", "verify")
    oracle.no_secret_was_said(service.said)


def _found_company(service: RunningService, papers: list[Paper]) -> None:
    """One company that is every buyer of these papers."""
    names = list(dict.fromkeys(name for name, _ in (paper.buyer for paper in papers) if name))
    numbers = dict.fromkeys(number for _, number in (paper.buyer for paper in papers) if number)
    sellers = {paper.seller[1] for paper in papers}
    company.found(
        service,
        *("--name", names[0]),
        *(word for name in names[1:] for word in ("--other-name", name)),
        *(word for number in numbers if number not in sellers for word in ("--vat", number)),
        people={"rita": "reviewer", "adam": "approver"},
    )


def _hand_in_twice(journey: Journey) -> None:
    """Both rounds, with three workers killed and Redis emptied while papers are being read."""
    service = journey.service
    files = [str(paper.path) for paper in journey.papers]

    def hand_in() -> subprocess.Popen[str]:
        return service.start("ingest", *files, "--organization", "ours", "--json")

    def decided(number: int) -> bool:
        waiting = {"received", "processing"}
        states = service.states()
        return sum(n for state, n in states.items() if state not in waiting) >= number

    first = hand_in()
    service.until(lambda: decided(5), what="five decisions")
    journey.killed.append(service.kill_at_work(READING))
    service.until(lambda: decided(20), what="twenty decisions")
    service.redis().flushall()
    journey.killed.append(service.kill_at_work(READING))
    journey.answers += _answers(first)
    second = hand_in()
    (sync,) = service.until(lambda: service.workers("sync"), what="a sync worker")
    os.kill(sync, signal.SIGKILL)
    journey.killed.append(sync)
    journey.answers += _answers(second)
    service.until(lambda: decided(len(files)), what="all decisions", seconds=150)


def _answers(ingest: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, errors = ingest.communicate(timeout=120)
    assert ingest.returncode == 0, errors
    return [json.loads(line) for line in out.splitlines()]


def _approve(journey: Journey) -> None:
    """Two people approve what they may, then what needed a call to the vendor.

    The sync worker is killed in the middle of a posting.
    """
    service = journey.service

    def approving(name: str) -> subprocess.Popen[str]:
        return service.start("approve", "--all", "--organization", "ours", "--as", name)

    rita = approving("rita")
    journey.killed.append(service.kill_at_work(POSTING, seconds=120))
    rita.communicate(timeout=240)
    approving("adam").communicate(timeout=240)
    service.shell(ACCEPT)
    approving("rita").communicate(timeout=240)
    _, errors = approving("adam").communicate(timeout=240)
    journey.blocked = errors.splitlines()
    under_way = {"received", "processing", "approved", "posting"}
    service.until(
        lambda: not under_way & service.states().keys(), what="the last posting", seconds=240
    )


def _every_file_has_its_answer(journey: Journey) -> None:
    arrivals = Counter(answer["arrival"] for answer in journey.answers)
    (line,) = journey.service.json("ledger", "--json")["lines"]

    assert arrivals == {"accepted": 100, "repeated": 100}
    assert (line["arrivals"], line["documents"], line["repeats"]) == (200, 100, 100)


def _workers_died_at_work(journey: Journey) -> None:
    given_back = journey.service.rows(
        "SELECT count(*) FROM zohodocs_auditevent WHERE verb = 'document.given_back'"
    )

    assert len(set(journey.killed)) == 4
    assert journey.service.said.count("killed by SIGKILL") == 4
    assert given_back[0][0] >= 2


def _figures(journey: Journey) -> str:
    found = journey.zoho.snapshot()
    return (
        f"{journey.service.states()}; bills {len(found['bills'])},"
        f" expenses {len(found['expenses'])}, credits {len(found['vendor_credits'])};"
        f" workers killed {len(journey.killed)}, blocked {len(journey.blocked)}"
    )
