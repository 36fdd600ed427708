"""What is deployed: image, containers, units and settings, checked as far as files can be."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import lock_s3
from zohodocs.operations import services
from zohodocs.operations.supervisor import GRACE_SECONDS

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    return {name: each for name, each in COMPOSE["services"].items() if each["image"] == "zohodocs"}


def test_every_part_has_a_container_and_every_container_of_a_part_is_one() -> None:
    parts = {
        each["command"][-1]: name
        for name, each in ours().items()
        if each["command"][:4] == ["python", "manage.py", "run", "--only"]
    }

    assert parts == {part: part for part in services.PARTS}


def test_each_profile_starts_what_it_says() -> None:
    def started(profile: str) -> set[str]:
        rows = COMPOSE["services"].items()
        return {name for name, each in rows if profile in each["profiles"]}

    beside = {"postgres", "redis", "migrate", "prometheus", "alertmanager", "grafana"}
    assert started("production") == started("staging") == beside | set(services.PARTS)
    assert started("demo") == {"demo"}


def test_our_containers_can_write_only_where_they_say() -> None:
    for name, each in ours().items():
        assert each["read_only"] is True, name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        targets = {volume.split(":")[1] for volume in each["volumes"]}
        assert targets <= {"/data", "/backups"}, name


def test_a_backup_is_taken_before_anything_is_migrated() -> None:
    command = COMPOSE["services"]["migrate"]["command"][-1]
    names = [service.name for service in services.preparation(_site())]

    assert command.index("backup create --before-migrations") < command.index("migrate --no-input")
    assert names.index("backup") < names.index("migrate")


def _site() -> services.Site:
    return services.Site(data_dir=Path("/data"), port=8000, workers=1, allowed_hosts=[])


def test_whoever_stops_us_waits_longer_than_our_supervisor() -> None:
    units = {
        unit: int(re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[0])
        for unit in ("zohodocs.service", "zohodocs@.service")
        if (text := (ROOT / "deploy" / "systemd" / unit).read_text())
    }

    # All of them, then the embedded Redis, which the demo has too; one part has none.
    assert units["zohodocs.service"] > 2 * GRACE_SECONDS
    assert units["zohodocs@.service"] > GRACE_SECONDS
    for name, each in ours().items():
        times = 2 if name == "demo" else 1
        assert int(each["stop_grace_period"].rstrip("s")) > times * GRACE_SECONDS, name


def test_redis_keeps_what_it_was_told() -> None:
    command = " ".join(COMPOSE["services"]["redis"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_image_follows_the_rules_for_images() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    found = run(hadolint if hadolint.exists() else "hadolint", "Dockerfile")

    assert found.returncode == 0, found.stdout + found.stderr
    text = (ROOT / "Dockerfile").read_text()
    assert text.count("\nFROM ") + text.startswith("FROM") >= 2
    assert re.search(r"^USER 10001", text, re.MULTILINE)
    assert "HEALTHCHECK" in text


def test_the_compose_file_keeps_to_its_schema() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    found = run(checker, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")

    assert found.returncode == 0, found.stdout


def test_what_the_code_needs_is_in_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()

    needed = {"manage.py", "zohodocs/", "review/", "integrations/", "templates/", "static/"}
    assert {f"!{name}" for name in needed | {"locale/"}} <= set(lines)
    assert (ROOT / "requirements-s3.txt").read_text() == lock_s3.wanted()


@pytest.mark.parametrize("unit", ["zohodocs.service", "zohodocs@.service"])
def test_the_units_are_what_systemd_takes(unit: str, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed here")
    name = unit.replace("@", "@web")
    text = (ROOT / "deploy" / "systemd" / unit).read_text()
    (tmp_path / name).write_text(text)

    found = run("systemd-analyze", "verify", "--man=no", tmp_path / name)

    said = [line for line in found.stderr.splitlines() if "zohodocs" in line]
    assert [line for line in said if "is not executable" not in line] == []


PRODUCTION = {
    "SECRET_KEY": "x" * 20 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
    "ALLOWED_HOSTS": "documents.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://documents.example.org",
    "FIELD_ENCRYPTION_KEYS": KEY,
    "DATABASE_URL": "postgres://zohodocs@127.0.0.1:1/zohodocs",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "BACKUP_URL": "/backups",
    "BACKUP_KEYS": KEY,
    "METRICS_TOKEN": "token",
    "EMAIL_URL": "smtp://mail.example.org:587",
}
CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")


def test_a_deployment_like_production_passes_every_check(tmp_path: Path) -> None:
    found = run(sys.executable, *CHECK, DATA_DIR=str(tmp_path), **PRODUCTION)

    assert found.returncode == 0, found.stderr
    assert "no issues" in found.stdout + found.stderr


@pytest.mark.parametrize(
    ("lacks", "code", "status"),
    [
        ("DATABASE_URL", "W001", 1),
        ("BACKUP_URL", "W002", 1),
        ("BACKUP_KEYS", "W003", 1),
        ("EMAIL_URL", "I001", 0),
        ("METRICS_TOKEN", "I002", 0),
    ],
)
def test_what_a_deployment_lacks_is_said(
    tmp_path: Path, lacks: str, code: str, status: int
) -> None:
    settings = {name: value for name, value in PRODUCTION.items() if name != lacks}

    found = run(sys.executable, *CHECK, DATA_DIR=str(tmp_path), **settings)

    said = found.stdout + found.stderr
    assert (f"(zohodocs.{code}) {lacks} is unset" in said, found.returncode) == (True, status), said
