"""Papers made up from a seed."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum import iban

from tests.ml.conftest import made_up
from zohodocs.domain.invoice import DOCUMENT_TYPES
from zohodocs.ml.synthetic import FAMILIES, Sample, other_titles, rendering
from zohodocs.ml.synthetic.speech import LANGUAGES
from zohodocs.pipeline import reading
from zohodocs.pipeline.extraction.rules.text import fold


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return made_up(250, seed=3)


def test_the_same_seed_makes_the_same_papers_and_another_seed_others() -> None:
    again, first = made_up(12, seed=3), made_up(12, seed=3)
    assert [(s.pages, s.fields) for s in again] == [(s.pages, s.fields) for s in first]
    assert made_up(12, seed=4)[0].pages != first[0].pages


def test_a_paper_does_not_depend_on_how_many_are_made(samples: list[Sample]) -> None:
    assert made_up(3, seed=3) == samples[:3]


def test_every_type_and_every_language_occurs(samples: list[Sample]) -> None:
    assert {sample.kind for sample in samples} == set(FAMILIES) == set(DOCUMENT_TYPES)
    assert {sample.language for sample in samples} == set(LANGUAGES)
    assert {s.subject for s in samples if s.kind == "other"} >= {"statement", "delivery_note"}


def test_the_sums_of_the_truth_hold(samples: list[Sample]) -> None:
    judged = 0
    for sample in samples:
        if sample.kind != "receipt" and {"net_total", "tax_total"} <= sample.fields.keys():
            net, tax, gross = (
                Decimal(sample.fields[name]) for name in ("net_total", "tax_total", "gross_total")
            )
            assert net + tax == gross
            judged += 1
    assert judged > 50


def test_what_the_truth_states_is_printed(samples: list[Sample]) -> None:
    judged = 0
    for sample in samples:
        if sample.scan:
            continue
        text = fold(" ".join(run.text for sheet in sample.sheets for run in sheet.runs))
        for name in ("invoice_number", "buyer_name"):
            if name in sample.fields:
                assert fold(sample.fields[name]) in text, (sample.name, name)
                judged += 1
    assert judged > 100


def test_accounts_have_right_check_digits(samples: list[Sample]) -> None:
    accounts = [s.fields["iban"] for s in samples if "iban" in s.fields]
    assert accounts
    assert all(iban.is_valid(account) for account in accounts)


def test_a_scan_has_other_words_than_its_print(samples: list[Sample]) -> None:
    scans = [sample for sample in samples if sample.scan]
    printed = [tuple(sheet.page(n).words for n, sheet in enumerate(s.sheets, 1)) for s in scans]
    assert (
        sum(
            tuple(page.words for page in s.pages) != words
            for s, words in zip(scans, printed, strict=True)
        )
        > len(scans) * 0.6
    )
    assert all(page.source == "ocr" for sample in scans for page in sample.pages)


def test_papers_that_are_not_posted_have_names_in_every_language() -> None:
    assert {"proforma", "statement", "delivery_note", "contract"} <= other_titles().keys()
    assert all(len(names) >= 2 for names in other_titles().values())


@pytest.mark.parametrize("scan", [False, True])
def test_a_paper_becomes_a_file_that_says_the_same(
    samples: list[Sample], tmp_path: Path, scan: bool
) -> None:
    sample = next(s for s in samples if s.scan is scan and len(s.sheets) == 1)
    path = rendering.write(sample, tmp_path)
    truth = json.loads((tmp_path / f"{sample.name}.truth.json").read_text(encoding="utf-8"))
    assert truth["fields"] == dict(sample.fields)
    assert path.suffix == (".jpg" if scan else ".pdf")
    if not scan:
        read = reading.read(path.read_bytes(), filename=path.name)
        said = {word.text for page in read.pages for word in page.words}
        meant = {word.text for page in sample.pages for word in page.words}
        assert len(said & meant) >= 0.9 * len(meant)
    assert rendering.write(sample, tmp_path / "again").read_bytes() == path.read_bytes()
