"""Which hundred papers of the corpus a journey takes, always the same ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from zohodocs.domain.identity import compared_number
from zohodocs.domain.names import fold_name

CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"
# E-invoices inside PDFs, CII and UBL XML, and pages with a text layer.
SOURCES = (
    *("akretion_facturx", "ferd_samples", "horstoeko", "mustang", "zugferd_corpus"),
    *("cen_en16931", "easybill_xml", "xrechnung_testsuite", "zugferd_corpus_xml"),
    *("synthetic_pdf", "vendor_real"),
)


@dataclass(frozen=True)
class Paper:
    """A file of the corpus, and what is true of it."""

    path: Path
    truth: dict[str, Any]

    @cached_property
    def sha256(self) -> str:
        """The digest of its bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def seller(self) -> tuple[str, str]:
        """Folded name and VAT number of who is to be paid."""
        return fold_name(self.truth.get("supplier_name", "")), self.truth.get("supplier_tax_id", "")

    @property
    def invoice(self) -> tuple[str, str]:
        """What tells invoices apart: whose, and which number."""
        return self.seller[0], compared_number(self.truth.get("invoice_number", ""))

    @property
    def buyer(self) -> tuple[str, str]:
        """Printed name and VAT number of who is to pay."""
        number, country = self.truth.get("buyer_tax_id", ""), self.truth.get("buyer_country", "")
        return self.truth.get(
            "buyer_name", ""
        ), f"{country}{number}" if number.isdigit() else number


def hundred() -> list[Paper]:
    """A hundred different files with a buyer: each invoice once, then copies in other formats.

    Nobody who sells on one of them buys on another: such papers would be our own.
    """
    papers = list({paper.sha256: paper for paper in _papers() if any(paper.buyer)}.values())
    buyers = {fold_name(paper.buyer[0]) for paper in papers}
    papers = [paper for paper in papers if paper.seller[0] not in buyers]
    firsts = list({paper.invoice: paper for paper in reversed(papers)}.values())[::-1]
    copies = [paper for paper in papers if paper not in firsts]
    chosen = (firsts + copies)[:100]
    assert len(chosen) == 100, f"the corpus has only {len(chosen)} of them"
    return chosen


def _papers() -> Iterator[Paper]:
    for source in SOURCES:
        for beside in sorted((CORPUS / source).glob("*.truth.json")):
            truth = json.loads(beside.read_text())["fields"]
            stem = beside.name.removesuffix(".truth.json")
            for path in (beside.with_name(f"{stem}.pdf"), beside.with_name(f"{stem}.xml")):
                if path.exists():
                    yield Paper(path, truth)
