"""The old system kept secrets and papers in its repository; this one has neither."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_PAPERS = re.compile(r"\.(pdf|jpe?g|tiff?|p7m|sqlite3|pem|key|env)$|(^|/)\.env$", re.IGNORECASE)
_SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    rb"|\b1000\.[0-9a-f]{32}\.[0-9a-f]{32}\b"  # Zoho's tokens
    rb"|\bsk-[A-Za-z0-9]{32,}"
)


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_paper_database_or_key_file_is_tracked(tracked: list[str]) -> None:
    assert len(tracked) > 100
    assert [name for name in tracked if _PAPERS.search(name)] == []


def test_no_tracked_file_holds_a_secret(tracked: list[str]) -> None:
    assert [name for name in tracked if _SECRETS.search((ROOT / name).read_bytes())] == []
