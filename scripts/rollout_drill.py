"""Take `ml_predictions` in the running demo from off to shadow, to 10 %, and into a regression.

    make demo                  in one terminal
    scripts/rollout_drill      in another

Papers go in by the door of all channels; the demo's own workers read them and its own scheduler
looks at the guardrails. This script plays the people: who hands in, who mends, who sets flags. The
regression is a spoiled model in the demo's data directory (scripts/spoiled_models.py). It ends with
0 when the flag went back by itself within a minute, and says where it did not otherwise.
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
FLAG, MOST_SECONDS = "ml_predictions", 60
# So many at a time; far more than a regression of this size takes.
_BATCH, _MOST_PAPERS = 10, 400
# With all well: so many papers, so many of them by the new way.
_FEWEST, _FEWEST_NEW = 20, 2
_POLL = 0.2
Found = TypeVar("Found")


class DrillFailed(Exception):
    """A step did not come to pass; the message says which."""


def main() -> int:
    """0 where every step was seen."""
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / "data").resolve() / "demo"
    if not _runs(data_dir):
        print(f"No demo runs on {data_dir}. Start `make demo` in another terminal.")
        return 2
    _settle(data_dir)
    from scripts import spoiled_models

    try:
        with spoiled_models.taken_away_at_the_end(data_dir):
            Drill(data_dir).run()
    except spoiled_models.AlreadySpoiled as problem:
        print(problem, file=sys.stderr)
        return 2
    except DrillFailed as problem:
        print(f"The drill stopped: {problem}", file=sys.stderr)
        return 1
    return 0


class Drill:
    """The steps, each with the seconds since the beginning."""

    def __init__(self, data_dir: Path) -> None:
        from django.contrib.auth.models import User

        from zohodocs.models import Organization

        self.data_dir = data_dir
        self.began = time.monotonic()
        # Papers of an earlier drill must not look like these: a number a second since 2026.
        self.run_number = int(time.time()) - 1_767_225_600
        self.sent = 0
        self.nordlicht = Organization.objects.get(code="nordlicht")
        self.wisla = Organization.objects.get(code="wisla")
        self.rita = User.objects.get(username="rita")

    def run(self) -> None:
        """All of it; raises DrillFailed at the first thing that is not as it should be."""
        self.off()
        self.shadow()
        self.ten_percent()
        self.regression()
        self.afterwards()

    def off(self) -> None:
        from zohodocs.models import ShadowRun

        self._set("off")
        papers = self._send(3)
        self._look_at(papers)
        arms = {self._arm(pk) for pk in papers}
        tried = ShadowRun.objects.filter(document__in=papers, flag=FLAG).count()
        self._check(arms == {"control"} and not tried, f"with the flag off: {arms}, {tried} tried")
        self._say("off", "3 papers, all by the old way, nothing tried beside it")

    def shadow(self) -> None:
        from zohodocs.models import ReviewItem, ReviewState, ShadowDifference, ShadowRun

        self._set("shadow")
        papers = self._send(4, polish=True)
        runs = ShadowRun.objects.filter(document__in=papers, flag=FLAG).exclude(error="Unfinished")
        self._until("the shadow has read them", lambda: runs.count() == 4)
        found = ShadowDifference.objects.filter(document__in=papers, flag=FLAG, verdict="")
        items = ReviewItem.objects.filter(
            document__in=found.values("document"), state=ReviewState.OPEN
        )
        self._check(found.exists() and items.exists(), "no difference came to the queue")
        one = found.order_by("pk")[0]
        self._say(
            "shadow",
            f"4 papers read both ways, {found.count()} differences in the queue "
            f"({items.count()} papers), such as {one.field}: “{one.control}” / “{one.candidate}”",
        )
        self._look_at(papers)

    def ten_percent(self) -> None:
        self._set("percent")
        papers, mended, new = list[int](), 0, 0
        while new < _FEWEST_NEW or len(papers) < _FEWEST:
            batch = self._send(_BATCH)
            papers += batch
            mended += self._look_at(batch)
            new += sum(self._arm(pk) == "candidate" for pk in batch)
        self._heartbeat()
        self._check(self._mode() == "percent", "the flag went back though all was well")
        self._say(
            "10 %",
            f"{len(papers)} papers, {new} of them the new way, {mended} mended; "
            "no guardrail says worse",
        )

    def regression(self) -> None:
        from scripts import spoiled_models

        spoiled_models.plant(self.data_dir)
        planted = mended_at = time.monotonic()
        self._say("regression", f"the model of {spoiled_models.FIELD} is spoiled")
        first, mended = self.sent, 0
        while self._mode() == "percent":
            self._check(self.sent - first < _MOST_PAPERS, "nobody turned the flag back")
            now_mended = self._look_at(self._send(_BATCH))
            if now_mended:
                mended, mended_at = mended + now_mended, time.monotonic()
        seconds = time.monotonic() - planted
        self._say(
            "rollback",
            f"off by itself {seconds:.1f} s after the planting, {time.monotonic() - mended_at:.1f}"
            f" s after the last of {mended} corrections ({self.sent - first} papers)",
        )
        self._check(seconds < MOST_SECONDS, f"it took {seconds:.0f} s, not {MOST_SECONDS}")

    def afterwards(self) -> None:
        from zohodocs.models import Rollback

        made = Rollback.objects.filter(flag=FLAG).latest("pk")
        self._check(made.by == "guardrail", f"it was {made.by} who turned it back")
        worse = [each["name"] for each in made.evidence["figures"] if each["says"] == "worse"]
        items = made.items.count()
        self._check(items > 0, "nothing is on the repair list")
        self._say(
            "repair", f"{items} papers are listed on /rollout/{FLAG}/, worse: {', '.join(worse)}"
        )
        line = self._until("the counter is in /metrics", lambda: _rollbacks(_metrics()))
        self._say("alert", f"RollbackHappened watches: {line}")
        # Each process remembers a flag for a second.
        self._until("papers go the old way", self._one_goes_the_old_way, seconds=10)
        self._say("after", "the next paper went the old way; the spoiled model is taken away")

    def _one_goes_the_old_way(self) -> bool:
        [last] = self._send(1)
        self._look_at([last])
        return self._arm(last) == "control"

    # --- What people do ---------------------------------------------------------------------------

    def _set(self, mode: str) -> None:
        from zohodocs.models import FlagMode
        from zohodocs.rollout import changes

        percent = Decimal(10) if mode == "percent" else None
        changes.change(FLAG, FlagMode(mode), percent, by="nora", why="A drill.")
        # Every process remembers flags for a second.
        time.sleep(1.1)

    def _send(self, number: int, *, polish: bool = False) -> list[int]:
        from zohodocs.arrivals.receive import receive
        from zohodocs.jobs import doorbell

        made = []
        for _ in range(number):
            self.sent += 1
            company = self.wisla if polish else self.nordlicht
            arrival = receive(
                organization=company,
                content=_paper(self.run_number, self.sent, polish=polish),
                filename=f"drill-{self.run_number}-{self.sent}.pdf",
                channel="demo",
                sender="drill",
            )
            if arrival.document is None:
                raise DrillFailed(f"a paper was not taken in: {arrival.result}")
            doorbell.ring(arrival.document)
            made.append(arrival.document.pk)
        return made

    def _look_at(self, papers: list[int]) -> int:
        """Rita mends a wrong vendor's name and closes what waits for her; how many she mended."""
        from review import actions
        from scripts import spoiled_models
        from zohodocs.models import Document, FieldValue, ReviewItem, ReviewState, State

        rows = Document.objects.filter(pk__in=papers)
        under_way = rows.filter(state__in=[State.RECEIVED, State.PROCESSING])
        self._until("the workers are done", lambda: not under_way.exists())
        mended = 0
        for item in ReviewItem.objects.filter(document__in=papers, state=ReviewState.OPEN):
            said = FieldValue.objects.filter(document=item.document, name=spoiled_models.FIELD)
            name = item.document.organization.code == "nordlicht" and said.first()
            if name and name.value != _vendor():
                mended += 1
                actions.correct(
                    item=item,
                    by=self.rita,
                    version=_version(item.document_id),
                    field=spoiled_models.FIELD,
                    reading=actions.Reading(_vendor(), None, None),
                )
            item.refresh_from_db()
            if item.document.state == State.IN_REVIEW and item.state == ReviewState.OPEN:
                version = _version(item.document_id)
                actions.file(item=item, by=self.rita, version=version, reason="Seen in the drill.")
        return mended

    # --- What is looked at ------------------------------------------------------------------------

    def _mode(self) -> str:
        from zohodocs.models import Flag

        return str(Flag.objects.get(name=FLAG, organization=None).mode)

    def _arm(self, pk: int) -> str:
        from zohodocs.models import Document

        return Document.objects.get(pk=pk).arm(FLAG)

    def _heartbeat(self) -> None:
        """The scheduler has looked once more."""
        from zohodocs.models import Heartbeat

        beats = Heartbeat.objects.filter(name=Heartbeat.ROLLOUT)
        before = beats.values_list("at", flat=True).first()
        self._until(
            "the scheduler looks", lambda: beats.values_list("at", flat=True).first() != before
        )

    def _until(self, what: str, look: Callable[[], Found], *, seconds: float = 90) -> Found:
        deadline = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > deadline:
                raise DrillFailed(f"after {seconds:.0f} s still not: {what}")
            time.sleep(_POLL)  # other processes do it, and none of them tells this one
        return found

    def _check(self, so: bool, otherwise: str) -> None:
        if not so:
            raise DrillFailed(otherwise)

    def _say(self, step: str, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {step:<10} {what}", flush=True)


def _runs(data_dir: Path) -> bool:
    """Whether somebody holds the demo's data directory."""
    from zohodocs.operations import claims

    if not (data_dir / "log-ins.txt").exists():
        return False
    try:
        with claims.data_directory(data_dir):
            return False
    except claims.AlreadyTaken:
        return True


def _settle(data_dir: Path) -> None:
    """This process belongs to the demo, and to nothing that the environment names for real work."""
    real = ("DATABASE_URL", "REDIS_URL", "S3_URL", "EMAIL_URL", "LLM_BASE_URL")
    os.environ.update({name: "" for each in real for name in (each, f"{each}_FILE")})
    os.environ.update({"DATA_DIR": str(data_dir), "SECOND_FACTOR": "offered"})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zohodocs.settings")
    import django

    django.setup()
    # The terminal is for the steps; what the services say stands in demo.log.
    logging.getLogger("zohodocs").setLevel(logging.WARNING)


def _vendor() -> str:
    from zohodocs.operations.demo.samples import STADTWERKE

    return STADTWERKE.name


def _version(pk: int) -> int:
    from zohodocs.models import Document

    return Document.objects.get(pk=pk).version


def _paper(run: int, number: int, *, polish: bool) -> bytes:
    from zohodocs.operations.demo.papers import GERMAN, POLISH, Paper, draw
    from zohodocs.operations.demo.samples import NORDLICHT, PAPIER, STADTWERKE, WISLA

    day, due = date.today(), date.today() + timedelta(days=14)
    price = Decimal(10_000 + (run * 7 + number * 113) % 80_000) / 100
    if polish:
        return draw(
            Paper(
                POLISH,
                PAPIER,
                WISLA,
                f"FV {run}/{number}",
                day.isoformat(),
                due.isoformat(),
                [("Zeszyty A5", 1, price)],
                Decimal(23),
                "PLN",
            )
        )
    return draw(
        Paper(
            GERMAN,
            STADTWERKE,
            NORDLICHT,
            f"SW-{run}-{number}",
            f"{day:%d.%m.%Y}",
            f"{due:%d.%m.%Y}",
            [("Strom Lieferstelle Hafenstraße", 1, price)],
            Decimal(19),
            "EUR",
        )
    )


def _metrics() -> str:
    from django.conf import settings

    connection = HTTPConnection("127.0.0.1", settings.PORT, timeout=10)
    try:
        connection.request("GET", "/metrics", headers={"Host": "localhost"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _rollbacks(body: str) -> str:
    """The counter's line once it is not zero."""
    begin = f'zohodocs_rollbacks_total{{flag="{FLAG}"}} '
    lines = [line for line in body.splitlines() if line.startswith(begin)]
    return next((line for line in lines if float(line.split()[1]) > 0), "")


if __name__ == "__main__":
    sys.exit(main())
