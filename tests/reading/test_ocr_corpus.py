"""A handful of real pictures, end to end, above a floor; `manage.py evaluate` has all of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import extract, judgement
from zohodocs.pipeline.extraction.scoring import Answer, Score, Truth
from zohodocs.pipeline.reading import Recogniser, Sandbox

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
FOUR = ("supplier_name", "supplier_address", "issue_date", "gross_total")
PICTURES = {
    "sroie": ("sroie_082", "sroie_301", "sroie_468", "sroie_606"),
    "wildreceipt": ("wr_538cc1efed07d9df", "wr_4094.jpeg", "wr_3247.jpeg"),
    "vendor_scan": ("aws_samples_invoice_b",),
    "synthetic_scan": ("de_06_xrechnung_testsuite", "pl_06_gobl_ksef"),
}
FLOORS = {"sroie": 0.85, "wildreceipt": 0.75, "vendor_scan": 0.85, "synthetic_scan": 0.9}


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recogniser]:
    warm = Recogniser(tmp_path_factory.mktemp("ocr"))
    yield warm
    warm.close()


@pytest.mark.parametrize("source", PICTURES)
def test_real_pictures_stay_above_the_floor(
    source: str, child: Sandbox, recogniser: Recogniser
) -> None:
    score = Score()
    for name in PICTURES[source]:
        truth = json.loads((CORPUS / source / f"{name}.truth.json").read_text(encoding="utf-8"))
        (path,) = (
            path
            for path in (CORPUS / source).glob(f"{name}.*")
            if not path.name.endswith(".truth.json")
        )
        read = reading.read(path.read_bytes(), child=child, recogniser=recogniser)
        said = Truth.from_json(truth, source=source)
        wanted = FOUR if source == "sroie" else judgement.JUDGED
        stated = {field: value for field, value in said.fields.items() if field in wanted}
        score.add(
            Truth(stated, said.alternatives, source), Answer.from_json(extract(read).to_json())
        )
    count = score.all_fields
    f1 = 2 * count.right / (count.n + count.predicted)
    assert f1 >= FLOORS[source]
