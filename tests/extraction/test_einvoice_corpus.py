"""The corpus' own XML, judged by its own scorer, in place."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from zohodocs.pipeline.extraction.einvoice import is_einvoice, parse

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SOURCES = (
    "cen_en16931",
    "xrechnung_testsuite",
    "zugferd_corpus_xml",
    "easybill_xml",
    "oca_fatturapa",
    "gobl_fatturapa",
    "ksef_fa",
    "gobl_ksef",
    "gobl_facturae",
)
PRESENT = tuple(source for source in SOURCES if (CORPUS / source).is_dir())
FLOOR = 0.99


def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("corpus_score", CORPUS / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("source", PRESENT)
def test_the_corpus_source_is_read_above_the_floor(source: str, tmp_path: Path) -> None:
    for path in sorted((CORPUS / source).glob("*.xml")):
        xml = path.read_bytes()
        assert is_einvoice(xml), path.name
        (tmp_path / f"{path.stem}.json").write_text(json.dumps(parse(xml).to_json()))

    result = scorer().score(str(tmp_path), str(CORPUS / source), keep_errors=20)

    micro = result["sources"]["ALL"]["micro"]
    assert micro["accuracy"] >= FLOOR, result["errors"]
    assert micro["precision"] >= FLOOR, result["errors"]
