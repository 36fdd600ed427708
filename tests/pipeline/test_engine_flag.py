"""Which way a page is read is the flag's word; the old way needs no model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.papers import invoice_pdf
from tests.pipeline.papers import case, ports
from zohodocs.domain.invoice import Extraction
from zohodocs.domain.verdicts import Stop
from zohodocs.pipeline import flow, reading


def extracted(arm: str | None) -> Extraction:
    flags = {"ml_predictions": arm} if arm else {}
    paper = replace(case(flags=flags), reading=reading.read(invoice_pdf()))
    result = flow.extract(paper, ports())
    assert not isinstance(result, Stop)
    assert result.extraction is not None
    return result.extraction


@pytest.mark.parametrize("arm", [None, "control"])
def test_without_the_flag_the_rules_read_alone(
    arm: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zohodocs.pipeline.extraction import ml

    def asked(*_: object, **__: object) -> None:
        raise AssertionError("The old way asked a model.")

    monkeypatch.setattr(ml, "extract", asked)

    assert extracted(arm).engine == "rules"


def test_with_the_flag_models_read_along() -> None:
    old, new = extracted("control"), extracted("candidate")

    # Where both agree the value is the rules'; how sure they are together is the models' word.
    assert new.fields["invoice_number"].value == "RG-2024-0334"
    assert new.fields["invoice_number"].confidence != old.fields["invoice_number"].confidence
