"""The models that ship, with one of them turned round, for the demo's data directory alone.

The model of the vendor's name gets every leaf's sign changed: the least likely words on the page
become the likeliest. It is kept and signed as a bundle trained there, so the workers take it by the
way every own model takes, and leave it by the same.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zohodocs.ml import registry
from zohodocs.ml.field_model import FieldModel

FIELD = "supplier_name"
_FOLDER, _ASIDE = "models", "models-before-the-drill"


class AlreadySpoiled(Exception):
    """A drill that was killed left its model; the message says how to be rid of it."""


def plant(data_dir: Path) -> None:
    """Every paper from now on is read with the spoiled bundle."""
    bundle = registry.load()
    models = {**bundle.models, FIELD: _turned_round(bundle.models[FIELD])}
    key = registry.signing_key(data_dir, create=True)
    registry.save(data_dir / _FOLDER, models, {**bundle.card, "spoiled": FIELD}, key=key)


@contextmanager
def taken_away_at_the_end(data_dir: Path) -> Iterator[None]:
    """The models are afterwards what they were, whatever is planted meanwhile.

    Raises AlreadySpoiled before anything is touched.
    """
    folder, aside = data_dir / _FOLDER, data_dir / _ASIDE
    if _spoiled(folder):
        then = f", then rename {aside} to {folder}" if aside.exists() else ""
        raise AlreadySpoiled(f"A drill that broke off left its model. Remove {folder}{then}.")
    if folder.exists() and not aside.exists():
        folder.rename(aside)
    try:
        yield
    finally:
        for path in folder.glob("*") if folder.exists() else ():
            path.unlink()
        if folder.exists():
            folder.rmdir()
        if aside.exists():
            aside.rename(folder)


def _spoiled(folder: Path) -> bool:
    card = folder / f"{registry.NAME}.json"
    return card.exists() and "spoiled" in json.loads(card.read_text(encoding="utf-8"))


def _turned_round(model: FieldModel) -> FieldModel:
    forest = model.forest
    return replace(model, forest=replace(forest, value=-forest.value, baseline=-forest.baseline))
