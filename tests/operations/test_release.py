"""A release comes out and goes back while papers are on their way; old code on the new schema."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.http.request import split_domain_port

from scripts import release
from tests.figures import figure
from tests.journeys.service import database
from tests.papers import invoice_pdf
from zohodocs.operations import claims

ROOT = Path(__file__).resolve().parents[2]
# Starts what `current` links to, after what ran before has ended.
RESTART = """
import os, pathlib, signal, subprocess, sys, time
base = pathlib.Path(sys.argv[1])
pid = base / "pid"
if pid.exists():
    old = int(pid.read_text())
    try:
        os.kill(old, signal.SIGTERM)
        while True:
            os.kill(old, 0)
            time.sleep(0.05)
    except ProcessLookupError:
        pass
current = (base / "current").resolve()
log = (base / "log").open("ab")
run = subprocess.Popen(
    [current / ".venv/bin/python", current / "manage.py", "run"],
    cwd=current, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
)
pid.write_text(str(run.pid))
os._exit(0)
"""


@dataclass
class Machine:
    """A machine on which releases are brought out."""

    site: release.Site

    def manage(self, *arguments: str) -> str:
        return release._manage(self.site, self.site.current.resolve(), *arguments)

    def hand_in(self, folder: Path, numbers: range) -> None:
        folder.mkdir()
        for number in numbers:
            content = invoice_pdf(**{"RG-2024-0334": f"RG-2026-{number:04d}"})
            (folder / f"{number}.pdf").write_bytes(content + b"%% %d" % number)
        self.manage("ingest", str(folder), "--organization", "acme")

    def until_decided(self, number: int, seconds: float = 90) -> dict[str, int]:
        """The states, once so many documents wait for nobody but a person."""
        deadline = time.monotonic() + seconds
        while True:
            (line,) = json.loads(self.manage("ledger", "--json"))["lines"]
            states: dict[str, int] = {name: n for name, n in line["states"].items() if n}
            if states.get("in_review", 0) + states.get("approved", 0) == number:
                assert line["difference"] == 0
                return states
            assert time.monotonic() < deadline, (states, self.log())
            time.sleep(0.3)  # the workers' progress is seen in the ledger alone

    def log(self) -> str:
        return (self.site.base / "log").read_text()[-2000:]

    def stop(self) -> None:
        pid = self.site.base / "pid"
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)
            deadline = time.monotonic() + 60
            while Path(f"/proc/{pid.read_text()}").exists() and time.monotonic() < deadline:
                _reap()
                time.sleep(0.05)  # it is no child of ours to be waited for


def _reap() -> None:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    # The journeys need it for Playwright; where releases run, a check calls it an error.
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)
    with database(os.environ.get("DATABASE_URL", "")) as url:
        base = tmp_path / "srv"
        (base / "shared").mkdir(parents=True)
        lines = {
            "DATA_DIR": base / "shared" / "data",
            "BACKUP_URL": base / "shared" / "backups",
            "DATABASE_URL": url,
            "REDIS_URL": "",
            "PORT": claims.free_port_after(22_000),
            "SECOND_FACTOR": "offered",
            "DJANGO_SETTINGS_MODULE": "zohodocs.settings",
        }
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        (base / "shared" / "env").write_text(text)
        (tmp_path / "restart.py").write_text(RESTART)
        venv = Path(sys.executable).parent.parent
        site = release.Site(
            base=base,
            restart=[sys.executable, str(tmp_path / "restart.py"), str(base)],
            install=["ln", "-s", str(venv), ".venv"],
            patience=60,
        )
        found = Machine(site)
        try:
            yield found
        finally:
            found.stop()


def release_before() -> str:
    """The commit before the newest migration came."""
    asked = ["git", "log", "-1", "--diff-filter=A", "--format=%H^", "--", "zohodocs/migrations"]
    newest = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    known = subprocess.run(
        ["git", "cat-file", "-e", newest.stdout.strip()], cwd=ROOT, capture_output=True, check=False
    )
    if known.returncode:
        pytest.skip("this copy of the repository has no history")
    return newest.stdout.strip()


def start_the_one_before(machine: Machine) -> None:
    """As it ran before there was anything new: installed by hand."""
    site = machine.site
    old = release._placed(site, release_before(), "before")
    release._run(site.install, old, site)
    release._manage(site, old, "migrate", "--no-input", "--verbosity", "0")
    release._manage(
        site, old, "organization", "add", "acme", "--name", "Acme", "--vat", "DE136695976"
    )
    on = ("flag", "set", "parallel_processing", "--mode", "on", "--why", "To have several at once.")
    release._manage(site, old, *on)
    release._manage(site, old, *on, "--organization", "acme")
    release._switch(site, old, None)
    release._restart(site)


@pytest.mark.slow
def test_a_release_comes_and_goes_with_papers_on_their_way(
    machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_the_one_before(machine)
    machine.hand_in(tmp_path / "one", range(8))

    began = time.monotonic()
    new = release.deploy(machine.site, str(ROOT), name="new")
    deployed = time.monotonic() - began
    assert machine.site.current.resolve() == new
    machine.hand_in(tmp_path / "two", range(8, 16))
    back = release.rollback(machine.site, flags=["parallel_processing"])
    machine.hand_in(tmp_path / "three", range(16, 20))
    states = machine.until_decided(20)

    with capsys.disabled():
        papers = f"papers on their way, all {sum(states.values())} decided afterwards"
        meanwhile = "papers on their way"
        figure(
            "a release brought out, migrations and backup included",
            deployed,
            asked=300,
            how=meanwhile,
        )
        figure("a release turned back, a flag first", back, asked=300, how=papers)
    assert max(deployed, back) < 300
    assert machine.site.current.resolve().name == "before"
    assert machine.site.previous.resolve() == new
    shown: Any = json.loads(machine.manage("flag", "show", "parallel_processing"))
    assert {(each["organization"], each["mode"]) for each in shown["settings"]} == {
        (None, "off"),
        ("acme", "off"),
    }
    backups = machine.site.base / "shared" / "backups"
    names = [path.name for path in backups.iterdir()]  # the night's is there, too
    assert sum(name.endswith("-before-migration") for name in names) == 1


def test_a_release_that_cannot_be_installed_leaves_what_runs(tmp_path: Path) -> None:
    site = release.Site(base=tmp_path, restart=["true"], install=["false"], patience=1)
    source = tmp_path / "source"
    source.mkdir()
    (source / "manage.py").write_text("")
    running = tmp_path / "releases" / "running"
    shutil.copytree(source, running)
    release._switch(site, running, None)

    with pytest.raises(release.Failed, match="`false` failed"):
        release.deploy(site, str(source), name="broken")

    assert site.current.resolve() == running
    assert not (tmp_path / "releases" / "broken").exists()


def test_there_must_be_a_release_to_go_back_to(tmp_path: Path) -> None:
    site = release.Site(base=tmp_path, restart=["true"], install=["true"], patience=1)
    running = tmp_path / "releases" / "running"
    running.mkdir(parents=True)
    release._switch(site, running, None)

    with pytest.raises(release.Failed, match="no release before it to go back to; running runs on"):
        release.rollback(site)

    assert site.current.resolve() == running


class Health(BaseHTTPRequestHandler):
    """Answers as a release that is ready, and as Django does where a host cannot be one."""

    def do_GET(self) -> None:
        host, _port = split_domain_port(self.headers["Host"])
        self.send_response(200 if host else 400)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_: object) -> None:
        """Nothing: it is asked five times a second."""


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[HTTPServer]:
    """Something that answers on the port of the site's environment."""
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared" / "env").write_text(f"PORT={server.server_port}\n")
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("older", [True, False])
def test_a_release_that_was_taken_back_does_not_cost_the_one_before(
    tmp_path: Path, ready: HTTPServer, older: bool
) -> None:
    site = release.Site(
        base=tmp_path,
        restart=["sh", "-c", "! readlink current | grep -q broken"],
        install=["sh", "-c", "mkdir -p .venv/bin && ln -s /bin/true .venv/bin/python"],
        patience=5,
    )
    for name in ("source", "releases/first", "releases/running"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "manage.py").write_text("")
    before = tmp_path / "releases" / "first" if older else None
    release._switch(site, tmp_path / "releases" / "running", before)

    with pytest.raises(release.Failed, match="It was taken back: running runs again"):
        release.deploy(site, str(tmp_path / "source"), name="broken")

    assert site.current.resolve().name == "running"
    if older:
        release.rollback(site)
        assert site.current.resolve().name == "first"
    else:
        assert not site.previous.is_symlink()


@pytest.mark.parametrize("hosts", ["*", ".example.org", "books.example.org,*"])
def test_whatever_hosts_are_allowed_a_release_is_asked_by_one_that_can_be(
    tmp_path: Path, ready: HTTPServer, hosts: str
) -> None:
    site = release.Site(base=tmp_path, restart=["true"], install=["true"], patience=0)
    with (tmp_path / "shared" / "env").open("a") as file:
        file.write(f"ALLOWED_HOSTS={hosts}\n")

    release._restart(site)


def test_old_releases_go_and_those_in_use_stay(tmp_path: Path) -> None:
    site = release.Site(base=tmp_path, restart=["true"], install=["true"], patience=1)
    for number in range(9):
        (tmp_path / "releases" / f"r{number}").mkdir(parents=True)
    release._switch(site, tmp_path / "releases" / "r1", tmp_path / "releases" / "r0")

    release._forget_old(site)

    kept = sorted(path.name for path in (tmp_path / "releases").iterdir())
    assert kept == ["r0", "r1", "r6", "r7", "r8"]
