"""A file inside its signature (CMS, RFC 5652; the Italian `.p7m`): taken out, nothing believed.

The signature is not checked: whoever signed an invoice, it is judged like any other. Both ways of
writing are read, binary (DER or BER with its unknown lengths) and the same in base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .reading import Unreadable

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_SEQUENCE, _EXPLICIT, _OCTETS, _OCTET_PARTS = 0x30, 0xA0, 0x04, 0x24
_CONSTRUCTED = 0x20
_MAX_NESTING = 32
_MAX_SIGNATURES = 4  # signed again by the next in line
# Enough for the envelope's own beginning and the first words of what it holds.
_WINDOW = 16 * 1024
_BASE64_START = re.compile(rb"\s*(?:-----BEGIN [A-Z0-9 ]{1,30}-----\s*)?(MI[A-Za-z0-9+/]{2})")
_ARMOUR = re.compile(rb"-----(?:BEGIN|END) [A-Z0-9 ]{1,30}-----")


class _Damaged(Exception):
    """The envelope ends too early or is not built as one."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One BER element: where its contents begin and end (None: at its end-of-contents mark)."""

    tag: int
    start: int
    end: int | None


def beginning(content: bytes) -> bytes:
    """The first bytes of what is signed; empty where the content is no signed file."""
    found = b""
    for _ in range(_MAX_SIGNATURES):
        envelope = _binary(content[:_WINDOW])
        if envelope is None:
            return found
        found = content = _gathered(envelope, whole=False)
    return b""


def unwrapped(content: bytes) -> bytes:
    """What is signed, all signatures taken off; the content itself where it is not signed.

    Raises Unreadable `signed_file_damaged`.
    """
    for _ in range(_MAX_SIGNATURES):
        envelope = _binary(content)
        if envelope is None:
            return content
        content = _gathered(envelope, whole=True)
    raise _refused()


def _binary(content: bytes) -> bytes | None:
    """The envelope's bytes, decoded if need be; None if this is no signed file."""
    if (start := _BASE64_START.match(content)) is not None:
        text = b"".join(_ARMOUR.sub(b"", content[start.start(1) :]).split())
        try:
            # Cut to whole groups: what is missing then is the envelope's to tell.
            content = base64.b64decode(text[: len(text) // 4 * 4], validate=True)
        except binascii.Error:
            return None
    if not content.startswith(b"\x30") or _SIGNED_DATA not in content[:32]:
        return None
    return content


def _gathered(envelope: bytes, *, whole: bool) -> bytes:
    parts: list[bytes] = []
    try:
        for part in _signed(envelope):
            parts.append(part)  # one by one: those before the damage count, too
    except _Damaged:
        if whole:
            raise _refused() from None
    return b"".join(parts)


def _signed(data: bytes) -> Iterator[bytes]:
    """The parts of the signed content; of an envelope cut short those that are there."""
    at = _entered(data, 0, _SEQUENCE).start  # ContentInfo
    at = _skipped(data, at)  # its type
    at = _entered(data, _entered(data, at, _EXPLICIT).start, _SEQUENCE).start  # SignedData
    at = _skipped(data, _skipped(data, at))  # version, digest algorithms
    at = _entered(data, at, _SEQUENCE).start  # EncapsulatedContentInfo
    at = _skipped(data, at)  # the content's type
    at = _entered(data, at, _EXPLICIT).start  # absent in a detached signature
    open_until: list[int | None] = []
    while True:
        element = _element(data, at)
        if element.tag == _OCTETS and element.end is not None:
            yield data[element.start : element.end]
            at = element.end
            if at > len(data):
                raise _Damaged
        elif element.tag == _OCTET_PARTS and len(open_until) < _MAX_NESTING:
            # A string that was written as it came, in pieces.
            open_until.append(element.end)
            at = element.start
        elif element.tag == 0 and open_until and open_until[-1] is None:
            open_until.pop()
            at = element.start
        else:
            raise _Damaged
        while open_until and open_until[-1] is not None and at >= open_until[-1]:
            open_until.pop()
        if not open_until:
            return


def _entered(data: bytes, at: int, tag: int) -> _Element:
    element = _element(data, at)
    if element.tag != tag:
        raise _Damaged
    return element


def _skipped(data: bytes, at: int) -> int:
    """Where the next element begins."""
    depth = 0
    while True:
        element = _element(data, at)
        if element.end is not None:
            at = element.end
            depth -= (element.tag, element.end) == (0, element.start)
        else:
            at = element.start
            depth += 1
        if depth == 0:
            return at
        if depth > _MAX_NESTING or depth < 0:
            raise _Damaged


def _element(data: bytes, at: int) -> _Element:
    if at + 2 > len(data):
        raise _Damaged
    tag, length = data[at], data[at + 1]
    start = at + 2
    if tag & 0x1F == 0x1F:  # tags of many bytes: none is used where we look
        raise _Damaged
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise _Damaged
        return _Element(tag, start, None)
    if length > 0x80:
        size = length - 0x80
        if size > 8 or start + size > len(data):
            raise _Damaged
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    return _Element(tag, start, start + length)


def _refused() -> Unreadable:
    return Unreadable(
        "signed_file_damaged",
        "This signed file (.p7m) is damaged or holds no document. Ask the sender to send it again,"
        " or the document without its signature.",
    )
