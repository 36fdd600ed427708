"""Mixed papers without end: sound ones, copies, broken ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from zohodocs.operations.demo.einvoice import ubl
from zohodocs.operations.demo.papers import GERMAN, Paper, draw
from zohodocs.operations.demo.samples import LINDNER, NORDLICHT, STADTWERKE

BUYER = NORDLICHT


def papers(chance: Random) -> Iterator[tuple[str, bytes]]:
    """Name and bytes. Of ten: five PDFs, two e-invoices, a copy, a file again, a torn one."""
    sent: list[Paper] = []
    last: tuple[str, bytes] | None = None
    for number in range(1_000_000):
        paper = _paper(number, chance)
        match number % 10:
            case 3 | 8:
                file = (f"{number}.xml", _einvoice(paper))
            case 5 if sent:
                # The same invoice, printed anew: its bytes differ.
                again = replace(chance.choice(sent), title="Rechnung (Zweitschrift)")
                file = (f"{number}-copy.pdf", draw(again))
            case 7 if last:
                file = last
            case 9:
                whole = draw(paper)
                file = (f"{number}-torn.pdf", whole[: len(whole) // 3])
            case _:
                sent.append(paper)
                file = last = (f"{number}.pdf", draw(paper))
        yield file


def _paper(number: int, chance: Random) -> Paper:
    supplier = chance.choice((STADTWERKE, LINDNER))
    price = Decimal(chance.randint(1_000, 90_000)) / 100
    return Paper(
        GERMAN,
        supplier,
        NORDLICHT,
        f"CH-{700_000 + number}",
        "20.05.2026",
        "19.06.2026",
        [("Lieferung laut Vertrag", 1, price), ("Grundpreis", 2, Decimal("18.90"))],
        Decimal(19),
        "EUR",
    )


def _einvoice(paper: Paper) -> bytes:
    return ubl(
        supplier=paper.supplier,
        buyer=paper.buyer,
        number=paper.number,
        issued=date(2026, 5, 20),
        due=date(2026, 6, 19),
        description="Lieferung laut Vertrag",
        net=paper.net,
        rate=paper.rate,
    )
