"""What the command line says when it cannot do what it was told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "many", "PORT must be a whole number"),
        ("TIME_SCALE", "0", "TIME_SCALE must be more than 0"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL must begin with"),
        ("REDIS_URL", "memcached://host", "REDIS_URL must begin with"),
        ("SECRET_KEY_FILE", "/nowhere/at/all", "SECRET_KEY_FILE cannot be read"),
        ("ZOHO_BOOKS_URL", "books.example.org", "ZOHO_BOOKS_URL must begin with"),
    ],
)
def test_nonsense_in_the_environment_stops_the_start_with_one_line(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    started = subprocess.run(
        (sys.executable, str(ROOT / "manage.py"), "run"),
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert started.returncode == 1
    assert started.stderr.count("\n") == 1
    assert sentence in started.stderr
