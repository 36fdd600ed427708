"""What was accepted is on the disk, with its name, before its row is committed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from pytest_django import Settings

from tests.factories import OrganizationFactory
from tests.papers import invoice_pdf
from zohodocs.arrivals.receive import receive
from zohodocs.durable import DurableStorage

pytestmark = [pytest.mark.embedded]


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that the kernel was asked to bring to the disk, in order."""
    paths: list[str] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        fsync(handle)
        paths.append(str(Path(f"/proc/self/fd/{handle}").readlink()))

    monkeypatch.setattr(os, "fsync", noted)
    return paths


def test_the_file_then_every_folder_that_is_new(tmp_path: Path, forced: list[str]) -> None:
    storage = DurableStorage(location=tmp_path / "files")

    storage.save("originals/1/ab/abc", ContentFile(b"one"))
    first, forced[:] = list(forced), []
    storage.save("originals/1/ab/abd", ContentFile(b"two"))

    files = tmp_path / "files"
    assert first == [
        str(files / "originals/1/ab/abc"),
        str(files / "originals/1/ab"),
        str(files / "originals/1"),
        str(files / "originals"),
        str(files),
        str(tmp_path),
    ]
    assert forced == [str(files / "originals/1/ab/abd"), str(files / "originals/1/ab")]


def test_a_picture_that_is_drawn_again_anyway_is_not_waited_for(
    tmp_path: Path, forced: list[str]
) -> None:
    DurableStorage(location=tmp_path).save("pages/1/x/1.webp", ContentFile(b"picture"))

    assert forced == []


@pytest.mark.django_db
def test_an_upload_is_on_the_disk_before_its_row_is_written(
    settings: Settings, tmp_path: Path, forced: list[str]
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "zohodocs.durable.DurableStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    organization = OrganizationFactory()
    said: list[tuple[str, int]] = []

    def watch(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's own
        said.append((sql, len(forced)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        arrival = receive(
            organization=organization, content=invoice_pdf(), filename="a.pdf", channel="web"
        )

    assert arrival.document is not None
    path = Path(arrival.document.original.path)
    (before,) = [n for sql, n in said if sql.startswith('INSERT INTO "zohodocs_document" ')]
    assert forced[:2] == [str(path), str(path.parent)]
    assert before == len(forced) >= 2
    assert stat.S_ISREG(path.stat().st_mode)
