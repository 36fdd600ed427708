"""Each of the four stages is switched back on a running service while documents flow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.figures import figure
from tests.journeys.service import RunningService, serving
from tests.papers import invoice_pdf
from zohodocs.rollout.definitions import CONTROL, STAGES

pytestmark = [pytest.mark.slow]
ASKED = 60
_PAUSE_SECONDS = 1.0


class Flow:
    """Somebody who hands in paper after paper, each another one."""

    def __init__(self, service: RunningService, inbox: Path) -> None:
        self.service, self.inbox, self.sent = service, inbox, 0
        self._over = threading.Event()
        self._sender = threading.Thread(target=self._send)

    def __enter__(self) -> Flow:
        self._sender.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._sender.join()

    def _send(self) -> None:
        while not self._over.wait(_PAUSE_SECONDS):
            path = self.inbox / f"{self.sent}.pdf"
            number = {"RG-2024-0334": f"RG-2026-{self.sent:04d}"}
            path.write_bytes(invoice_pdf(**number) + b"%% %d" % self.sent)
            self.service.manage("ingest", str(path), "--organization", "ours")
            self.sent += 1


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RunningService]:
    with serving(tmp_path / "data", WORKERS="2") as found:
        found.manage("organization", "add", "ours", "--name", "Ours", "--vat", "DE136695976")
        for name in STAGES.values():
            found.manage("flag", "set", name, "--mode", "on", "--why", "All the way.")
        yield found


def arms(service: RunningService, flag: str, *, after: int) -> list[tuple[str, str]]:
    """Arm and state of the documents that came after this one."""
    return [
        (str(arm), str(state))
        for arm, state in service.rows(
            f"SELECT flags->'{flag}'->>'arm', state FROM zohodocs_document"  # noqa: S608 - ours
            f" WHERE id > {after} ORDER BY id"
        )
    ]


def test_each_stage_goes_back_within_a_minute(
    service: RunningService, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with Flow(service, inbox) as flow:
        for stage, flag in STAGES.items():
            service.until(lambda: flow.sent >= 2, what="papers")
            began = time.monotonic()
            service.json("flag", "stage", stage, "--why", "A drill.")
            ((last,),) = service.rows("SELECT max(id) FROM zohodocs_document")
            service.until(
                lambda flag=flag, last=last: any(  # type: ignore[misc]  # bound for this round
                    state in {"in_review", "approved"}
                    for _arm, state in arms(service, flag, after=last)
                ),
                what=f"a document the old way after {stage}",
            )
            seconds = time.monotonic() - began
            with capsys.disabled():
                how = "until the first document after it was decided"
                figure(f"stage “{stage}” switched back", seconds, asked=ASKED, how=how)
            assert {arm for arm, _state in arms(service, flag, after=last)} == {CONTROL}
            assert seconds < ASKED
    service.until(lambda: not {"received", "processing"} & service.states().keys(), what="rest")

    (line,) = service.json("ledger", "--json")["lines"]
    assert (line["difference"], sum(line["states"].values())) == (0, flow.sent)
