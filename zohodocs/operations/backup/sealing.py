"""Encryption of what lies in a backup: AES-256-GCM, a megabyte at a time.

    b"ZDB1"  8 bytes that name the key  then for each piece: length (4 bytes), nonce (12), text

Each piece is bound to its number and to whether it is the last, so that none can be left out,
swapped or cut off unseen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import BackupError

_MAGIC = b"ZDB1"
_PIECE = 1024 * 1024
_NAME, _LENGTH, _NONCE = 8, 4, 12


class Sealer:
    """Seals with the first key, opens with any. Without keys what passes through stays as it is."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [_key(key) for key in keys]
        self._by_name = {_name(key): key for key in self._keys}

    @property
    def key_name(self) -> str:
        """The name of the key that seals; "" where nothing is sealed."""
        return _name(self._keys[0]).hex() if self._keys else ""

    def seal(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, encrypted."""
        if not self._keys:
            yield from chunks
            return
        cipher = AESGCM(self._keys[0])
        yield _MAGIC + _name(self._keys[0])
        pieces = _pieces(chunks, _PIECE)
        piece = next(pieces, b"")
        for number in range(2**32):
            following = next(pieces, None)
            nonce = os.urandom(_NONCE)
            sealed = cipher.encrypt(nonce, piece, _place(number, last=following is None))
            yield len(sealed).to_bytes(_LENGTH, "big") + nonce + sealed
            if following is None:
                return
            piece = following

    def open(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, decrypted. Raises BackupError: no key fits, or they were changed."""
        reader = _Reader(chunks)
        head = reader.take(len(_MAGIC))
        if head != _MAGIC:
            yield head
            yield from reader.rest()
            return
        key = self._by_name.get(reader.take(_NAME))
        if key is None:
            raise BackupError("The backup is sealed with a key that is not among BACKUP_KEYS.")
        cipher, number, last = AESGCM(key), 0, False
        while not last:
            size = int.from_bytes(reader.take(_LENGTH), "big")
            nonce, sealed = reader.take(_NONCE), reader.take(size)
            last = reader.is_empty()
            try:
                yield cipher.decrypt(nonce, sealed, _place(number, last=last))
            except InvalidTag:
                raise BackupError("The backup was changed or cut off after it was made.") from None
            number += 1


class _Reader:
    """So many bytes at a time, out of chunks of any size."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = b""

    def take(self, size: int) -> bytes:
        while len(self._held) < size and (chunk := next(self._chunks, None)) is not None:
            self._held += chunk
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def is_empty(self) -> bool:
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return True
            self._held = chunk
        return False

    def rest(self) -> Iterator[bytes]:
        yield self._held
        yield from self._chunks


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    reader = _Reader(chunks)
    while piece := reader.take(size):
        yield piece


def _key(text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != 32:
        raise BackupError("Each of BACKUP_KEYS must be 32 bytes in URL-safe base64.")
    return key


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"zohodocs backup key" + key).digest()[:_NAME]


def _place(number: int, *, last: bool) -> bytes:
    return number.to_bytes(8, "big") + (b"\1" if last else b"\0")
