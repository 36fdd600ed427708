"""S3 instead of folders: originals and backups, through the same doors."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from tests.operations.bucket import bucket
from zohodocs.arrivals.file_age import written_at
from zohodocs.environment import s3_storage
from zohodocs.operations.backup import BackupError
from zohodocs.operations.backup.places import place_of


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, bytes]]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "only-for-tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-for-tests")
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    with bucket() as found:
        yield found


def test_an_original_is_kept_and_read_and_missing_ones_are_missed(
    papers: tuple[str, dict[str, bytes]], settings: Any
) -> None:
    endpoint, objects = papers
    settings.STORAGES = {
        **settings.STORAGES,
        "default": s3_storage(f"s3://papers/zohodocs?endpoint={endpoint}"),
    }
    storage = storages["default"]

    name = storage.save("originals/1/ab/abcd", ContentFile(b"%PDF-1.4"))

    assert name == "originals/1/ab/abcd"
    assert objects == {"zohodocs/originals/1/ab/abcd": b"%PDF-1.4"}
    with storage.open(name) as file:
        assert file.read() == b"%PDF-1.4"
    assert (storage.exists(name), storage.size(name)) == (True, 8)
    assert written_at(storage, name) == datetime(2026, 11, 26, 10, tzinfo=UTC)
    with pytest.raises(FileNotFoundError):
        written_at(storage, "originals/1/ab/other")
    with pytest.raises(OSError, match="does not exist"):
        storage.open("originals/1/ab/other").read()


def test_a_backup_place_in_a_bucket_is_like_a_folder(
    papers: tuple[str, dict[str, bytes]], tmp_path: Any
) -> None:
    endpoint, _objects = papers
    for place in (place_of(f"s3://papers/backups?endpoint={endpoint}"), place_of(str(tmp_path))):
        assert place.write("2026-x/rows/a.gz", [b"one", b"two"]) == 6
        place.write("files/ab/abcd", [b"file"])

        assert b"".join(place.read("2026-x/rows/a.gz")) == b"onetwo"
        assert place.names() == ["2026-x/rows/a.gz", "files/ab/abcd"]
        assert place.names("files/") == ["files/ab/abcd"]
        assert (place.has("files/ab/abcd"), place.has("files/ab/other")) == (True, False)
        place.remove("files/ab/abcd")
        place.remove("files/ab/abcd")
        assert place.names("files/") == []
        with pytest.raises(BackupError):
            io.BytesIO(b"".join(place.read("files/ab/abcd")))


@pytest.mark.parametrize("url", ["http://papers", "s3:///prefix", "papers"])
def test_an_address_that_is_no_bucket_stops_the_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="S3_URL"):
        s3_storage(url)


@pytest.mark.parametrize("url", ["ftp://x/y", "relative/folder", "http://x"])
def test_an_address_that_is_no_place_for_backups_is_told(url: str) -> None:
    with pytest.raises(BackupError, match="BACKUP_URL"):
        place_of(url)
