"""Where backups lie: a folder on this machine, or a bucket that speaks S3."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from .errors import BackupError

_CHUNK = 1024 * 1024


class Place(Protocol):
    """Named streams of bytes. A name reads like a path; a stream is there whole or not at all."""

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """Keep it; how many bytes. Replaces what had the name."""

    def read(self, name: str) -> Iterator[bytes]:
        """Its bytes. Raises BackupError where there is none."""

    def has(self, name: str) -> bool:
        """Whether it is there."""

    def names(self, prefix: str = "") -> list[str]:
        """All names that begin so, in order."""

    def remove(self, name: str) -> None:
        """Forget it; that it is not there is fine."""


def place_of(url: str) -> Place:
    """The place an address names. Raises BackupError with what is wrong with the address."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return Bucket(url)
    if parts.scheme in ("", "file") and parts.path.startswith("/"):
        return Folder(Path(unquote(parts.path)))
    raise BackupError(
        "BACKUP_URL must be a folder that begins with / (or file:///…), or s3://bucket/prefix."
    )


def object_of(sha256: str) -> str:
    """Where the file with this hash lies, once for all backups."""
    return f"files/{sha256[:2]}/{sha256}"


class Folder:
    """A directory; nobody else on the machine may look into it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """Written beside it, flushed to the disk, then renamed."""
        path = self._root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        size = 0
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in chunks:
                    size += file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return size

    def read(self, name: str) -> Iterator[bytes]:
        """Its bytes, a megabyte at a time."""
        try:
            file = (self._root / name).open("rb")
        except OSError as error:
            raise BackupError(f"{name} is missing in the backup ({error.strerror}).") from error
        with file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def has(self, name: str) -> bool:
        return (self._root / name).is_file()

    def names(self, prefix: str = "") -> list[str]:
        """Half-written ones are none."""
        paths = (path for path in self._root.rglob("*") if path.is_file())
        found = (path.relative_to(self._root).as_posix() for path in paths if path.name[0] != ".")
        return sorted(name for name in found if name.startswith(prefix))

    def remove(self, name: str) -> None:
        path = self._root / name
        try:
            path.unlink()
        except FileNotFoundError:
            return
        while path.parent != self._root and not any(path.parent.iterdir()):
            path = path.parent
            path.rmdir()


class Bucket:
    """A bucket and a prefix; keys come from the environment, as every S3 client takes them."""

    def __init__(self, url: str) -> None:
        try:
            import boto3
            from botocore.config import Config
        except ImportError as error:
            raise BackupError("For s3:// install the extra: pip install 'zohodocs[s3]'.") from error
        parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
        self._bucket = parts.netloc
        self._prefix = f"{path}/" if (path := parts.path.strip("/")) else ""
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=next(iter(query.get("endpoint", [])), None),
            region_name=next(iter(query.get("region", [])), "us-east-1"),
            config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"max_attempts": 3},
                # Not every server that speaks S3 knows its newest checksums; ours are in the
                # manifest.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """Through a temporary file, because a bucket wants to know the size first."""
        with tempfile.TemporaryFile() as file:
            for chunk in chunks:
                file.write(chunk)
            size = file.tell()
            file.seek(0)
            self._client.upload_fileobj(file, self._bucket, self._prefix + name)
        return size

    def read(self, name: str) -> Iterator[bytes]:
        from botocore.exceptions import ClientError

        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise BackupError(f"{name} cannot be had from the bucket ({code}).") from error
        with closing(answer["Body"]) as body:
            while chunk := body.read(_CHUNK):
                yield chunk

    def has(self, name: str) -> bool:
        return name in self.names(name)

    def names(self, prefix: str = "") -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        keys = (row["Key"] for page in pages for row in page.get("Contents", ()))
        return sorted(key.removeprefix(self._prefix) for key in keys)

    def remove(self, name: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)
