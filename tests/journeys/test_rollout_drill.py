"""The drill in the demo: off, shadow, ten percent, a regression, and back by itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from zohodocs.operations import claims

pytestmark = [pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
STEPS = ("off", "shadow", "10 %", "regression", "rollback", "repair", "alert", "after")


def drill(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "scripts" / "rollout_drill")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def test_without_a_demo_it_says_what_to_start(tmp_path: Path) -> None:
    done = drill({**os.environ, "DATA_DIR": str(tmp_path)})

    assert done.returncode == 2
    assert "make demo" in done.stdout


def test_a_planted_regression_is_turned_back_within_a_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "DATA_DIR": str(tmp_path),
        "PORT": str(claims.free_port_after(27_000)),
    }
    demo = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "demo"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert any("Ctrl-C stops all" in line for line in demo.stdout or ())
        done = drill(environment)
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=90)

    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}")
    assert done.returncode == 0, done.stderr[-2000:]
    said = re.findall(r"^ *[\d.]+ s  (.{10}) ", done.stdout, re.MULTILINE)
    assert tuple(step.strip() for step in said) == STEPS
    # The demo reads with the models that ship again.
    assert not (tmp_path / "demo" / "models").exists()
