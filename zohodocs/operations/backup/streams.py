"""Lines in, gzip out, and back; hashed on the way."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from .errors import BackupError
from .manifest import Part
from .places import Place
from .sealing import Sealer

_CHUNK = 1024 * 1024


class Spool:
    """Lines, compressed into a temporary file. `sha256` and `count` are known once it is closed."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when read
        # No time and no name in it: the same rows are the same bytes.
        self._zip = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=3, mtime=0)
        self.count = 0
        self.sha256 = ""

    def add(self, line: str) -> None:
        """One more line."""
        self._zip.write(line.encode() + b"\n")
        self.count += 1

    def close(self) -> None:
        """No more lines come."""
        self._zip.close()
        self._file.seek(0)
        hashed = hashlib.sha256()
        while chunk := self._file.read(_CHUNK):
            hashed.update(chunk)
        self.sha256 = hashed.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        """What was written; the temporary file is gone afterwards."""
        self._file.seek(0)
        with self._file:
            while chunk := self._file.read(_CHUNK):
                yield chunk


class Hashed:
    """Chunks that are hashed as they pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        """Of what has passed so far."""
        return self._hash.hexdigest()


def lines(place: Place, sealer: Sealer, part: Part) -> Iterator[Any]:
    """The lines of a part. Raises BackupError at the end if they are not those that were written.

    Whoever must not act on a wrong line reads it through before.
    """
    for line in unzipped(sealer.open(place.read(part.object)), part.sha256, part.object):
        yield json.loads(line)


def unzipped(chunks: Iterable[bytes], sha256: str, name: str) -> Iterator[bytes]:
    """The lines. Raises BackupError where the bytes are not those with this hash."""
    hashed = Hashed(chunks)
    raw = io.BufferedReader(_Stream(iter(hashed)), _CHUNK)
    try:
        with gzip.GzipFile(fileobj=raw) as file:
            yield from file
        while raw.read(_CHUNK):
            pass
    except (OSError, EOFError) as error:
        raise BackupError(f"{name} in the backup is damaged.") from error
    if hashed.sha256 != sha256:
        raise BackupError(f"{name} in the backup is not what was written.")


class _Stream(io.RawIOBase):
    """Chunks as a file that can only be read on."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed says Buffer
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._held = chunk
        size = min(len(buffer), len(self._held))
        buffer[:size] = self._held[:size]
        self._held = self._held[size:]
        return size
