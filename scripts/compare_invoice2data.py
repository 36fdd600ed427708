"""Read the same digital PDFs with ZohoDocs and with invoice2data, in one run, and judge both.

    python -m scripts.compare_invoice2data DIRECTORY

DIRECTORY holds documents with a NAME.truth.json beside them, as for `manage.py evaluate`. The other
program gets all templates that come with it and chooses its text extraction itself; its answers are
named as ours are and judged by the same rules. Both are warm and single-file, one after the other.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from invoice2data import extract_data
from invoice2data.extract.loader import read_templates

from zohodocs.pipeline.extraction import files
from zohodocs.pipeline.extraction.scoring import Answer, Score, Truth

DIGITAL = "digital_pdf"
# Their name of a field and ours.
NAMES = {
    "issuer": "supplier_name",
    "vat": "supplier_tax_id",
    "partner_name": "buyer_name",
    "partner_vat": "buyer_tax_id",
    "invoice_number": "invoice_number",
    "date": "issue_date",
    "date_due": "due_date",
    "currency": "currency",
    "amount_untaxed": "net_total",
    "amount_tax": "tax_total",
    "amount": "gross_total",
    "iban": "iban",
}


def main() -> int:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: python -m scripts.compare_invoice2data DIRECTORY", file=sys.stderr)
        return 2
    pairs = list(digital(Path(sys.argv[1])))
    if not pairs:
        print(f"No digital PDF with its truth under {sys.argv[1]}.", file=sys.stderr)
        return 2
    logging.disable(logging.ERROR)
    print(f"{len(pairs)} digital PDFs{'':<15} answered   prec recall     F1  whole  docs/s")
    for name, read in (("ZohoDocs", ours), ("invoice2data", theirs(read_templates()))):
        print(judged(name, read, pairs))
    return 0


def digital(folder: Path) -> Iterator[tuple[Path, Truth]]:
    """The PDFs whose print is text, with what they say."""
    for path in sorted(folder.rglob(f"*{files.TRUTH_SUFFIX}")):
        truth = Truth.from_json(json.loads(path.read_text(encoding="utf-8")))
        document = path.with_name(path.name.removesuffix(files.TRUTH_SUFFIX) + ".pdf")
        if truth.kind == DIGITAL and document.exists():
            yield document, truth


def ours(path: Path) -> Answer:
    return Answer.from_json(files.answer(path))


def theirs(templates: list[Any]) -> Callable[[Path], Answer]:
    """The other program with its templates loaded."""

    def read(path: Path) -> Answer:
        try:
            found = extract_data(str(path), templates=templates)
        except Exception:
            # What it cannot read is no answer; it must not end the comparison.
            return Answer()
        return Answer(fields=dict(renamed(found)))

    return read


def renamed(found: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, float]]]:
    """Their values under our names; they tell no confidence."""
    for their_name, name in NAMES.items():
        value = found.get(their_name)
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            value = value.isoformat()
        if value not in (None, ""):
            yield name, (str(value), 1.0)


def judged(name: str, read: Callable[[Path], Answer], pairs: list[tuple[Path, Truth]]) -> str:
    """One row of the table."""
    read(pairs[0][0])  # what is loaded once is not counted
    score = Score()
    answered = 0
    seconds = 0.0
    for path, truth in pairs:
        started = time.perf_counter()
        answer = read(path)
        seconds += time.perf_counter() - started
        answered += bool(answer.fields)
        score.add(truth, answer)
    count, whole = score.all_fields, score.to_json()["all_key"]
    f1 = 2 * count.right / (count.n + count.predicted)
    precision = count.right / max(count.predicted, 1)
    shares = (precision, count.right / count.n, f1, whole)
    row = " ".join(f"{100 * share:6.1f}" for share in shares)
    return f"{name:<28} {answered:>8} {row} {len(pairs) / seconds:7.1f}"


if __name__ == "__main__":
    raise SystemExit(main())
