"""The scripts that show what reading is worth: the pictures of the docs, the comparison."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from scripts import compare_invoice2data, draw_values
from tests.reading.papers import paper
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction import extract
from zohodocs.pipeline.extraction.scoring import Answer, Score, Truth

DOCS = Path(__file__).resolve().parents[1] / "docs"
KEY = {"supplier_name", "invoice_number", "issue_date", "gross_total"}


def test_both_pages_are_read_right_and_their_values_are_framed() -> None:
    names = []
    for name, content, sample in draw_values.documents():
        found = extract(reading.read(content))
        score = Score()
        stated = {field: sample.fields[field] for field in KEY}
        score.add(Truth(stated), Answer.from_json(found.to_json()))
        assert score.all_fields.right == len(KEY), name
        picture, drawn = draw_values.drawn(content)
        box = drawn.fields["gross_total"].box
        assert box is not None
        x0, y0, _, _ = draw_values._frame(box, (draw_values.WIDTH, picture.height))
        colour = picture.getpixel((round(x0) + 6, round(y0)))
        frames = {tuple(bytes.fromhex(one[1:])) for one in draw_values.COLOURS}
        assert colour in frames
        names.append(name)
    assert {path.stem for path in DOCS.glob("*.webp")} == set(names)


@pytest.mark.parametrize("name", ["german-invoice", "photographed-receipt"])
def test_the_pictures_of_the_docs_are_those_pages_and_small(name: str) -> None:
    path = DOCS / f"{name}.webp"
    assert path.stat().st_size < 150_000
    with Image.open(path) as picture:
        assert picture.width == draw_values.WIDTH + 2 * draw_values.MARGIN


def test_the_comparison_judges_both_programs_by_one_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["Green Ltd", "Invoice number INV-77", "Date 2026-03-14", "Total 119.00 EUR"]
    content = paper([(72, 760 - 20 * row, line) for row, line in enumerate(lines)])
    (tmp_path / "a.pdf").write_bytes(content)
    truth = {"kind": "digital_pdf", "fields": {"invoice_number": "INV-77", "gross_total": "119.00"}}
    (tmp_path / "a.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["compare", str(tmp_path)])
    assert compare_invoice2data.main() == 0
    _, ours, theirs = capsys.readouterr().out.splitlines()
    assert ours.split()[:5] == ["ZohoDocs", "1", "100.0", "100.0", "100.0"]
    assert theirs.split()[:2] == ["invoice2data", "0"]


def test_the_other_programs_values_get_our_names() -> None:
    found = {"issuer": "Green Ltd", "date": datetime(2026, 3, 14), "amount": 119.0, "desc": "x"}
    assert dict(compare_invoice2data.renamed(found)) == {
        "supplier_name": ("Green Ltd", 1.0),
        "issue_date": ("2026-03-14", 1.0),
        "gross_total": ("119.0", 1.0),
    }
