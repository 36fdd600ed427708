"""`manage.py extract` and `evaluate` as a script meets them: lines, files, exit status."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.reading.papers import paper
from zohodocs.pipeline import reading

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "../shared/corpus"
HYBRID = CORPUS / "mustang/Facture_F20180027.pdf"
INVOICE = paper(
    [
        (72, 780, "Example Supplies Ltd"),
        (72, 740, "Invoice number: INV-2026-0042"),
        (72, 720, "Invoice date: 2026-05-02"),
        (72, 700, "Total EUR 119.00"),
    ]
)
FIELD_KEYS = {"value", "confidence", "page", "box", "source"}


def extract(*arguments: object) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("extract", *map(str, arguments), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def manage(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_line_has_everything_that_scripts_rely_on() -> None:
    (line,) = extract(HYBRID)
    assert line["file"] == str(HYBRID)
    assert line["document_type"] == line["fields"]["document_type"]["value"] == "invoice"
    assert line["fields"]["invoice_number"]["value"] == "F20180027"
    assert all(reading.keys() >= FIELD_KEYS for reading in line["fields"].values())
    number = line["fields"]["invoice_number"]
    assert number["page"] == 1
    assert all(0 <= side <= 1 for side in number["box"])
    assert 0 <= number["confidence"] <= 1
    assert line["line_items"][0].keys() == (
        {"description", "quantity", "unit_price", "line_total", "tax_rate"}
    )
    assert line["tax_lines"][0].keys() == {"rate", "base", "tax", "category"}
    assert all(finding.keys() >= {"code", "message", "field"} for finding in line["findings"])
    assert line["seconds"] > 0


def test_auto_takes_the_einvoice_where_there_is_one_and_the_page_otherwise(
    tmp_path: Path,
) -> None:
    (tmp_path / "plain.pdf").write_bytes(INVOICE)
    hybrid, plain = extract(HYBRID, tmp_path / "plain.pdf")
    assert {reading["source"] for reading in hybrid["fields"].values()} == {"einvoice"}
    assert {reading["source"] for reading in plain["fields"].values()} <= {"rules", "ml"}
    assert plain["fields"]["invoice_number"]["value"] == "INV-2026-0042"


def test_the_rules_read_the_page_even_where_an_einvoice_is_attached() -> None:
    (line,) = extract(HYBRID, "--engine", "rules")
    assert {reading["source"] for reading in line["fields"].values()} == {"rules"}


def test_a_directory_is_walked_and_a_refusal_is_an_answer(tmp_path: Path) -> None:
    deep = tmp_path / "2026" / "may"
    deep.mkdir(parents=True)
    (deep / "a.pdf").write_bytes(INVOICE)
    (deep / "empty.pdf").write_bytes(b"")
    (deep / "a.truth.json").write_text("{}")
    (deep / ".hidden").write_text("x")
    read, refused = extract(tmp_path)
    assert read["file"] == str(deep / "a.pdf")
    assert refused == {
        "file": str(deep / "empty.pdf"),
        "error": {"code": "empty_file", "message": "The file is empty. Please send it again."},
    }


def test_out_writes_parent_and_name_and_loses_no_twin(tmp_path: Path) -> None:
    source = tmp_path / "in" / "vendor"
    source.mkdir(parents=True)
    (source / "one.pdf").write_bytes(INVOICE)
    (source / "one.xml").write_bytes(b"<a/>")
    assert extract(source, "--out", tmp_path / "out") == []
    written = sorted(path.relative_to(tmp_path / "out") for path in tmp_path.rglob("out/*/*"))
    assert [str(path) for path in written] == ["vendor/one.json", "vendor/one.xml.json"]
    line = json.loads((tmp_path / "out/vendor/one.json").read_text())
    assert line["fields"]["invoice_number"]["value"] == "INV-2026-0042"


def test_a_picture_nobody_recognises_says_so_and_guesses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "shared_recogniser", lambda: None)
    (line,) = extract(CORPUS / "sroie/sroie_001.jpg")
    assert line["fields"] == {}
    assert [finding["code"] for finding in line["findings"]] == ["needs_ocr"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", "missing.pdf"),
        ("extract", str(HYBRID), "--engine", "guess"),
        ("extract", str(HYBRID), "--processes", "0"),
        ("evaluate", "missing"),
        ("evaluate", str(CORPUS / "mustang"), "--engine", "llm"),
    ],
)
def test_a_bad_argument_is_one_line_and_exit_status_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as error:
        call_command(*arguments)
    assert error.value.returncode == 2
    assert len(str(error.value).splitlines()) == 1


def test_an_engine_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(CommandError, match="auto, einvoice, rules"):
        call_command("extract", str(HYBRID), "--engine", "guess")


def test_a_file_that_cannot_be_opened_fails_after_the_others_are_answered(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.pdf").write_bytes(INVOICE)
    out, errors = StringIO(), StringIO()
    with pytest.raises(CommandError) as error:
        # A file that exists and that even root cannot read from its beginning.
        call_command("extract", "/proc/self/mem", tmp_path / "a.pdf", stdout=out, stderr=errors)
    assert error.value.returncode == 1
    failed, answered = map(json.loads, out.getvalue().splitlines())
    assert failed["error"]["code"] == "failed"
    assert answered["fields"]
    assert "/proc/self/mem" in errors.getvalue()


def test_extract_needs_neither_database_nor_redis(tmp_path: Path) -> None:
    nowhere = {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1",
        "DATA_DIR": str(tmp_path),
    }
    done = manage("extract", HYBRID, **nowhere)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["fields"]["gross_total"]["value"]
    assert manage("extract", "missing.pdf", **nowhere).returncode == 2


def evaluated(*arguments: object) -> str:
    out = StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_evaluate_gives_every_figure_by_kind_source_and_field() -> None:
    report = json.loads(evaluated(CORPUS / "mustang", "--json", "--processes", 1))
    assert report["documents"] == report["all"]["documents"] == 2
    assert report["documents_per_second"] > 0
    assert report["kinds"].keys() == {"einvoice_pdf"}
    assert report["sources"].keys() == {"mustang"}
    figures = report["kinds"]["einvoice_pdf"]
    assert figures["micro"]["accuracy"] >= 0.99
    assert figures["fields"]["gross_total"]["n"] == 2
    assert figures["confidence"].keys() == {"n", "coverage_at_99", "threshold", "ece"}


def test_evaluate_in_two_processes_gives_the_same_figures() -> None:
    one, two = (
        json.loads(evaluated(CORPUS / "invoice2data", "--json", "--processes", processes))
        for processes in (1, 2)
    )
    assert one["all"] == two["all"]


def test_evaluate_prints_a_table_that_a_person_can_read() -> None:
    table = evaluated(CORPUS / "mustang", "--processes", 1)
    assert "kind einvoice_pdf" in table
    assert "invoice_number" in table
    assert "documents in" in table.splitlines()[0]
    assert max(map(len, table.splitlines())) <= 110


def test_evaluate_of_a_directory_without_truths_is_a_bad_argument(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"truth\.json"):
        call_command("evaluate", str(tmp_path))
