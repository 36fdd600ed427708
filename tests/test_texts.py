"""Every text of the product is there in English, Russian and Polish."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import texts

ROOT = Path(texts.__file__).resolve().parent.parent


def test_the_catalogues_hold_every_text_of_the_code(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if name.endswith((".py", ".html", ".txt", ".po")) and not name.startswith("tests/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)

    run = subprocess.run(
        [sys.executable, "-m", "scripts.texts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, (run.stdout + run.stderr)[-3000:]
    for language, domain in product(texts.LANGUAGES, texts.DOMAINS):
        ours, anew = (texts.place(root, language, domain) for root in (ROOT, tmp_path))
        assert ours.read_text() == anew.read_text(), "run python -m scripts.texts"
        compiled = ours.with_suffix(".mo").read_bytes()
        assert compiled == anew.with_suffix(".mo").read_bytes(), "run python -m scripts.texts"


@pytest.mark.parametrize("domain", texts.DOMAINS)
def test_who_sends_the_bill_is_called_vendor_everywhere(domain: str) -> None:
    said = [str(message.id) for message in texts.read(ROOT, "pl", domain) if message.id]

    assert said
    assert [text for text in said if "supplier" in text.lower()] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "not translated"),
        ("%(nome)s wartet", "other values are filled in"),
        ("wartet", "other values are filled in"),
    ],
)
def test_a_text_that_is_missing_or_lost_its_value_is_named(text: str, fault: str) -> None:
    catalogue = Catalog(locale="pl")
    catalogue.add("%(name)s waits", text)

    assert [fault in found for found in texts.faults_of(catalogue, "django")] == [True]


def test_every_form_of_a_plural_is_looked_at() -> None:
    catalogue = Catalog(locale="ru")
    catalogue.add(("%(n)s bill", "%(n)s bills"), ("%(n)s счёт", "%(n)s счёта", ""))

    assert len(list(texts.faults_of(catalogue, "django"))) == 1
