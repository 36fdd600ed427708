"""A skops file of dictionaries, arrays, text and numbers, written the same way every time.

Skops names the parts of a file by their addresses in memory, so two files of one content differ;
here they are numbered. To read such a file skops would import scikit-learn (seconds, 140 MB) in
every worker; its parts are plain JSON and NumPy arrays, so they are read directly. A test holds
this reader and skops to one answer.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

_SCHEMA = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Unpacked, a bundle is some ten times what it is in the file.
_LARGEST = 200_000_000


def packed(tree: dict[str, Any]) -> bytes:
    """The file of a tree of dictionaries; the same tree, the same bytes."""
    from skops.io import dumps

    with zipfile.ZipFile(io.BytesIO(dumps(tree))) as written:
        schema = json.loads(written.read(_SCHEMA))
        parts = {name: written.read(name) for name in written.namelist() if name != _SCHEMA}
    names: dict[str, str] = {}
    _number(schema, names, [0])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(zipfile.ZipInfo(_SCHEMA, _EPOCH), json.dumps(schema), *_PACKING)
        for old, new in names.items():
            archive.writestr(zipfile.ZipInfo(new, _EPOCH), parts[old], *_PACKING)
    return out.getvalue()


_PACKING = (zipfile.ZIP_DEFLATED, 9)


def _number(node: Any, names: dict[str, str], count: list[int]) -> None:
    """Number the parts in the order in which the schema names them."""
    if isinstance(node, list):
        for below in node:
            _number(below, names, count)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("__id__"), int):
        count[0] += 1
        node["__id__"] = count[0]
    if isinstance(node.get("file"), str):
        node["file"] = names.setdefault(node["file"], f"{len(names):04d}.npy")
    for key in node:
        if key != "__id__":
            _number(node[key], names, count)


def unpacked(content: bytes) -> Any:
    """The tree of a file. Raises ValueError for anything but dictionaries, arrays, plain JSON."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST:
            raise ValueError("too large unpacked")
        return _value(json.loads(archive.read(_SCHEMA)), archive)


def _value(node: dict[str, Any], archive: zipfile.ZipFile) -> Any:
    match node["__loader__"]:
        case "DictNode":
            return {key: _value(below, archive) for key, below in node["content"].items()}
        case "JsonNode":
            return json.loads(node["content"])
        case "NdArrayNode" if node["type"] == "numpy":
            return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
        case other:
            raise ValueError(f"unexpected part {other}")
