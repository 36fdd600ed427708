"""Where models are kept, and which ones are taken: shipped ones by their digest, own ones signed.

A bundle is one skops file (plain arrays, never pickled objects) and a card of the same name in
JSON beside it: format version, seed, what it was trained on and how well it did.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zohodocs import disk

from .calibration import Calibration
from .field_model import FieldModel
from .forest import Forest
from .pinned import SHIPPED
from .skops_file import packed, unpacked

FORMAT_VERSION = 1
MODELS = Path(__file__).with_name("models")
NAME = "fields"
# A bundle of ours is a few megabytes; a larger file is none of ours.
LARGEST = 15_000_000
KEY_FILE = "model.key"


class ModelRefused(Exception):
    """The stored model is damaged, unsigned or of another format; the rules answer instead."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All models of the engine with their calibration, and the card that says what they saw."""

    models: Mapping[str, FieldModel]
    calibration: Mapping[str, Calibration]
    card: Mapping[str, Any]


def save(
    folder: Path, models: Mapping[str, FieldModel], card: Mapping[str, Any], *, key: bytes | None
) -> dict[str, str]:
    """Write bundle and card; with a key, sign them. Returns the digests of both.

    Raises OSError where there is no room for them; what was there before is there still.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        name: {
            "names": "\n".join(model.names),
            "classes": "\n".join(model.classes),
            **model.forest.arrays(),
        }
        for name, model in sorted(models.items())
    }
    content = packed({"format": FORMAT_VERSION, "models": kept})
    written = json.dumps({"format": FORMAT_VERSION, **card}, indent=1, sort_keys=True) + "\n"
    model_path, card_path = _paths(folder)
    files = {model_path: content, card_path: written.encode()}
    if key is not None:
        # The last: who has the old bundle open keeps it until all of the new one is there.
        signature = _signature(key, content, written.encode()) + "\n"
        files[_signature_path(folder)] = signature.encode()
    disk.replace(files)
    return {
        model_path.name: hashlib.sha256(content).hexdigest(),
        card_path.name: hashlib.sha256(written.encode()).hexdigest(),
    }


def load(folder: Path = MODELS, *, key: bytes | None = None) -> Bundle:
    """The bundle of a folder. Raises ModelRefused, naming the file and what is wrong with it.

    Without a key only what ships is taken: its digest must be the one pinned in the code.
    """
    model_path, card_path = _paths(folder)
    content, written = _bytes(model_path), _bytes(card_path)
    if key is None:
        for path, found in ((model_path, content), (card_path, written)):
            if hashlib.sha256(found).hexdigest() != SHIPPED.get(path.name):
                raise ModelRefused(f"{path.name} is not the model that ships with this version.")
    else:
        signature = _bytes(_signature_path(folder)).decode("ascii", "replace").strip()
        if not hmac.compare_digest(signature, _signature(key, content, written)):
            raise ModelRefused(f"{model_path.name} is not signed by this installation.")
    return _opened(model_path, content, written)


def best(data_dir: Path | None) -> Bundle:
    """The bundle trained here where there is one, else the one that ships.

    What is trained while workers run is taken from the next paper on. Raises ModelRefused where the
    one that would be taken cannot be trusted.
    """
    return _best(data_dir, _signed_at(data_dir))


def _signed_at(data_dir: Path | None) -> int:
    """When the own bundle was signed, which is the last thing done to it; 0 without one."""
    if data_dir is None:
        return 0
    try:
        return _signature_path(data_dir / "models").stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=2)
def _best(data_dir: Path | None, _signed: int) -> Bundle:
    if data_dir is not None:
        own = data_dir / "models"
        if _paths(own)[0].exists():
            return load(own, key=signing_key(data_dir))
    return load()


def signing_key(data_dir: Path, *, create: bool = False) -> bytes:
    """The key that signs models trained here, kept in the data directory.

    Raises ModelRefused where there is none and none is to be made.
    """
    path = data_dir / KEY_FILE
    if not path.exists() and create:
        import secrets

        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(secrets.token_bytes(32))
    return _bytes(path)


def _paths(folder: Path) -> tuple[Path, Path]:
    return folder / f"{NAME}.skops", folder / f"{NAME}.json"


def _signature_path(folder: Path) -> Path:
    return folder / f"{NAME}.sig"


def _signature(key: bytes, content: bytes, card: bytes) -> str:
    message = hashlib.sha256(content).digest() + hashlib.sha256(card).digest()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ModelRefused(f"{path.name} is too large to be a model of ours.")
        return path.read_bytes()
    except OSError as error:
        raise ModelRefused(f"{path.name} cannot be read: {error.strerror}.") from error


def _opened(path: Path, content: bytes, written: bytes) -> Bundle:
    try:
        card = json.loads(written)
        if card.get("format") != FORMAT_VERSION:
            raise ModelRefused(
                f"{path.name} is of format {card.get('format')}, not {FORMAT_VERSION}."
            )
        kept = unpacked(content)
        models = {
            name: FieldModel(
                Forest.from_arrays(parts),
                tuple(parts["names"].split("\n")),
                tuple(parts["classes"].split("\n")),
            )
            for name, parts in kept["models"].items()
        }
        calibration = {
            name: Calibration.from_json(curves) for name, curves in card["calibration"].items()
        }
    except ModelRefused:
        raise
    except Exception as error:
        # Whatever is wrong inside a file that nobody vouches for, the answer is the same.
        raise ModelRefused(f"{path.name} is damaged ({type(error).__name__}).") from error
    return Bundle(models, calibration, card)
