"""Which model files are taken, and which are refused by name."""

import hashlib
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io

from tests.ml.conftest import made_up
from zohodocs.ml import registry, skops_file
from zohodocs.ml.field_model import FieldModel
from zohodocs.ml.pinned import SHIPPED
from zohodocs.ml.registry import ModelRefused
from zohodocs.pipeline.extraction import ml

CARD: dict[str, Any] = {"seed": 7, "calibration": {}}
KEY = b"k" * 32


@pytest.fixture
def signed(tmp_path: Path, tiny: dict[str, FieldModel]) -> Path:
    registry.save(tmp_path, tiny, CARD, key=KEY)
    return tmp_path


def test_a_signed_bundle_comes_back_as_it_was(signed: Path, tiny: dict[str, FieldModel]) -> None:
    bundle = registry.load(signed, key=KEY)
    assert bundle.models.keys() == tiny.keys()
    for name, model in tiny.items():
        assert bundle.models[name].names == model.names
        assert bundle.models[name].classes == model.classes
        assert np.array_equal(bundle.models[name].forest.value, model.forest.value)
    assert bundle.card["seed"] == 7


def test_the_same_models_make_the_same_file(tmp_path: Path, tiny: dict[str, FieldModel]) -> None:
    one = registry.save(tmp_path / "one", tiny, CARD, key=None)
    assert registry.save(tmp_path / "two", tiny, CARD, key=None) == one


def test_skops_itself_reads_the_file(signed: Path) -> None:
    content = (signed / "fields.skops").read_bytes()
    theirs, ours = skops.io.loads(content, trusted=[]), skops_file.unpacked(content)
    assert theirs["models"].keys() == ours["models"].keys()
    for name, parts in theirs["models"].items():
        assert all(np.array_equal(value, ours["models"][name][key]) for key, value in parts.items())


@pytest.mark.parametrize("name", ["fields.skops", "fields.json"])
def test_one_changed_byte_is_refused(signed: Path, name: str) -> None:
    path = signed / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelRefused, match=r"fields\.skops is not signed by this installation"):
        registry.load(signed, key=KEY)


def test_an_unsigned_bundle_and_one_of_another_key_are_refused(signed: Path) -> None:
    with pytest.raises(ModelRefused, match="not signed"):
        registry.load(signed, key=b"other")
    (signed / "fields.sig").unlink()
    with pytest.raises(ModelRefused, match=r"fields\.sig cannot be read"):
        registry.load(signed, key=KEY)


def test_a_bundle_that_does_not_ship_is_refused_without_a_key(signed: Path) -> None:
    with pytest.raises(ModelRefused, match="not the model that ships"):
        registry.load(signed)


def test_a_bundle_trained_meanwhile_is_taken_and_left_without_a_restart(
    tmp_path: Path, tiny: dict[str, FieldModel]
) -> None:
    key, own = registry.signing_key(tmp_path, create=True), tmp_path / "models"
    assert "seed" in registry.best(tmp_path).card
    shipped = registry.best(tmp_path).card["seed"]

    registry.save(own, tiny, {**CARD, "seed": 70}, key=key)
    assert registry.best(tmp_path).card["seed"] == 70
    for path in own.iterdir():
        path.unlink()

    assert registry.best(tmp_path).card["seed"] == shipped


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """What a full disk does in the midst of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_the_disk_is_full_the_old_bundle_stays(
    signed: Path, tiny: dict[str, FieldModel]
) -> None:
    half = (signed / "fields.skops").stat().st_size // 2
    there = {path.name: path.read_bytes() for path in signed.iterdir()}

    with files_no_larger_than(half), pytest.raises(OSError, match="too large"):
        registry.save(signed, tiny, {**CARD, "seed": 70}, key=KEY)

    assert {path.name: path.read_bytes() for path in signed.iterdir()} == there
    assert registry.load(signed, key=KEY).card["seed"] == 7


def test_another_format_is_refused(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FORMAT_VERSION", registry.FORMAT_VERSION + 1)
    with pytest.raises(ModelRefused, match="is of format"):
        registry.load(signed, key=KEY)


def test_a_signed_file_of_something_else_is_refused(tmp_path: Path) -> None:
    written = json.dumps({"format": registry.FORMAT_VERSION, "calibration": {}}).encode()
    content = skops.io.dumps({"models": {"x": object}})
    (tmp_path / "fields.skops").write_bytes(content)
    (tmp_path / "fields.json").write_bytes(written)
    (tmp_path / "fields.sig").write_text(registry._signature(KEY, content, written))
    with pytest.raises(ModelRefused, match=r"fields\.skops is damaged"):
        registry.load(tmp_path, key=KEY)


def test_what_ships_is_what_is_pinned_and_small() -> None:
    names = {"fields.skops", "fields.json"}
    assert names == SHIPPED.keys()
    for name in names:
        content = (registry.MODELS / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == SHIPPED[name]
        assert len(content) < 15_000_000
    card = json.loads((registry.MODELS / "fields.json").read_text(encoding="utf-8"))
    assert {"format", "seed", "data_sha256", "figures", "trained_on"} <= card.keys()


def test_the_rules_answer_where_the_models_are_refused(tmp_path: Path, settings: Any) -> None:
    own = tmp_path / "models"
    own.mkdir()
    (own / "fields.skops").write_bytes(b"not a model")
    settings.DATA_DIR = tmp_path
    (sample,) = made_up(1, seed=2)
    found = ml.extract(sample.pages)
    assert found.engine == "rules"
    assert {reading.source for reading in found.fields.values()} == {"rules"}
    (said,) = (finding for finding in found.findings if finding.code == "model_refused")
    assert "model" in said.message


def test_a_model_trained_here_is_taken_before_the_one_that_ships(
    tmp_path: Path, tiny: dict[str, FieldModel]
) -> None:
    key = registry.signing_key(tmp_path, create=True)
    registry.save(tmp_path / "models", tiny, CARD, key=key)
    assert registry.best(tmp_path).card["seed"] == 7
    assert (tmp_path / "model.key").stat().st_mode & 0o077 == 0


def test_reading_needs_no_library_that_learns() -> None:
    code = (
        "import sys; from zohodocs.ml import registry; registry.load();"
        "print(*{'sklearn', 'scipy', 'skops'} & sys.modules.keys())"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
