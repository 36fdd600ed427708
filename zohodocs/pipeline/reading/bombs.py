"""Does a PDF unpack to far more than it weighs? Told without unpacking it. Runs in the child."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

MAX_UNPACKED_BYTES = 128 * 1024 * 1024
# Ordinary pages shrink 3 to 20 times, a blank scan some hundred; deflate's limit is 1,032.
_SUSPICIOUS_RATIO = 100
_PROBE_BYTES = 2048
_CHUNK = 1 << 20
_MAX_LAYERS = 4
_STREAM = re.compile(rb"stream\r?\n(?=[\x08\x18\x28\x38\x48\x58\x68\x78])")


def is_bomb(content: bytes) -> bool:
    """Whether the deflated streams that look suspicious unpack to more than we would hold.

    Only deflate is looked at, up to four times over; whatever else swells meets the memory limit
    of the child.
    """
    left = MAX_UNPACKED_BYTES
    for found in _STREAM.finditer(content):
        start = found.end()
        if not _is_suspicious(content[start : start + _PROBE_BYTES]):
            continue
        left -= _size([content[start:]], limit=left, layers=_MAX_LAYERS)
        if left <= 0:
            return True
    return False


def _is_suspicious(head: bytes) -> bool:
    unpacking = zlib.decompressobj()
    try:
        unpacked = len(unpacking.decompress(head))
    except zlib.error:
        return False
    return unpacked > _SUSPICIOUS_RATIO * max(1, len(head) - len(unpacking.unused_data))


def _size(packed: Iterable[bytes], *, limit: int, layers: int) -> int:
    """How much it unpacks to, all layers together, counted up to a little over `limit`."""
    total = 0

    def counted() -> Iterator[bytes]:
        nonlocal total
        for chunk in _unpacked(packed):
            total += len(chunk)
            if total > limit:
                return
            yield chunk

    chunks = counted()
    first = next(chunks, b"")
    if layers > 1 and _is_suspicious(first[:_PROBE_BYTES]):
        total += _size(chain([first], chunks), limit=limit, layers=layers - 1)
    else:
        for _ in chunks:
            pass
    return total


def _unpacked(packed: Iterable[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj()
    for chunk in packed:
        rest = chunk
        while rest and not unpacking.eof:
            try:
                yield unpacking.decompress(rest, _CHUNK)
            except zlib.error:
                return
            rest = unpacking.unconsumed_tail
