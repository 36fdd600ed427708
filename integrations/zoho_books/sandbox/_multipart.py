"""Files out of a multipart body, byte for byte."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ._wire import Call, Problem

_FILE_LIMIT = 10 * 1024 * 1024
_ENDINGS = frozenset({"gif", "png", "jpeg", "jpg", "bmp", "pdf"})


@dataclass(frozen=True, slots=True)
class Part:
    """An uploaded file."""

    name: str
    mime: str
    content: bytes = field(repr=False)


def uploaded(call: Call, part_name: str) -> Part:
    """The file under this part name, of a type and size that Zoho takes."""
    boundary = re.search(r'boundary="?([^";]+)"?', call.headers.get("content-type", ""))
    if boundary is None:
        raise Problem(400, 4, f"Invalid value passed for {part_name}")
    for chunk in call.body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = head.decode(errors="replace")
        name = re.search(r'\bname="([^"]*)"', lines)
        filename = re.search(r'\bfilename="([^"]*)"', lines)
        if name is None or filename is None or name[1] != part_name:
            continue
        part = Part(filename[1], _mime(lines), content.removesuffix(b"\r\n"))
        if part.name.rpartition(".")[2].lower() not in _ENDINGS:
            raise Problem(400, 5, "The file type is not allowed.")
        if len(part.content) > _FILE_LIMIT:
            raise Problem(400, 5, "The file is larger than 10 MB.")
        return part
    raise Problem(400, 4, f"Invalid value passed for {part_name}")


def _mime(head: str) -> str:
    found = re.search(r"(?im)^content-type:\s*([\w.+/-]+)", head)
    return found[1] if found else "application/octet-stream"
