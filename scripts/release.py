"""Bring a release out and take it back: a folder a release, one link, one restart.

    scripts/deploy SOURCE       a folder or a commit of this repository
    scripts/rollback [--flag NAME …] [--flags-only] [--to RELEASE]

    BASE/releases/NAME   what was installed        BASE/current   links to the one that runs
    BASE/shared/env      its environment           BASE/previous  links to the one before

BASE is ZOHODOCS_BASE (default /srv/zohodocs). Restarting is `systemctl restart zohodocs`, or
ZOHODOCS_RESTART. Uses the standard library alone: it must work where a release does not.

The schema only ever grows under a running release (expand, migrate, contract), so going back
switches code and flags and leaves the database as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

KEPT = 5


class Failed(Exception):
    """It did not work; the message says what was left as it was."""


@dataclass(frozen=True)
class Site:
    """Where releases live, and how what runs is started anew."""

    base: Path
    restart: Sequence[str]
    install: Sequence[str]
    patience: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Site:
        get = environment.get
        return cls(
            base=Path(get("ZOHODOCS_BASE") or "/srv/zohodocs"),
            restart=shlex.split(get("ZOHODOCS_RESTART") or "systemctl restart zohodocs"),
            # Run in the new release's folder.
            install=shlex.split(
                get("ZOHODOCS_INSTALL") or f"{sys.executable} scripts/install.py runtime"
            ),
            patience=float(get("ZOHODOCS_PATIENCE") or 120),
        )

    @property
    def current(self) -> Path:
        return self.base / "current"

    @property
    def previous(self) -> Path:
        return self.base / "previous"

    def environment(self) -> dict[str, str]:
        """What the release is run with: shared/env over our own."""
        found = dict(os.environ)
        file = self.base / "shared" / "env"
        for line in file.read_text().splitlines() if file.exists() else ():
            name, sign, value = line.partition("=")
            if sign and not name.lstrip().startswith("#"):
                found[name.strip()] = value.strip().strip("\"'")
        found.setdefault("DATA_DIR", str(self.base / "shared" / "data"))
        return found


def deploy(site: Site, source: str, *, name: str = "") -> Path:
    """Install, check, back up, migrate, switch, restart, see that it answers.

    Until it switches, what runs is not touched. A release that does not answer is taken back.
    """
    release = _placed(site, source, name)
    _say(f"installed from {source}: {release.name}")
    try:
        _run(site.install, release, site)
        _manage(site, release, "check", "--deploy", "--fail-level", "ERROR")
        _say(_manage(site, release, "backup", "create", "--before-migrations").strip())
        _manage(site, release, "migrate", "--no-input", "--verbosity", "0")
        _manage(site, release, "collectstatic", "--no-input", "--verbosity", "0")
    except Failed:
        shutil.rmtree(release, ignore_errors=True)
        raise
    before, older = (
        link.resolve() if link.is_symlink() else None for link in (site.current, site.previous)
    )
    began = time.monotonic()
    _switch(site, release, before)
    try:
        _restart(site)
    except Failed as reason:
        if before is None:
            raise
        site.previous.unlink()
        _switch(site, before, older)  # there is still a release to go back to
        _restart(site)
        raise Failed(f"{reason} It was taken back: {before.name} runs again.") from reason
    _say(f"{release.name} runs; down for {time.monotonic() - began:.1f} s")
    _forget_old(site)
    return release


def rollback(
    site: Site, *, flags: Sequence[str] = (), flags_only: bool = False, to: str = ""
) -> float:
    """Flags first, because they work at once; then the release before. How many seconds it took."""
    began = time.monotonic()
    running = site.current.resolve()
    for flag in flags:
        why = "Turned back by scripts/rollback."
        _manage(site, running, "flag", "off", flag, "--why", why)
        _say(f"{flag} is off for everybody, companies with a setting of their own included")
    if not flags_only:
        target = site.base / "releases" / to if to else site.previous.resolve()
        if not (target / "manage.py").exists() or target == running:
            there = ", ".join(sorted(path.name for path in (site.base / "releases").iterdir()))
            raise Failed(
                f"There is no release {to or 'before it'} to go back to; {running.name} runs on."
                f" There are: {there}."
            )
        _switch(site, target, running)
        try:
            _restart(site)
        except Failed as reason:
            raise Failed(
                f"{target.name} is current now, but it did not start: {reason}"
            ) from reason
        _say(f"{target.name} runs; {running.name} is kept")
    seconds = time.monotonic() - began
    _say(f"turned back in {seconds:.1f} s")
    return seconds


def _placed(site: Site, source: str, name: str) -> Path:
    release = site.base / "releases" / (name or f"{datetime.now(UTC):%Y%m%dT%H%M%S}")
    if release.exists():
        raise Failed(f"{release} exists already.")
    release.parent.mkdir(parents=True, exist_ok=True)
    (site.base / "shared").mkdir(mode=0o700, exist_ok=True)
    if Path(source).is_dir():
        shutil.copytree(
            source, release, symlinks=True, ignore=shutil.ignore_patterns(".venv", ".git", "data")
        )
        return release
    release.mkdir()
    root = Path(__file__).resolve().parent.parent
    git, tar = shutil.which("git") or "git", shutil.which("tar") or "tar"
    archive = subprocess.run(
        [git, "-C", str(root), "archive", source], capture_output=True, check=False
    )
    if archive.returncode:
        release.rmdir()
        raise Failed(f"{source} is neither a folder nor a commit: {archive.stderr.decode()}")
    subprocess.run([tar, "-x", "-C", str(release)], input=archive.stdout, check=True)
    return release


def _switch(site: Site, target: Path, before: Path | None) -> None:
    """One rename: there is no moment without a release."""
    for link, place in ((site.previous, before), (site.current, target)):
        if place is not None:
            new = link.with_name(f".{link.name}")
            new.unlink(missing_ok=True)
            new.symlink_to(place)
            new.replace(link)


def _restart(site: Site) -> None:
    _run(site.restart, site.base, site)
    environment = site.environment()
    port = int(environment.get("PORT") or 8000)
    hosts = (host.strip().lstrip(".") for host in environment.get("ALLOWED_HOSTS", "").split(","))
    # `*` lets every host in, and is the name of none.
    host = next((host for host in hosts if host not in ("", "*")), "localhost")
    deadline = time.monotonic() + site.patience
    while not _answers(port, host):
        if time.monotonic() > deadline:
            raise Failed(f"Nothing answers on port {port} after {site.patience:.0f} s.")
        time.sleep(0.2)  # a server that starts tells nobody when it listens


def _answers(port: int, host: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read())["status"] == "ok"
    except (OSError, HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def _manage(site: Site, release: Path, *arguments: str) -> str:
    return _run([str(release / ".venv" / "bin" / "python"), "manage.py", *arguments], release, site)


def _run(command: Sequence[str], place: Path, site: Site) -> str:
    done = subprocess.run(
        list(command),
        cwd=place,
        env=site.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # Enough for a check, which names its errors before its warnings.
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-30:])
        raise Failed(f"`{' '.join(command[1:] or command)}` failed: {last}")
    return done.stdout


def _forget_old(site: Site) -> None:
    in_use = {link.resolve() for link in (site.current, site.previous) if link.is_symlink()}
    old = sorted(path for path in (site.base / "releases").iterdir() if path not in in_use)
    for path in old[: max(0, len(old) + len(in_use) - KEPT)]:
        shutil.rmtree(path, ignore_errors=True)


def _say(line: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {line}", flush=True)


def main(verb: str, arguments: Sequence[str]) -> int:
    """`deploy` or `rollback`; exit 1 says why not."""
    parser = argparse.ArgumentParser(prog=f"scripts/{verb}")
    if verb == "deploy":
        parser.add_argument("source", help="a folder, or a commit of this repository")
    else:
        parser.add_argument("--flag", action="append", default=[], help="turn this flag off first")
        parser.add_argument("--flags-only", action="store_true", help="the release stays")
        parser.add_argument("--to", default="", help="this release instead of the one before")
    chosen = parser.parse_args(arguments)
    site = Site.from_environment()
    try:
        if verb == "deploy":
            deploy(site, chosen.source)
        else:
            rollback(site, flags=chosen.flag, flags_only=chosen.flags_only, to=chosen.to)
    except Failed as reason:
        print(f"{verb}: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
