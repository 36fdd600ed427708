"""How worker and child talk: a length, a JSON header, and the bytes the header announces."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

_LENGTHS = struct.Struct(">IQ")
PREFIX_BYTES = _LENGTHS.size


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame, ready to be sent."""
    encoded = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """The lengths of header and body that follow this prefix."""
    header, body = _LENGTHS.unpack(prefix)
    return header, body


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None at the end of the stream; waits for it."""
    prefix = stream.read(PREFIX_BYTES)
    if len(prefix) < PREFIX_BYTES:
        return None
    header_length, body_length = lengths(prefix)
    header = json.loads(stream.read(header_length))
    return header, stream.read(body_length)
