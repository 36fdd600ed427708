"""The drill's spoiled model: planted beside what was there, and never taken for that."""

from pathlib import Path

import pytest

from scripts import spoiled_models
from zohodocs.ml import registry


def card_of(folder: Path) -> dict[str, object]:
    return dict(registry.load(folder / "models", key=registry.signing_key(folder)).card)


def own(folder: Path) -> None:
    shipped = registry.load()
    key = registry.signing_key(folder, create=True)
    registry.save(folder / "models", shipped.models, {**shipped.card, "ours": True}, key=key)


def test_after_the_drill_the_own_models_are_what_they_were(tmp_path: Path) -> None:
    own(tmp_path)

    with spoiled_models.taken_away_at_the_end(tmp_path):
        spoiled_models.plant(tmp_path)
        assert card_of(tmp_path)["spoiled"] == spoiled_models.FIELD

    assert card_of(tmp_path)["ours"] is True


@pytest.mark.parametrize("had_own", [True, False])
def test_a_drill_does_not_begin_on_the_model_of_one_that_was_killed(
    tmp_path: Path, had_own: bool
) -> None:
    if had_own:
        own(tmp_path)
        (tmp_path / "models").rename(tmp_path / "models-before-the-drill")
    spoiled_models.plant(tmp_path)
    before = sorted(path for path in tmp_path.rglob("*"))

    with (
        pytest.raises(spoiled_models.AlreadySpoiled, match="Remove") as refused,
        spoiled_models.taken_away_at_the_end(tmp_path),
    ):
        raise AssertionError("it began")

    assert ("then rename" in str(refused.value)) is had_own
    assert sorted(path for path in tmp_path.rglob("*")) == before
